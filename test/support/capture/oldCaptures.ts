import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Block } from '../../../src/core/record/block.ts';
import { RowInserter } from '../../../src/node/captureWorker/store/sqliteInsert.ts';
import { schema } from '../../../src/node/captureWorker/store/sqliteSchema.ts';
import { captureFileName } from '../../../src/node/files/captureFiles.ts';
import { scratchFolder } from './captures.ts';

interface OldCapture {
  readonly startedAt: number;
  readonly pid: number;
  readonly blocks: readonly Block[];
  /** Changes what the database says. */
  readonly sql?: string;
  /** As after a crash: rows are in the write-ahead log. */
  readonly isAbandoned?: boolean;
}

/** Puts a capture into `folder` as an early version recorded it, with all rows in a database; returns its key. */
export function oldCapture(folder: string, left: OldCapture): string {
  const { startedAt, pid, blocks, sql = '', isAbandoned = false } = left;
  const key = captureFileName(startedAt, pid, 1);
  using scratch = scratchFolder();
  const path = join(scratch.path, 'a.sqlite');
  using database = new DatabaseSync(path);
  database.exec(`PRAGMA journal_mode = WAL; ${schema}`);
  database
    .prepare(
      `INSERT INTO capture (name, url, started, format_version, next_seq, byte_length, dropped, window)
       VALUES ('old', 'ws://localhost/old', ?, 2, 0, 0, 0, 'a window')`,
    )
    .run(startedAt);
  const rows = new RowInserter(database);
  for (const block of blocks) {
    rows.insert({ block, begin: 0, end: block.rowCount });
    database
      .prepare('UPDATE capture SET next_seq = ?, byte_length = byte_length + ?')
      .run(block.firstSeq + block.rowCount, block.payload.length);
  }
  database.exec(sql);
  if (!isAbandoned) {
    database.exec('UPDATE capture SET ended = started + 1000; PRAGMA journal_mode = DELETE');
  }
  for (const ending of isAbandoned ? ['', '-wal'] : ['']) {
    copyFileSync(path + ending, join(folder, key + ending));
  }
  return key;
}

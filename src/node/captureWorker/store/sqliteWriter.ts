import { rmSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import { payloadBegin } from '../../../core/record/block.ts';
import type { BlockRows } from '../../../core/capture/matchedRows.ts';
import { makePrivateFile } from '../../files/privateFiles.ts';
import type { CaptureFacts } from './controlFile.ts';
import type { Sqlite } from './sqlite.ts';
import { CallWriter } from './sqliteCalls.ts';
import { RowInserter } from './sqliteInsert.ts';
import { formatVersion, schema, settings } from './sqliteSchema.ts';

/** What a saved capture says of the capture that it was made of. */
export interface SavedFacts extends Omit<CaptureFacts, 'window'> {
  /** See `Extent`. */
  readonly dropped: number;
  readonly missing?: number | undefined;
  /** The name of the file that it was read from. */
  readonly source?: string | undefined;
}

/**
 * Writes rows to a database of their own, one for each message, in the format of `sqliteSchema.ts`. It
 * can be read once it was closed. The constructor and all methods throw what SQLite throws.
 */
export class SqliteWriter {
  readonly #database: DatabaseSync;
  readonly #rows: RowInserter;
  #calls: CallWriter | undefined;
  #nextSeq = 0;
  #byteLength = 0;

  /** @param path of a file that is replaced */
  constructor(sqlite: Sqlite, path: string, facts: SavedFacts) {
    rmSync(path, { force: true });
    makePrivateFile(path);
    const database = new sqlite.DatabaseSync(path);
    this.#database = database;
    try {
      database.exec(settings);
      database.exec(schema);
      database.exec('BEGIN');
      const { name, url, startedAt, dropped, missing, source } = facts;
      database
        .prepare(
          `INSERT INTO capture
             (name, url, started, format_version, next_seq, byte_length, dropped, missing, source)
           VALUES (?, ?, ?, ${formatVersion}, 0, 0, ?, ?, ?)`,
        )
        .run(name, url, startedAt, dropped, missing ?? null, source ?? null);
      this.#rows = new RowInserter(database);
    } catch (error) {
      database.close();
      throw error;
    }
  }

  /** The tables of calls, which are there from the first use on. */
  get calls(): CallWriter {
    return (this.#calls ??= new CallWriter(this.#database));
  }

  append(rows: BlockRows): void {
    const { block, begin, end } = rows;
    this.#rows.insert(rows);
    this.#nextSeq = block.firstSeq + end;
    this.#byteLength += payloadBegin(block, end) - payloadBegin(block, begin);
  }

  /** Completes the file. */
  finish(): void {
    this.#database
      .prepare('UPDATE capture SET next_seq = ?, byte_length = ?, ended = ?')
      .run(this.#nextSeq, this.#byteLength, Date.now());
    this.#database.exec('COMMIT');
  }

  /** Lets go of the file, which is of no use unless it was finished. */
  close(): void {
    this.#database.close();
  }
}

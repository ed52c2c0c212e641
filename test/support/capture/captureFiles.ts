import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** Where a workbench without a desktop keeps the captures. */
export function capturesFolder(serverDataDir: string): string {
  return join(
    serverDataDir,
    'data/User/globalStorage/websocket-monitor.websocket-monitor/captures',
  );
}

/** A row of a capture's file, in the order of the capture. */
export interface FileRow {
  readonly direction: 'in' | 'out';
  readonly kind: string;
  /** The beginning of the payload. */
  readonly head: string;
}

const headLength = 300;

/** Reads a capture with SQLite alone, as anybody could; also one that a window writes to. */
export function* rowsIn(path: string): Generator<FileRow> {
  const database = new DatabaseSync(path, { readOnly: true, timeout: 5000 });
  try {
    const check = database.prepare('PRAGMA quick_check').get();
    if (check?.['quick_check'] !== 'ok') {
      throw new Error(`The file is broken: ${JSON.stringify(check)}`);
    }
    const query = `
      SELECT direction, kind, substr(CAST(payload AS TEXT), 1, ${headLength}) AS head
      FROM messages ORDER BY seq`;
    for (const row of database.prepare(query).iterate()) {
      yield row as unknown as FileRow;
    }
  } finally {
    database.close();
  }
}

/** The numbers behind `prefix` in the messages that begin with it. */
export function numbersIn(path: string, prefix: string): readonly number[] {
  const numbers: number[] = [];
  for (const { direction, head } of rowsIn(path)) {
    if (direction === 'in' && head.startsWith(prefix)) {
      numbers.push(Number.parseInt(head.slice(prefix.length), 10));
    }
  }
  return numbers;
}

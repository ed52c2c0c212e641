import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** Where a workbench without a desktop keeps the captures. */
export function capturesFolder(serverDataDir: string): string {
  return join(
    serverDataDir,
    'data/User/globalStorage/websocket-monitor.websocket-monitor/captures',
  );
}

/** The name that a capture's file has of its connection; empty while the file is only being made. */
export function captureName(path: string): string {
  const database = new DatabaseSync(path, { readOnly: true, timeout: 5000 });
  try {
    return String(database.prepare('SELECT name FROM capture').get()?.['name'] ?? '');
  } catch {
    return '';
  } finally {
    database.close();
  }
}

/** A row of a capture's file, in the order of the capture. */
export interface FileRow {
  readonly direction: 'in' | 'out';
  readonly kind: string;
  /** Bytes of the payload. */
  readonly size: number;
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
      SELECT direction, kind, size, substr(CAST(payload AS TEXT), 1, ${headLength}) AS head
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

/** The rows of all captures whose name ends so. */
export function rowsOfCaptures(serverDataDir: string, ending: string): readonly FileRow[] {
  const folder = capturesFolder(serverDataDir);
  const files = existsSync(folder) ? readdirSync(folder) : [];
  return files
    .filter(file => file.endsWith('.sqlite'))
    .map(file => join(folder, file))
    .filter(file => captureName(file).endsWith(ending))
    .flatMap(file => [...rowsIn(file)]);
}

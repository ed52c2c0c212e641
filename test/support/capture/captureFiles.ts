import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { logRowsIn, type LogRow } from './logReader.ts';

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

/** A row of a capture, in its order. */
export interface FileRow {
  readonly direction: 'in' | 'out';
  readonly kind: string;
  /** Bytes of the payload. */
  readonly size: number;
  /** The beginning of the payload. */
  readonly head: string;
}

const headLength = 300;

/** The format of a capture that was saved as a database, by its `user_version`. */
const savedFormat = 2;

/**
 * Reads a capture as anybody could, also one that a window writes to: its log by the documented format, a
 * database that was saved with SQLite alone.
 */
export function* rowsIn(path: string): Generator<FileRow> {
  const database = new DatabaseSync(path, { readOnly: true, timeout: 5000 });
  try {
    const check = database.prepare('PRAGMA quick_check').get();
    if (check?.['quick_check'] !== 'ok') {
      throw new Error(`The file is broken: ${JSON.stringify(check)}`);
    }
    const version = database.prepare('PRAGMA user_version').get()?.['user_version'];
    if (version === savedFormat) {
      yield* savedRowsIn(database);
      return;
    }
  } finally {
    database.close();
  }
  for (const row of logRowsIn(path)) {
    yield fileRowOf(row);
  }
}

function* savedRowsIn(database: DatabaseSync): Generator<FileRow> {
  const query = `
    SELECT direction, kind, size, substr(CAST(payload AS TEXT), 1, ${headLength}) AS head
    FROM messages ORDER BY seq`;
  for (const row of database.prepare(query).iterate()) {
    yield { ...row } as unknown as FileRow;
  }
}

/** What the low four bits of a row's flags say. */
const kinds: Readonly<Record<number, string>> = {
  0: 'state',
  1: 'text',
  2: 'binary',
  8: 'close',
  9: 'ping',
  10: 'pong',
};

function fileRowOf({ flags, payload }: LogRow): FileRow {
  return {
    direction: (flags & 0x10) === 0 ? 'in' : 'out',
    kind: kinds[flags & 0x0f] ?? 'binary',
    size: payload.length,
    // No character has more than four bytes.
    head: payload.toString('utf8', 0, 4 * headLength).slice(0, headLength),
  };
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

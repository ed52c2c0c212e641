import { existsSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import { messageOf } from '../../../core/base/errors.ts';
import { rowCountOf } from '../../../core/capture/capture.ts';
import type { ArchivedCapture } from '../../../core/capture/captureArchive.ts';
import { fileByteLength, removeDatabase, type CaptureFile } from '../../files/captureFiles.ts';
import { ForgottenRows } from '../store/forgottenRows.ts';
import { formatVersion, storedExtents } from '../store/sqliteSchema.ts';
import type { Sqlite } from '../store/sqliteStore.ts';

/** The result codes of SQLite that are distinguished here. */
const busy = 5;
const corrupt = 11;
const notADatabase = 26;

/**
 * How long a file is waited for that another thread or window settles, which it does where it lists
 * or opens captures, and which locks the file.
 */
export const maxLockedMs = 2000;

/**
 * Brings a database that is not open anywhere into its one file: what is in the
 * write-ahead log, as after a crash, and no lock. Rows that were cleared go. `false` if it is open, here or in another
 * process: SQLite's lock is reliable even if a process number is used again. Throws what SQLite
 * throws.
 */
export function settle(sqlite: Sqlite, path: string): boolean {
  const database = new sqlite.DatabaseSync(path, { timeout: 0 });
  try {
    const isFree = lock(database);
    if (isFree) {
      database.exec('COMMIT');
      removeCleared(database);
    }
    return isFree;
  } finally {
    database.close();
  }
}

/** Removes what was cleared and is in the file still. Throws what SQLite throws. */
export function removeCleared(database: DatabaseSync): void {
  const { extent, cleared, hasForgotten } = storedExtents(database);
  if (!cleared && !hasForgotten) {
    return;
  }
  const rows = new ForgottenRows(database);
  while (rows.removeSome(extent.first, extent.first === extent.next)) {
    // There is more.
  }
  database.exec(`
    UPDATE capture SET
      cleared_from = NULL, cleared_below = NULL, cleared_bytes = NULL, cleared_dropped = NULL`);
  rows.shrink(0);
}

/**
 * Removes a database that is not open, and the files beside it. `false` if it is open. It is
 * locked meanwhile, so that no window opens it; a damaged one cannot be locked or opened.
 * Throws what the file system throws.
 *
 * @param timeout how long it is waited for, in milliseconds
 */
export function removeUnused(sqlite: Sqlite, path: string, timeout = 0): boolean {
  const database = existsSync(path) ? new sqlite.DatabaseSync(path, { timeout }) : undefined;
  // Windows removes nothing that is open, and nothing that somebody else has open.
  const isHeld = process.platform !== 'win32';
  let isFree = true;
  try {
    isFree = !database || lockIfWhole(database);
    if (isFree && isHeld) {
      removeDatabase(path);
    }
  } finally {
    database?.close();
  }
  if (isFree && !isHeld) {
    removeDatabase(path);
  }
  return isFree;
}

/** `false` if it is open elsewhere. */
function lock(database: DatabaseSync): boolean {
  try {
    database.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = DELETE; BEGIN EXCLUSIVE');
    return true;
  } catch (error) {
    if (codeOf(error) === busy) {
      return false;
    }
    throw error;
  }
}

function lockIfWhole(database: DatabaseSync): boolean {
  try {
    return lock(database);
  } catch {
    return true;
  }
}

/**
 * Reads the facts of a capture's file without changing it. Does not throw: the file may be
 * anything. `undefined` if nothing was stored in it.
 */
export function readArchived(sqlite: Sqlite, file: CaptureFile): ArchivedCapture | undefined {
  const { key, startedAt, pid } = file;
  const window = `process ${pid}`;
  const base = { key, window, startedAt, fileByteLength: fileByteLength(file) };
  const unknown = { ...base, name: key, url: '', rowCount: 0, isAbandoned: false };
  let database: DatabaseSync | undefined;
  try {
    database = new sqlite.DatabaseSync(file.path, { readOnly: true, timeout: maxLockedMs });
    const problem = problemOf(database);
    if (problem !== undefined) {
      return { ...unknown, problem };
    }
    const facts = factsOf(database);
    return facts && { ...base, ...facts };
  } catch (error) {
    return { ...unknown, problem: unreadable(error) };
  } finally {
    database?.close();
  }
}

/**
 * Looks at each page of the database, which takes one or two seconds for each gigabyte.
 * Throws a sentence if it is damaged.
 */
export function checkArchived(sqlite: Sqlite, path: string): void {
  const database = new sqlite.DatabaseSync(path, { readOnly: true, timeout: maxLockedMs });
  let faults: readonly unknown[];
  try {
    const found = database.prepare('PRAGMA quick_check(1)').all();
    faults = found.map(row => row['quick_check']);
  } catch (error) {
    throw new Error(unreadable(error), { cause: error });
  } finally {
    database.close();
  }
  if (faults[0] !== 'ok') {
    throw new Error(`The file is damaged (${String(faults[0])}).`);
  }
}

export function problemOf(database: DatabaseSync): string | undefined {
  const version = Number(database.prepare('PRAGMA user_version').get()?.['user_version']);
  if (version > formatVersion) {
    return 'A newer version of this extension wrote the file. Update the extension to open it.';
  }
  return version > 0 && version < formatVersion
    ? 'An early version of this extension wrote the file, in a format that is no longer read.'
    : undefined;
}

type Facts = Omit<ArchivedCapture, 'key' | 'window' | 'fileByteLength' | 'problem'> & {
  readonly window?: string;
};

/** `undefined` if there is no row, or not even a table, as when a window ended at once. */
function factsOf(database: DatabaseSync): Facts | undefined {
  const tables = database.prepare("SELECT count(*) AS n FROM sqlite_schema WHERE type = 'table'");
  if (tables.get()?.['n'] === 0) {
    return undefined;
  }
  const found = database.prepare('SELECT * FROM capture').get();
  const { extent } = storedExtents(database);
  if (extent.first === extent.next) {
    return undefined;
  }
  const last = database.prepare('SELECT at FROM record ORDER BY seq DESC LIMIT 1').get();
  const [startedAt, endedAt] = [found?.['started'], last?.['at']];
  if (typeof startedAt !== 'number' || typeof endedAt !== 'number') {
    throw new TypeError('it says no time');
  }
  const [window, source] = [found?.['window'], found?.['source']];
  return {
    ...(typeof window === 'string' && { window }),
    name: String(found?.['name']),
    url: String(found?.['url']),
    startedAt,
    endedAt,
    rowCount: rowCountOf(extent),
    ...(typeof source === 'string' && { source }),
    isAbandoned: found?.['ended'] === null,
  };
}

/** Why a database cannot be read, as a sentence. */
export function unreadable(error: unknown, name = 'The file'): string {
  const code = codeOf(error);
  if (code === corrupt || code === notADatabase) {
    return `${name} is damaged (${messageOf(error)}).`;
  }
  return `${name} cannot be read (${messageOf(error)}).`;
}

/** SQLite's result code, without its extension in the higher bits; `undefined` of another error. */
function codeOf(error: unknown): number | undefined {
  return error instanceof Error && 'errcode' in error ? Number(error.errcode) & 0xff : undefined;
}

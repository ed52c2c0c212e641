import { statSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import { codeOf, SqliteCode } from '../store/sqlite.ts';
import type { Sqlite } from '../store/sqlite.ts';

/**
 * How long a file is waited for that another thread or window settles, which it does where it lists
 * or opens captures, and which locks the file.
 */
export const maxLockedMs = 2000;

/**
 * Opens a database that is not open anywhere, and keeps all others from it until it is closed. It has
 * no write-ahead log then. `undefined` if it is open, here or in another process: SQLite's lock is
 * reliable even if a process number is used again. Throws what SQLite throws.
 *
 * @param timeout how long it is waited for, in milliseconds
 */
export function openLocked(
  sqlite: Sqlite,
  path: string,
  timeout: number,
): DatabaseSync | undefined {
  const lock =
    'PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = DELETE; BEGIN EXCLUSIVE; COMMIT';
  return openWith(sqlite, path, timeout, lock);
}

/**
 * Opens a database that others may read, but neither write to nor remove until it is closed. `undefined`
 * if another one does so. Throws what SQLite throws.
 */
export function openReserved(sqlite: Sqlite, path: string): DatabaseSync | undefined {
  return openWith(sqlite, path, 0, 'BEGIN IMMEDIATE');
}

function openWith(
  sqlite: Sqlite,
  path: string,
  timeout: number,
  lock: string,
): DatabaseSync | undefined {
  const before = inodeOf(path);
  const database = new sqlite.DatabaseSync(path, { timeout });
  try {
    database.exec(lock);
    // Who had the lock may have removed or replaced the file.
    if (before !== undefined && inodeOf(path) === before) {
      return database;
    }
  } catch (error) {
    if (codeOf(error) !== SqliteCode.Busy) {
      database.close();
      throw error;
    }
  }
  database.close();
  return undefined;
}

function inodeOf(path: string): bigint | undefined {
  return statSync(path, { bigint: true, throwIfNoEntry: false })?.ino;
}

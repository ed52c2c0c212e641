import { existsSync, rmSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import type { ArchivedCapture } from '../../../core/capture/captureArchive.ts';
import {
  fileByteLength,
  partFolderOf,
  removeCapture,
  type CaptureFile,
} from '../../files/captureFiles.ts';
import { segmentsOf, type FindSegments } from '../../files/segmentFiles.ts';
import { logFormatVersion } from '../store/controlFile.ts';
import { formatVersion } from '../store/sqliteSchema.ts';
import type { Sqlite } from '../store/sqlite.ts';
import { assertPlain, factsOf, problemOf, unreadable, versionOf } from './archivedFacts.ts';
import { settleLog } from './closedLog.ts';
import { maxLockedMs, openLocked } from './lockedFile.ts';

/**
 * Brings the files of a capture that is not open anywhere into order, as after a crash: what is in the
 * write-ahead log into the database, and the log of the rows, see `settleLog`. What is left of a
 * migration that was cut off goes. `false` if it is open, here or in another process. Throws the errors
 * of SQLite and of the file system.
 */
export function settle(sqlite: Sqlite, path: string, find = segmentsOf): boolean {
  const database = openLocked(sqlite, path, 0);
  try {
    if (database) {
      putInOrder(database, path, find);
    }
    return database !== undefined;
  } finally {
    database?.close();
  }
}

function putInOrder(database: DatabaseSync, path: string, find: FindSegments): void {
  const version = versionOf(database);
  if (version === logFormatVersion) {
    assertPlain(database);
    settleLog(database, path);
  }
  if (version === formatVersion) {
    removeSegments(path, find);
  }
  rmSync(partFolderOf(path), { recursive: true, force: true });
}

/** Throws the errors of the file system. */
export function removeSegments(path: string, find = segmentsOf): void {
  for (const segment of find(path)) {
    rmSync(segment.path, { force: true });
  }
}

/**
 * Removes a capture that is not open, with all files of it. `false` if it is open. It is
 * locked meanwhile, so that no window opens it; a damaged one cannot be locked or opened.
 * Throws what the file system throws.
 *
 * @param timeout how long it is waited for, in milliseconds
 */
export function removeUnused(sqlite: Sqlite, path: string, timeout = 0): boolean {
  const locked = existsSync(path) ? lockedIfWhole(sqlite, path, timeout) : 'absent';
  if (locked === 'open') {
    return false;
  }
  const database = typeof locked === 'object' ? locked : undefined;
  // Windows removes nothing that is open, and nothing that somebody else has open.
  const isHeld = process.platform !== 'win32';
  try {
    if (isHeld) {
      removeCapture(path);
    }
  } finally {
    database?.close();
  }
  if (!isHeld) {
    removeCapture(path);
  }
  return true;
}

function lockedIfWhole(
  sqlite: Sqlite,
  path: string,
  timeout: number,
): DatabaseSync | 'open' | 'damaged' {
  try {
    return openLocked(sqlite, path, timeout) ?? 'open';
  } catch {
    return 'damaged';
  }
}

/**
 * Reads the facts of a capture without changing it. Does not throw: its files may be anything.
 * `undefined` if nothing was stored in it.
 */
export function readArchived(
  sqlite: Sqlite,
  file: CaptureFile,
  find = segmentsOf,
): ArchivedCapture | undefined {
  const { key, path, startedAt, pid } = file;
  const window = `process ${pid}`;
  const base = { key, window, startedAt, fileByteLength: fileByteLength(file, find) };
  const unknown = { ...base, name: key, url: '', rowCount: 0, isAbandoned: false };
  let database: DatabaseSync | undefined;
  try {
    database = new sqlite.DatabaseSync(path, { readOnly: true, timeout: maxLockedMs });
    const problem = problemOf(database, logFormatVersion);
    if (problem !== undefined) {
      return { ...unknown, problem };
    }
    const facts = factsOf(database, path, find);
    return facts && { ...base, ...facts };
  } catch (error) {
    return { ...unknown, problem: unreadable(error) };
  } finally {
    database?.close();
  }
}

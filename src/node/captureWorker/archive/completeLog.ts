import { closeSync, fsyncSync, openSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Extent } from '../../../core/capture/capture.ts';
import { segmentPath, segmentsOf } from '../../files/segmentFiles.ts';
import type { Sqlite } from '../store/sqlite.ts';

/** What the control file of a log says that was made of another file. */
export interface LogOrigin {
  readonly extent: Omit<Extent, 'byteLength'>;
  /** When the last row came. As all times here, milliseconds since 1970. */
  readonly lastAt: number;
  /** When its window ended it; `null` if the window did not. */
  readonly ended: number | null;
  /** The name of the file that a user opened. */
  readonly source: string | null;
}

/**
 * Writes into a log that was closed what it was made of, and brings all its files to the disk. Throws
 * the errors of SQLite and of the file system.
 */
export function completeLog(sqlite: Sqlite, path: string, origin: LogOrigin): void {
  const { extent, lastAt, ended, source } = origin;
  const { first, next, dropped, missing = 0 } = extent;
  const database = new sqlite.DatabaseSync(path);
  try {
    database
      .prepare(
        `UPDATE capture SET
           first_seq = ?, next_seq = ?, dropped = ?, missing = ?, last_at = ?, ended = ?, source = ?`,
      )
      .run(first, next, dropped, missing === 0 ? null : missing, lastAt, ended, source);
    // Also where the disk was full when the log was closed.
    database.exec('PRAGMA journal_mode = DELETE');
  } finally {
    database.close();
  }
  [path, ...segmentsOf(path).map(segment => segment.path)].forEach(each => sync(each, 'r+'));
}

export interface CaptureMove {
  readonly from: string;
  readonly to: string;
}

/**
 * Moves captures that nobody has open, or none if it throws the errors of the file system. A control
 * file comes when its log is in place, and may replace another file.
 */
export function moveCaptures(moves: readonly CaptureMove[]): void {
  const moved: string[] = [];
  const move = ({ from, to }: CaptureMove) => {
    renameSync(from, to);
    moved.push(to);
  };
  try {
    for (const { from, to } of moves) {
      for (const segment of segmentsOf(from)) {
        move({ from: segment.path, to: segmentPath(to, segment.number) });
      }
    }
    syncFolders(moves);
    moves.forEach(move);
    syncFolders(moves);
  } catch (error) {
    moved.forEach(path => rmSync(path, { force: true }));
    throw error;
  }
}

function syncFolders(moves: readonly CaptureMove[]): void {
  for (const folder of new Set(moves.map(({ to }) => dirname(to)))) {
    try {
      sync(folder, 'r');
    } catch {
      // Windows cannot do that, and does it by itself.
    }
  }
}

function sync(path: string, flags: string): void {
  const file = openSync(path, flags);
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

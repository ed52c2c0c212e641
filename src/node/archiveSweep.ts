import { existsSync } from 'node:fs';
import { messageOf } from '../core/base/errors.ts';
import type { ArchivedCapture } from '../core/capture/captureArchive.ts';
import { readArchived, settle } from './archivedFile.ts';
import { captureFilesIn, isAlive, removeDatabase, type CaptureFile } from './captureFiles.ts';
import type { Sqlite } from './sqliteStore.ts';

/** How many captures are kept that nobody writes to any more. */
const keptCaptures = 5;

/** A window that makes a capture has it locked by this age. */
const longestStartMs = 60_000;

export interface Sweep {
  /** What is left, newest first. */
  readonly captures: readonly ArchivedCapture[];
  /** What could not be done, as sentences for the log. */
  readonly warnings: readonly string[];
}

interface Found {
  readonly file: CaptureFile;
  /** Absent where no row was stored. */
  readonly capture: ArchivedCapture | undefined;
  /** A window has it open, if only to read it. */
  readonly isOpen: boolean;
}

/**
 * Settles the captures that were left in `folder`, and removes those without a row, all but the
 * newest five, and of these the older ones that together are longer than `maxByteLength`. The newest
 * is always kept: a file is longer than the payloads that the limit counts. A capture that a window
 * writes to is not touched, and one that a window reads is not removed.
 * Throws where the folder cannot be read.
 */
export function sweepArchive(
  sqlite: Sqlite,
  folder: string,
  maxByteLength: number,
  now: number,
): Sweep {
  const warnings: string[] = [];
  const captures: ArchivedCapture[] = [];
  let byteLength = 0;
  for (const file of captureFilesIn(folder)) {
    const found = lookAt(sqlite, file, now);
    if (!found) {
      continue;
    }
    const { capture, isOpen } = found;
    byteLength += capture?.fileByteLength ?? 0;
    const isWithin =
      captures.length === 0 || (captures.length < keptCaptures && byteLength <= maxByteLength);
    if (capture && (isWithin || isOpen || !removed(file, warnings))) {
      captures.push(capture);
    } else if (!capture && !isOpen) {
      removed(file, warnings);
    }
  }
  return { captures, warnings };
}

/** `undefined` while a window writes to it. */
function lookAt(sqlite: Sqlite, file: CaptureFile, now: number): Found | undefined {
  if (!existsSync(file.path)) {
    return isAlive(file.pid) ? undefined : { file, capture: undefined, isOpen: false };
  }
  if (isBeingWritten(sqlite, file, now)) {
    return undefined;
  }
  const isOpen = isLocked(sqlite, file);
  return { file, capture: readArchived(sqlite, file), isOpen };
}

/** A window writes to it, or may be about to. */
export function isBeingWritten(sqlite: Sqlite, file: CaptureFile, now: number): boolean {
  if (!isAlive(file.pid)) {
    return false;
  }
  const capture = readArchived(sqlite, file);
  const isEnded = capture !== undefined && !capture.isAbandoned && !capture.problem;
  return !isEnded && (now - file.startedAt < longestStartMs || isLocked(sqlite, file));
}

/** Settles it where it can be. */
function isLocked(sqlite: Sqlite, { path }: CaptureFile): boolean {
  try {
    return !settle(sqlite, path);
  } catch {
    // Damaged, or not to be written to: reading it says how.
    return false;
  }
}

function removed({ key, path }: CaptureFile, warnings: string[]): boolean {
  try {
    removeDatabase(path);
    return true;
  } catch (error) {
    warnings.push(`The old capture ${key} was not removed: ${messageOf(error)}`);
    return false;
  }
}

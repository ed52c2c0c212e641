import { messageOf } from '../../../core/base/errors.ts';
import type { ArchivedCapture } from '../../../core/capture/captureArchive.ts';
import type { RetentionLimits } from '../../../core/capture/archiveRetention.ts';
import { checkArchived, readArchived, removeUnused, settle } from './archivedFile.ts';
import { isBeingWritten, sweepArchive, type Sweep } from './archiveSweep.ts';
import { captureFileOf, isPlainFile, type CaptureFile } from '../../files/captureFiles.ts';
import { dropNote, makeNote, notedAt } from '../../files/captureNotes.ts';
import { findSqlite, type Sqlite } from '../store/sqliteStore.ts';

/**
 * What is done with capture files in a thread of its own, because it may take long: neither the
 * window nor the capture worker waits for it.
 */
export type ArchiveTask =
  | { readonly kind: 'sweep'; readonly folder: string; readonly limits: RetentionLimits }
  | { readonly kind: 'take'; readonly folder: string; readonly limits: RetentionLimits }
  | { readonly kind: 'prepare'; readonly folder: string; readonly key: string }
  | { readonly kind: 'remove'; readonly folder: string; readonly key: string }
  | { readonly kind: 'copy'; readonly from: string; readonly to: string };

export interface ArchiveTaskResults {
  readonly sweep: Sweep;
  /** The keys are those that this window is to tell of. */
  readonly take: { readonly sweep: Sweep; readonly keys: readonly string[] };
  /** It can be opened: it is whole, and in one file. `undefined` while a window writes to it. */
  readonly prepare: ArchivedCapture | undefined;
  readonly remove: undefined;
  readonly copy: undefined;
}

/** What the thread is started with instead of what the capture worker is. */
export interface ArchiveTaskData {
  readonly task: ArchiveTask;
}

export type ArchiveTaskAnswer = { readonly result: unknown } | { readonly error: string };

/** Does not throw: the answer holds the sentence. */
export function answerTask(task: ArchiveTask): ArchiveTaskAnswer {
  try {
    return { result: perform(task) };
  } catch (error) {
    return { error: messageOf(error) };
  }
}

function perform(task: ArchiveTask): ArchiveTaskResults[ArchiveTask['kind']] {
  const sqlite = findSqlite();
  if (!sqlite) {
    throw new Error('This version of the editor has no SQLite. Update it to open captures.');
  }
  switch (task.kind) {
    case 'sweep':
      return sweep(sqlite, task.folder, task.limits);
    case 'take':
      return take(sqlite, task.folder, task.limits);
    case 'prepare':
      return prepare(sqlite, fileIn(task.folder, task.key));
    case 'remove':
      remove(sqlite, fileIn(task.folder, task.key));
      return undefined;
    case 'copy':
      copy(sqlite, task.from, task.to);
      return undefined;
  }
}

function sweep(sqlite: Sqlite, folder: string, limits: RetentionLimits): Sweep {
  try {
    return sweepArchive(sqlite, folder, limits, Date.now());
  } catch (error) {
    throw new Error(`The folder ${folder} cannot be read: ${messageOf(error)}`, { cause: error });
  }
}

/** Of windows that look at the same time, one takes each capture. */
function take(sqlite: Sqlite, folder: string, limits: RetentionLimits): ArchiveTaskResults['take'] {
  const swept = sweep(sqlite, folder, limits);
  const warnings = [...swept.warnings];
  const keys = swept.unoffered.filter(key => {
    try {
      const { path } = fileIn(folder, key);
      const isFirst = makeNote(path, 'offered', Date.now());
      dropNote(path, 'offer');
      return isFirst;
    } catch (error) {
      warnings.push(`The capture ${key} may be offered again: ${messageOf(error)}`);
      return true;
    }
  });
  return { sweep: { ...swept, warnings }, keys };
}

function fileIn(folder: string, key: string): CaptureFile {
  const file = captureFileOf(folder, key);
  if (!file || !isPlainFile(file)) {
    throw new Error('The capture is no longer there.');
  }
  return file;
}

function prepare(sqlite: Sqlite, file: CaptureFile): ArchivedCapture | undefined {
  if (isBeingWritten(sqlite, file, Date.now())) {
    return undefined;
  }
  let capture = readArchived(sqlite, file);
  if (capture?.isAbandoned) {
    noteOffer(file.path);
    settle(sqlite, file.path);
    checkArchived(sqlite, file.path);
    capture = readArchived(sqlite, file);
  }
  if (!capture) {
    throw new Error('The capture is empty.');
  }
  if (capture.problem !== undefined) {
    throw new Error(capture.problem);
  }
  return capture;
}

/** Without its log nobody would know that it is to be offered still. */
function noteOffer(path: string): void {
  try {
    if (notedAt(path, 'offered', Date.now()) === undefined) {
      makeNote(path, 'offer', Date.now());
    }
  } catch {
    // The folder cannot be written: nor will the log go.
  }
}

function remove(sqlite: Sqlite, { path }: CaptureFile): void {
  if (!removeUnused(sqlite, path)) {
    throw new Error('The capture is open, here or in another window. Close it there first.');
  }
}

/** A consistent copy, also of what is being written to. Its pages are in order and none is free. */
function copy(sqlite: Sqlite, from: string, to: string): void {
  const database = new sqlite.DatabaseSync(from, { readOnly: true });
  try {
    database.prepare('VACUUM INTO ?').run(to);
  } finally {
    database.close();
  }
}

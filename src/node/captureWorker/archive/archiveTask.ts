import { messageOf } from '../../../core/base/errors.ts';
import type { ArchivedCapture, ImportProgress } from '../../../core/capture/captureArchive.ts';
import type { RetentionLimits } from '../../../core/capture/archiveRetention.ts';
import { checkDatabase, damageOf } from './archiveCheck.ts';
import { readArchived, removeUnused, settle } from './archivedFile.ts';
import { unreadable } from './archivedFacts.ts';
import { importFile } from './importFile.ts';
import { maxLockedMs } from './lockedFile.ts';
import { isInOldFormat, migrate } from './migration.ts';
import { isBeingWritten, sweepArchive } from './archiveSweep.ts';
import type {
  ArchiveRequests,
  ArchiveTask,
  PreparedCapture,
  Sweep,
} from '../../capture/captureProtocol.ts';
import { captureFileOf, isPlainFile, type CaptureFile } from '../../files/captureFiles.ts';
import { dropNote, makeNote, notedAt } from '../../files/captureNotes.ts';
import { findSqlite, type Sqlite } from '../store/sqlite.ts';

/** Does what an archive thread was started for. Throws a sentence. */
export function performTask(
  task: ArchiveTask,
  report: (progress: ImportProgress) => void,
): ArchiveRequests[keyof ArchiveRequests]['result'] {
  const sqlite = findSqlite();
  if (!sqlite) {
    throw new Error('This version of the editor has no SQLite. Update it to open captures.');
  }
  const { request, params } = task;
  switch (request) {
    case 'sweep':
      return sweep(sqlite, params.folder, params.limits);
    case 'take':
      return take(sqlite, params.folder, params.limits);
    case 'prepare':
      return prepare(sqlite, fileIn(params.folder, params.key));
    case 'remove':
      remove(sqlite, fileIn(params.folder, params.key));
      return undefined;
    case 'import':
      return importFile(sqlite, params, report);
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
function take(
  sqlite: Sqlite,
  folder: string,
  limits: RetentionLimits,
): ArchiveRequests['take']['result'] {
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
    throw new Error('The capture no longer exists.');
  }
  return file;
}

function prepare(sqlite: Sqlite, file: CaptureFile): PreparedCapture | undefined {
  if (isBeingWritten(sqlite, file, Date.now())) {
    return undefined;
  }
  const { path } = file;
  if (readArchived(sqlite, file)?.isAbandoned) {
    noteOffer(path);
    settleWhole(sqlite, path);
  }
  let capture = readReadable(sqlite, file);
  if (isInOldFormat(sqlite, path)) {
    if (!migrate(sqlite, path)) {
      return undefined;
    }
    capture = readReadable(sqlite, file);
  }
  const damage = damageOf(sqlite, path, capture.isAbandoned);
  return { ...capture, ...(damage !== undefined && { damage }) };
}

/** Throws a sentence if that cannot be done, or the database is damaged. */
function settleWhole(sqlite: Sqlite, path: string): void {
  try {
    settle(sqlite, path);
  } catch (error) {
    throw new Error(unreadable(error), { cause: error });
  }
  checkDatabase(sqlite, path);
}

/** Throws a sentence if it cannot be opened. */
function readReadable(sqlite: Sqlite, file: CaptureFile): ArchivedCapture {
  const capture = readArchived(sqlite, file);
  if (!capture) {
    throw new Error('The capture is empty.');
  }
  if (capture.problem !== undefined) {
    throw new Error(capture.problem);
  }
  return capture;
}

/** Without its log, no window could tell that it still has to be offered. */
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
  if (!removeUnused(sqlite, path, maxLockedMs)) {
    throw new Error('The capture is open, here or in another window. Close it there first.');
  }
}

import { mkdirSync, rmSync, statSync, utimesSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import { basename, dirname, join } from 'node:path';
import { messageOf } from '../../../core/base/errors.ts';
import { errorCode, partFolderOf } from '../../files/captureFiles.ts';
import { makePrivateFile } from '../../files/privateFiles.ts';
import { LogStore } from '../store/logStore.ts';
import { RowAppender } from '../store/rowCopy.ts';
import { codeOf, SqliteCode, type Sqlite } from '../store/sqlite.ts';
import { RowReader } from '../store/sqliteReader.ts';
import { formatVersion, savedExtent } from '../store/sqliteSchema.ts';
import { unreadable, versionOf } from './archivedFacts.ts';
import { removeSegments } from './archivedFile.ts';
import { completeLog, moveCaptures, type LogOrigin } from './completeLog.ts';
import { maxLockedMs, openReserved } from './lockedFile.ts';

const needed =
  'An earlier version of this extension recorded the capture. To open it, its file is rewritten, for which';

/** Whether an earlier version recorded a capture, so that its rows are in the database. */
export function isInOldFormat(sqlite: Sqlite, path: string): boolean {
  const database = new sqlite.DatabaseSync(path, { readOnly: true, timeout: maxLockedMs });
  try {
    return versionOf(database) === formatVersion;
  } finally {
    database.close();
  }
}

/**
 * Makes a log of a capture whose rows are in its database. The log is written in a folder of its own and
 * gets its place when it is complete, with the control file last, which replaces the database: what
 * is cut off before leaves the database, and `settle` removes the rest. `false` while another window
 * does so. Throws a sentence; then the capture is as it was.
 *
 * @param maxFileBytes the log grows no longer than this
 */
export function migrate(sqlite: Sqlite, path: string, maxFileBytes = Infinity): boolean {
  let database: DatabaseSync | undefined;
  try {
    database = openReserved(sqlite, path);
    if (!database || !isPlain(database)) {
      return false;
    }
    const part = partFor(path);
    writeLog(sqlite, database, part, maxFileBytes);
    const { atime, mtime } = statSync(path);
    utimesSync(part, atime, mtime);
    if (process.platform === 'win32') {
      // Nothing takes the place of a file that is open.
      database.close();
      database = undefined;
    }
    moveCaptures([{ from: part, to: path }]);
    removePart(path);
    return true;
  } catch (error) {
    removePart(path);
    throw new Error(sentenceOf(error, path), { cause: error });
  } finally {
    // Last: then another window may begin.
    database?.close();
  }
}

/** Whether it is not a log meanwhile, and has no other files that SQLite knows. */
function isPlain(database: DatabaseSync): boolean {
  const mode = database.prepare('PRAGMA journal_mode').get()?.['journal_mode'];
  return versionOf(database) === formatVersion && mode === 'delete';
}

/** Where the log is written. What an earlier attempt has left goes. */
function partFor(path: string): string {
  const folder = partFolderOf(path);
  removeSegments(path);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { mode: 0o700 });
  return join(folder, basename(path));
}

function removePart(path: string): void {
  try {
    rmSync(partFolderOf(path), { recursive: true, force: true });
  } catch {
    // The next look at the capture removes it.
  }
}

function writeLog(sqlite: Sqlite, from: DatabaseSync, path: string, maxFileBytes: number): void {
  const found = from.prepare('SELECT * FROM capture').get() ?? {};
  const window = found['window'];
  const extent = savedExtent(from);
  makePrivateFile(path);
  const store = LogStore.open(sqlite, path, {
    facts: {
      name: String(found['name']),
      url: String(found['url']),
      startedAt: Number(found['started']),
      ...(typeof window === 'string' && { window }),
    },
    maxBytes: Infinity,
    maxFileBytes,
  });
  let lastAt = 0;
  try {
    const rows = new RowAppender(store);
    for (const { record, frame } of new RowReader(from).read(extent.first, extent.next)) {
      rows.append(record, frame);
      lastAt = record.at;
    }
    rows.flush();
  } finally {
    store.close();
  }
  const [ended, source] = [found['ended'], found['source']];
  const origin: LogOrigin = {
    extent,
    lastAt,
    ended: typeof ended === 'number' ? ended : null,
    source: typeof source === 'string' ? source : null,
  };
  completeLog(sqlite, path, origin);
}

function sentenceOf(error: unknown, path: string): string {
  const code = codeOf(error);
  switch (errorCode(error)) {
    case 'ENOSPC':
    case 'EDQUOT':
      return fullSentence(path);
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return readOnlySentence(error, path);
    case 'ERR_SQLITE_ERROR':
      if (code === SqliteCode.Full) {
        return fullSentence(path);
      }
      return code === SqliteCode.ReadOnly || code === SqliteCode.CannotOpen
        ? readOnlySentence(error, path)
        : unreadable(error);
    default:
      return messageOf(error);
  }
}

function fullSentence(path: string): string {
  const megabytes = Math.ceil(statSync(path).size / 1e6);
  return `${needed} the disk has too little room: free ${megabytes} MB.`;
}

function readOnlySentence(error: unknown, path: string): string {
  return `${needed} the folder ${dirname(path)} and the file must be writable (${messageOf(error)}).`;
}

import type { DatabaseSync } from 'node:sqlite';
import { basename } from 'node:path';
import { messageOf } from '../../../core/base/errors.ts';
import { rowCountOf, type Extent } from '../../../core/capture/capture.ts';
import type { ArchivedCapture } from '../../../core/capture/captureArchive.ts';
import { segmentPath, segmentsOf, type FindSegments } from '../../files/segmentFiles.ts';
import { logFormatVersion, storedExtents } from '../store/controlFile.ts';
import { codeOf, SqliteCode } from '../store/sqlite.ts';
import { formatVersion, savedExtent } from '../store/sqliteSchema.ts';
import { readLog } from './closedLog.ts';

export type ArchivedFacts = Omit<
  ArchivedCapture,
  'key' | 'window' | 'fileByteLength' | 'problem'
> & {
  readonly window?: string;
};

/** What is wrong with a file is known, and said by the message. */
export class FileProblem extends Error {}

/** What a `Date` can hold, in milliseconds. */
const maxTime = 8.64e15;

/** Names and URLs are cut at this length: a file may hold anything. */
export const maxNameLength = 1000;

export function isTime(at: unknown): at is number {
  return typeof at === 'number' && Math.abs(at) <= maxTime;
}

/**
 * Throws a `FileProblem` if something is computed when a database is read or written, which may take for
 * ever: a file may hold anything.
 */
export function assertPlain(database: DatabaseSync): void {
  const computed = database.prepare(
    `SELECT count(*) AS n FROM sqlite_schema
     WHERE type = 'trigger' OR (type = 'view' AND name <> 'messages')`,
  );
  if (computed.get()?.['n'] !== 0) {
    throw new FileProblem('The file is no capture of WebSocket Monitor.');
  }
}

export function versionOf(database: DatabaseSync): number {
  return Number(database.prepare('PRAGMA user_version').get()?.['user_version']);
}

/**
 * Why a database is not read, as a sentence.
 *
 * @param newest the highest format that is read
 */
export function problemOf(database: DatabaseSync, newest: number): string | undefined {
  const version = versionOf(database);
  if (version > newest) {
    return 'A newer version of this extension wrote the file. Update the extension to open it.';
  }
  return version > 0 && version < formatVersion
    ? 'An early version of this extension wrote the file, in a format that is no longer read.'
    : undefined;
}

/**
 * What a capture's files say. `undefined` if there is no row, or not even a table, as when a window
 * ended at once. Throws what SQLite and the file system throw.
 *
 * @param find gives the segments as they were a moment ago
 */
export function factsOf(
  database: DatabaseSync,
  path: string,
  find: FindSegments,
): ArchivedFacts | undefined {
  assertPlain(database);
  const tables = database.prepare("SELECT count(*) AS n FROM sqlite_schema WHERE type = 'table'");
  if (tables.get()?.['n'] === 0 && segmentsOf(path).length === 0) {
    return undefined;
  }
  const found = database.prepare('SELECT * FROM capture').get() ?? {};
  const isLog = versionOf(database) === logFormatVersion;
  const { extent, lastAt } = isLog
    ? rowsOfLog(database, path, find, found['last_at'])
    : rowsOfTable(database);
  if (extent.first === extent.next) {
    return undefined;
  }
  const [startedAt, window, source] = [found['started'], found['window'], found['source']];
  if (!isTime(startedAt) || !isTime(lastAt)) {
    throw new TypeError('it says no time');
  }
  const rowCount = rowCountOf(extent);
  if (!Number.isSafeInteger(rowCount) || rowCount < 0) {
    throw new TypeError('it does not say how many messages there are');
  }
  return {
    ...(typeof window === 'string' && { window }),
    name: String(found['name']).slice(0, maxNameLength),
    url: String(found['url']).slice(0, maxNameLength),
    startedAt,
    endedAt: lastAt,
    rowCount,
    ...(typeof source === 'string' && { source }),
    isAbandoned: found['ended'] === null,
  };
}

interface Rows {
  readonly extent: Extent;
  readonly lastAt: unknown;
}

function rowsOfTable(database: DatabaseSync): Rows {
  const last = database.prepare('SELECT at FROM record ORDER BY seq DESC LIMIT 1').get();
  return { extent: savedExtent(database), lastAt: last?.['at'] };
}

/** @param lastAt what the control file says, if the log is in order */
function rowsOfLog(
  database: DatabaseSync,
  path: string,
  find: FindSegments,
  lastAt: unknown,
): Rows {
  if (typeof lastAt !== 'number') {
    return readLog(database, path);
  }
  const { extent } = storedExtents(database);
  const hasLog = [find, segmentsOf].some(each => each(path).length > 0);
  if (extent.first < extent.next && !hasLog) {
    const first = basename(segmentPath(path, 1));
    throw new FileProblem(
      `The messages of the capture are not there: its files ${first} and so on were moved or deleted.`,
    );
  }
  return { extent, lastAt };
}

/** Why a file cannot be read, as a sentence. */
export function unreadable(error: unknown, name = 'The file'): string {
  if (error instanceof FileProblem) {
    return error.message;
  }
  const code = codeOf(error);
  if (code === SqliteCode.Corrupt || code === SqliteCode.NotADatabase) {
    return `${name} is damaged (${messageOf(error)}).`;
  }
  return `${name} cannot be read (${messageOf(error)}).`;
}

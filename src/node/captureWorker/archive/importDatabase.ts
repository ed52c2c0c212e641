import type { DatabaseSync } from 'node:sqlite';
import { statSync } from 'node:fs';
import { basename } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ImportedFile, ImportProgress } from '../../../core/capture/captureArchive.ts';
import { kindOf } from '../../../core/record/record.ts';
import {
  maxSeq,
  maxStateByteLength,
  tooLongState,
} from '../../../core/import/capture/ndjsonRow.ts';
import { logFormatVersion } from '../store/controlFile.ts';
import { RowReader, type ReadRow } from '../store/sqliteReader.ts';
import { formatVersion } from '../store/sqliteSchema.ts';
import type { Sqlite } from '../store/sqlite.ts';
import {
  FileProblem,
  isTime,
  maxNameLength,
  problemOf,
  unreadable,
  versionOf,
} from './archivedFacts.ts';
import type { ImportedCaptures, ImportedConnection } from './importedCaptures.ts';
import { UnreadRows } from './unreadRows.ts';

const progressIntervalMs = 100;
const knownFlags = 0xffff;

const tables = ['capture', 'record', 'large_payload', 'frame'] as const;

/** A table with plain columns: nothing that is computed when it is read. */
const plainTable =
  /^CREATE TABLE \w+ \(\s*(?:\w+ (?:TEXT|REAL|INTEGER|BLOB)(?: PRIMARY KEY| NOT NULL)?(?:,\s*)?)+\s*\)$/;

/**
 * Appends the rows of a saved database, which may be any database. Only plain tables of it are read, in
 * a way that neither locks it nor makes files beside it. Throws a sentence, or what SQLite throws.
 */
export function importDatabase(
  sqlite: Sqlite,
  path: string,
  captures: ImportedCaptures,
  report: (progress: ImportProgress) => void,
): Pick<ImportedFile, 'of' | 'unread' | 'firstUnread' | 'isCut'> {
  const name = basename(path);
  if ((statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0) > 0) {
    throw new Error(
      `${name} is in use, or was left by a crash: a file with the ending -wal is beside it. ` +
        'Save the capture, and open the saved file.',
    );
  }
  const url = pathToFileURL(path);
  url.search = '?mode=ro&immutable=1';
  const unread = new UnreadRows();
  let database: DatabaseSync | undefined;
  try {
    database = new sqlite.DatabaseSync(url, { readOnly: true });
    database.exec('PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON');
    const problem = problemIn(database);
    if (problem === undefined) {
      copy(database, captures, unread, report);
      return { ...unread.facts, of: 'rows', isCut: false };
    }
    throw new FileProblem(problem);
  } catch (error) {
    throw new Error(unreadable(error, name), { cause: error });
  } finally {
    database?.close();
  }
}

function problemIn(database: DatabaseSync): string | undefined {
  if (versionOf(database) === logFormatVersion) {
    return (
      'The file holds no messages: it belongs to a capture whose messages are in the files beside it. ' +
      'Open the capture from the list of captures, save it with Save Capture As…, and open the saved file.'
    );
  }
  const version = problemOf(database, formatVersion);
  if (version !== undefined) {
    return version;
  }
  const select = database.prepare('SELECT type, sql FROM sqlite_schema WHERE name = ?');
  const areTables = tables.every(name => {
    const found = select.all(name);
    const [table] = found;
    return (
      found.length === 1 && table?.['type'] === 'table' && plainTable.test(String(table['sql']))
    );
  });
  // In another encoding, texts would be other bytes.
  const isUtf8 = database.prepare('PRAGMA encoding').get()?.['encoding'] === 'UTF-8';
  return areTables && isUtf8 ? undefined : 'The database is no capture of WebSocket Monitor.';
}

function copy(
  database: DatabaseSync,
  captures: ImportedCaptures,
  unread: UnreadRows,
  report: (progress: ImportProgress) => void,
): void {
  const { connection, clearedBelow } = captureIn(database);
  const last = Number(database.prepare('SELECT max(seq) AS seq FROM record').get()?.['seq'] ?? -1);
  let reportedAt = performance.now();
  let first: number | undefined;
  for (const row of new RowReader(database).read(clearedBelow, maxSeq + 1)) {
    unread.next();
    append(row, connection, captures, unread);
    const { seq } = row.record;
    first ??= seq;
    const now = performance.now();
    if (now - reportedAt >= progressIntervalMs) {
      reportedAt = now;
      const share = Math.min(1, (seq + 1 - first) / (last + 1 - first));
      report({ share, rowCount: captures.rowCount });
    }
  }
}

function captureIn(database: DatabaseSync): {
  readonly connection: ImportedConnection;
  readonly clearedBelow: number;
} {
  const found = database.prepare('SELECT * FROM capture LIMIT 1').get();
  const [name, url, startedAt] = [found?.['name'], found?.['url'], found?.['started']];
  if (typeof name !== 'string' || typeof url !== 'string' || !isTime(startedAt)) {
    throw new FileProblem('The database does not say what it is a capture of.');
  }
  const connection = {
    name: name.slice(0, maxNameLength),
    url: url.slice(0, maxNameLength),
    startedAt,
  };
  const below = found?.['cleared_below'];
  return { connection, clearedBelow: typeof below === 'number' ? Math.max(0, below) : 0 };
}

function append(
  { record, frame }: ReadRow,
  connection: ImportedConnection,
  captures: ImportedCaptures,
  unread: UnreadRows,
): void {
  const { at, flags, payload } = record;
  if (!isTime(at)) {
    unread.add('its time is no number of milliseconds');
  } else if (!Number.isInteger(flags) || flags < 0 || flags > knownFlags) {
    unread.add('its flags are unknown');
  } else if (kindOf(flags) === 'state' && payload.length > maxStateByteLength) {
    unread.add(tooLongState);
  } else {
    captures.append(connection, record, frame);
  }
}

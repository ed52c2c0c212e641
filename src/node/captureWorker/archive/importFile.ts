import {
  closeSync,
  constants,
  fstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  rmdirSync,
  rmSync,
  statSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { messageOf } from '../../../core/base/errors.ts';
import type { ImportedFile, ImportProgress } from '../../../core/capture/captureArchive.ts';
import type { ImportParams } from '../../capture/captureProtocol.ts';
import { makePrivateFolder } from '../../files/privateFiles.ts';
import type { Sqlite } from '../store/sqlite.ts';
import { moveCaptures } from './completeLog.ts';
import { importDatabase } from './importDatabase.ts';
import { ImportedCaptures } from './importedCaptures.ts';
import { importNdjson } from './importNdjson.ts';

const partName = /^[0-9a-f]{12}\.part$/;
/** Windows has no such thing. */
const { O_NONBLOCK: noWait = 0 } = constants as Partial<typeof constants>;
const dayMs = 24 * 60 * 60 * 1000;

/** How a database begins. */
const magic = 'SQLite format 3\0';

/** A byte order mark, and then what a JSON object begins with. */
const beginsJson = /^(?:\xef\xbb\xbf)?\s*\{/;
const beginsHar = /^(?:\xef\xbb\xbf)?\s*\{\s*"log"\s*:/;

/**
 * Makes captures of a file that was exported or saved by this extension; what it is, its first bytes
 * say. They are complete when they get their names. The file is not changed. Throws a sentence.
 */
export function importFile(
  sqlite: Sqlite,
  params: ImportParams,
  report: (progress: ImportProgress) => void,
): ImportedFile {
  const { path, folder, partFolder } = params;
  const name = basename(path);
  const file = openPlainFile(path);
  try {
    const head = headOf(file);
    const isDatabase = head.startsWith(magic);
    assertReadable(head, isDatabase, name);
    makePrivateFolder(folder);
    removeOldParts(folder);
    mkdirSync(partFolder, { mode: 0o700 });
    const captures = new ImportedCaptures(sqlite, params, name);
    try {
      const read = isDatabase
        ? importDatabase(sqlite, path, captures, report)
        : importNdjson(file, captures, report);
      captures.finish();
      if (captures.rowCount === 0) {
        const { firstUnread } = read;
        throw new Error(
          firstUnread
            ? `${name} is no export of WebSocket Monitor: line ${firstUnread.number} cannot be read, because ${firstUnread.reason}.`
            : `There are no messages in ${name}.`,
        );
      }
      const { rowCount, renumbered, made } = captures;
      moveCaptures(made.map(({ key }) => ({ from: join(partFolder, key), to: join(folder, key) })));
      rmdirSync(partFolder);
      return { captures: made, rowCount, renumbered, ...read };
    } finally {
      captures.close();
    }
  } catch (error) {
    rmSync(partFolder, { recursive: true, force: true });
    throw new Error(sentenceOf(error, name), { cause: error });
  } finally {
    closeSync(file);
  }
}

/** Does not wait for the other end of a pipe. */
function openPlainFile(path: string): number {
  let file: number;
  try {
    file = openSync(path, constants.O_RDONLY | noWait);
  } catch (error) {
    throw new Error(sentenceOf(error, basename(path)), { cause: error });
  }
  if (!fstatSync(file).isFile()) {
    closeSync(file);
    throw new Error(`${basename(path)} is not a file.`);
  }
  return file;
}

function headOf(file: number): string {
  const bytes = Buffer.alloc(512);
  return bytes.toString('latin1', 0, readSync(file, bytes, 0, bytes.length, 0));
}

function assertReadable(head: string, isDatabase: boolean, name: string): void {
  if (head === '') {
    throw new Error(`${name} is empty.`);
  }
  if (beginsHar.test(head)) {
    throw new Error(
      `${name} is a HAR file. Captures are opened from NDJSON exports and from SQLite databases.`,
    );
  }
  if (!isDatabase && !beginsJson.test(head)) {
    throw new Error(
      `${name} is no export of WebSocket Monitor. Choose a file that it exported as NDJSON or saved as SQLite.`,
    );
  }
}

/** A window that went down while it read a file left these. */
function removeOldParts(folder: string): void {
  for (const name of readdirSync(folder).filter(each => partName.test(each))) {
    const path = join(folder, name);
    if (Date.now() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Infinity) > dayMs) {
      rmSync(path, { recursive: true, force: true });
    }
  }
}

function sentenceOf(error: unknown, name: string): string {
  switch (error instanceof Error && 'code' in error ? error.code : undefined) {
    case 'ENOENT':
      return `${name} is not there any more.`;
    case 'EACCES':
    case 'EPERM':
      return `${name} cannot be read: permission denied.`;
    case 'ENOSPC':
    case 'EDQUOT':
      return `The disk is full: there is no room for the messages of ${name}.`;
    case 'ERR_SQLITE_ERROR':
      return `${name} cannot be opened: ${messageOf(error)}.`;
    default:
      return messageOf(error);
  }
}

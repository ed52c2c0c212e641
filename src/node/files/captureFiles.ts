import { lstatSync, readdirSync, rmSync, statSync, type Stats } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { noteEndings, notePath } from './captureNotes.ts';
import { segmentsOf, withoutSegmentEnding, type FindSegments } from './segmentFiles.ts';

const fileName = /^(\d{4}-\d\d-\d\d)T(\d\d)-(\d\d)-(\d\d)-(\d{3})Z-(\d+)-(\d+)\.sqlite$/;
/** In the name of a capture that no process writes to, since it was whole when it got the name. */
export const noProcess = 0;

const besides = ['-wal', '-shm', '-journal'] as const;

/** The files of one capture, whether or not a window still writes to them. */
export interface CaptureFile {
  /** The name of the database. */
  readonly key: string;
  readonly path: string;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  /** The process that made it, or 0 if it was read from a file; another process may have the number by now. */
  readonly pid: number;
}

/**
 * The name of a capture's file. It contains no text of a peer or a user, sorts by time, and names the
 * process that writes to the file.
 *
 * @param startedAt milliseconds since 1970
 */
export function captureFileName(startedAt: number, pid: number, ordinal: number): string {
  const time = new Date(startedAt).toISOString().replaceAll(/[:.]/g, '-');
  return `${time}-${pid}-${ordinal}.sqlite`;
}

/** `undefined` if `key` is not the name of a capture's file, so that it cannot lead out of `folder`. */
export function captureFileOf(folder: string, key: string): CaptureFile | undefined {
  const [, day, hour, minute, second, ms, pid] = fileName.exec(key) ?? [];
  if (day === undefined) {
    return undefined;
  }
  const startedAt = Date.parse(`${day}T${hour}:${minute}:${second}.${ms}Z`);
  return { key, path: join(folder, key), startedAt, pid: Number(pid) };
}

/**
 * The captures in a folder, newest first; also those of which only a file beside the database is left.
 * Links and other special files are skipped. Throws the errors of the file system, unless the folder
 * does not exist.
 */
export function captureFilesIn(folder: string): readonly CaptureFile[] {
  try {
    return filesOf(folder, readdirSync(folder)).filter(isPlainOrGone);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') {
      return [];
    }
    throw error;
  }
}

/** The size of all files of a capture, in bytes. */
export function fileByteLength({ path }: CaptureFile, find: FindSegments): number {
  return pathsOf(path, find).reduce((sum, each) => {
    return sum + (statSync(each, { throwIfNoEntry: false })?.size ?? 0);
  }, 0);
}

/**
 * Removes the files of a capture. The control file goes first: without it there is no capture, and the
 * next look removes what is left. Throws the errors of the file system.
 */
export function removeCapture(path: string): void {
  const notes = noteEndings.map(ending => path + ending);
  for (const each of [...pathsOf(path, segmentsOf), ...notes]) {
    rmSync(each, { force: true });
  }
  rmSync(partFolderOf(path), { recursive: true, force: true });
}

/** Where what takes the place of a capture's files is written. */
export function partFolderOf(path: string): string {
  return `${path}.part`;
}

/** The facts of the file at a path, without following a link; `undefined` if they cannot be read. */
export function lstatOf(path: string): Stats | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

/** Whether the file system has changed something about a segment of a capture since that time, if only its name. */
export function isLogChangedSince({ path }: CaptureFile, at: number): boolean {
  return segmentsOf(path).some(segment => (lstatOf(segment.path)?.ctimeMs ?? 0) > at);
}

/** Whether a capture is a plain file, and not a link or folder of such a name. */
export function isPlainFile({ path }: CaptureFile): boolean {
  return lstatOf(path)?.isFile() ?? false;
}

/** Whether a database has a write-ahead log with content, as a crashed process leaves it. */
export function hasLog({ path }: CaptureFile): boolean {
  return (lstatOf(`${path}-wal`)?.size ?? 0) > 0;
}

/** The paths of all files that a capture may have, but for its notes. */
export function pathsOf(path: string, find: FindSegments): readonly string[] {
  return [path, ...pathsBeside(path), ...find(path).map(segment => segment.path)];
}

/** The paths of the files that SQLite may make beside a database. */
export function pathsBeside(path: string): readonly string[] {
  return besides.map(ending => path + ending);
}

/**
 * Whether a process that has ended left a capture to offer: one with a write-ahead log, which a window
 * removes when it ends a capture, or one with a note of another window. Opens no database: doing so
 * beside SQLite in the same process would break its locks. `false` if the folder cannot be read.
 */
export async function hasAbandonedFile(folder: string): Promise<boolean> {
  const names = new Set(await readdir(folder).catch(() => []));
  for (const file of filesOf(folder, [...names])) {
    const { key, path } = file;
    if (!names.has(key) || names.has(notePath(key, 'offered'))) {
      continue;
    }
    if (names.has(notePath(key, 'offer'))) {
      return true;
    }
    if (!mayBeWriting(file)) {
      const log = await stat(`${path}-wal`).catch(() => undefined);
      if (log && log.size > 0) {
        return true;
      }
    }
  }
  return false;
}

/** Whether there is a capture of a process that has ended. `false` if the folder cannot be read. */
export async function hasEndedCapture(folder: string): Promise<boolean> {
  const names = await readdir(folder).catch(() => []);
  return filesOf(folder, names).some(file => !mayBeWriting(file));
}

/**
 * Whether the process that made the capture may still run, by its number. This process may have the
 * number of one that ended, as is common in containers; captures older than this process are not its
 * own.
 */
export function mayBeWriting({ pid, startedAt }: CaptureFile): boolean {
  if (pid === noProcess) {
    return false;
  }
  if (pid === process.pid) {
    return startedAt >= Date.now() - process.uptime() * 1000 - 1000;
  }
  return isAlive(pid);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errorCode(error) === 'EPERM'; // another user's
  }
}

export function errorCode(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}

function filesOf(folder: string, names: readonly string[]): readonly CaptureFile[] {
  const endings = [...besides, ...noteEndings];
  const keys = names.map(name =>
    endings.reduce((key, ending) => withoutEnd(key, ending), withoutSegmentEnding(name)),
  );
  return [...new Set(keys)]
    .sort()
    .reverse()
    .flatMap(key => captureFileOf(folder, key) ?? []);
}

/** Whether the database is a plain file, or missing because only a file beside it is left. */
function isPlainOrGone({ path }: CaptureFile): boolean {
  return lstatOf(path)?.isFile() ?? true;
}

function withoutEnd(name: string, ending: string): string {
  return name.endsWith(ending) ? name.slice(0, -ending.length) : name;
}

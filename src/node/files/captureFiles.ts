import { lstatSync, readdirSync, rmSync, statSync, type Stats } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { noteEndings, notePath } from './captureNotes.ts';

const fileName = /^(\d{4}-\d\d-\d\d)T(\d\d)-(\d\d)-(\d\d)-(\d{3})Z-(\d+)-(\d+)\.sqlite$/;
const besides = ['-wal', '-shm', '-journal'] as const;

/** The files of one capture, whether or not a window still writes to them. */
export interface CaptureFile {
  /** The name of the database. */
  readonly key: string;
  readonly path: string;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  /** The process that made it; another one may have got its number since. */
  readonly pid: number;
}

/**
 * The name of a capture's file. Nothing in it comes from a peer or a user; names sort by time, and
 * say which process writes to them.
 *
 * @param startedAt milliseconds since 1970
 */
export function captureFileName(startedAt: number, pid: number, ordinal: number): string {
  const time = new Date(startedAt).toISOString().replaceAll(/[:.]/g, '-');
  return `${time}-${pid}-${ordinal}.sqlite`;
}

/** `undefined` where `key` is not the name of a capture's file: it cannot lead out of `folder`. */
export function captureFileOf(folder: string, key: string): CaptureFile | undefined {
  const [, day, hour, minute, second, ms, pid] = fileName.exec(key) ?? [];
  if (day === undefined) {
    return undefined;
  }
  const startedAt = Date.parse(`${day}T${hour}:${minute}:${second}.${ms}Z`);
  return { key, path: join(folder, key), startedAt, pid: Number(pid) };
}

/**
 * The captures in a folder, newest first; also those of which nothing but a file beside the
 * database is left. What is no plain file, such as a link, is nobody's capture. Throws what the file
 * system throws, except where there is no such folder.
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

/** Bytes of the database and of what is beside it. */
export function fileByteLength({ path }: CaptureFile): number {
  return [path, ...pathsBeside(path)].reduce((sum, each) => {
    return sum + (statSync(each, { throwIfNoEntry: false })?.size ?? 0);
  }, 0);
}

/** Removes a database and what is kept beside it. Throws what the file system throws. */
export function removeDatabase(path: string): void {
  const notes = noteEndings.map(ending => path + ending);
  for (const each of [path, ...pathsBeside(path), ...notes]) {
    rmSync(each, { force: true });
  }
}

/** What is at a path itself, not where a link leads to; `undefined` where nothing can be found out. */
export function lstatOf(path: string): Stats | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

/** The file of a capture, and no link, folder or other thing that bears such a name. */
export function isPlainFile({ path }: CaptureFile): boolean {
  return lstatOf(path)?.isFile() ?? false;
}

/** Bytes wait beside a database to be brought into it, as a process that went down leaves them. */
export function hasLog({ path }: CaptureFile): boolean {
  return (lstatOf(`${path}-wal`)?.size ?? 0) > 0;
}

export function pathsBeside(path: string): readonly string[] {
  return besides.map(ending => path + ending);
}

/**
 * Whether a process that has ended left something that is to be offered: a write-ahead log, which a
 * window takes away when it ends a capture, or a note that another window made of it. Opens no
 * database: doing so beside SQLite, in one process, would break its locks. `false` where the folder
 * cannot be read.
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

/**
 * The process that made it lives, as far as its number tells. This process may have got the number
 * of one that ended, as is common in containers: it made nothing before it was there.
 */
export function mayBeWriting({ pid, startedAt }: CaptureFile): boolean {
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
  const keys = names.map(name => endings.reduce((key, ending) => withoutEnd(key, ending), name));
  return [...new Set(keys)]
    .sort()
    .reverse()
    .flatMap(key => captureFileOf(folder, key) ?? []);
}

/** Nothing is at the place of a database where only a file beside it is left. */
function isPlainOrGone({ path }: CaptureFile): boolean {
  return lstatOf(path)?.isFile() ?? true;
}

function withoutEnd(name: string, ending: string): string {
  return name.endsWith(ending) ? name.slice(0, -ending.length) : name;
}

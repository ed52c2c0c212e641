import { readdirSync, rmSync, statSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

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
 * database is left. Throws what the file system throws, except where there is no such folder.
 */
export function captureFilesIn(folder: string): readonly CaptureFile[] {
  try {
    return filesOf(folder, readdirSync(folder));
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

/** Removes a database and what SQLite keeps beside it. Throws what the file system throws. */
export function removeDatabase(path: string): void {
  for (const each of [path, ...pathsBeside(path)]) {
    rmSync(each, { force: true });
  }
}

export function pathsBeside(path: string): readonly string[] {
  return besides.map(ending => path + ending);
}

/**
 * Whether a process that has ended left a write-ahead log behind, which a window takes away when it
 * ends a capture. Opens no file: doing so beside SQLite, in one process, would break its locks.
 * `false` where the folder cannot be read.
 */
export async function hasAbandonedFile(folder: string): Promise<boolean> {
  const names = await readdir(folder).catch(() => []);
  for (const { path, pid } of filesOf(folder, names)) {
    if (!isAlive(pid)) {
      const log = await stat(`${path}-wal`).catch(() => undefined);
      if (log && log.size > 0) {
        return true;
      }
    }
  }
  return false;
}

export function isAlive(pid: number): boolean {
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
  const keys = names.map(name => besides.reduce((key, ending) => withoutEnd(key, ending), name));
  return [...new Set(keys)]
    .sort()
    .reverse()
    .flatMap(key => captureFileOf(folder, key) ?? []);
}

function withoutEnd(name: string, ending: string): string {
  return name.endsWith(ending) ? name.slice(0, -ending.length) : name;
}

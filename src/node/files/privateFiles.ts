import { chmodSync, closeSync, mkdirSync, openSync } from 'node:fs';
import { chmod, stat } from 'node:fs/promises';
import { errorCode, lstatOf, pathsOf } from './captureFiles.ts';
import { segmentsOf, type FindSegments } from './segmentFiles.ts';

const folderMode = 0o700;
const fileMode = 0o600;

/**
 * Captures hold the traffic of connections, so only the user may read them. Windows has no such modes:
 * there, files below a user's folder are closed to others.
 */
const hasModes = process.platform !== 'win32';

/** Makes a folder, new or existing, that others cannot read. Throws the errors of `mkdirSync`. */
export function makePrivateFolder(path: string): void {
  mkdirSync(path, { recursive: true, mode: folderMode });
  closeFolderToOthers(path);
}

/**
 * Removes the permissions of others on a folder, unless the path is a link: the user has chosen that
 * folder and may share it, and the files in it are closed to others themselves. Never throws.
 */
export function closeFolderToOthers(path: string): void {
  const found = lstatOf(path);
  if (found?.isDirectory()) {
    restrict(path, found.mode, folderMode);
  }
}

/**
 * Makes an empty file for SQLite, which gives the files beside it the same mode. An existing file is
 * closed to others without being opened, which would break SQLite's locks. Throws the errors of the
 * file system.
 */
export function makePrivateFile(path: string): void {
  try {
    closeSync(openSync(path, 'wx', fileMode));
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') {
      throw error;
    }
    closeToOthers(path, segmentsOf);
  }
}

/** Removes the permissions of others on a database and the files beside it. Never throws. */
export function closeToOthers(path: string, find: FindSegments): void {
  for (const each of pathsOf(path, find)) {
    const found = lstatOf(each);
    if (found?.isFile()) {
      restrict(each, found.mode, fileMode);
    }
  }
}

/** Gives a file the mode of the file that it replaces; it stays private if there is no such file. */
export async function takeModeOf(replaced: string, path: string): Promise<void> {
  const found = hasModes ? await stat(replaced).catch(() => undefined) : undefined;
  if (found) {
    await chmod(path, found.mode & 0o777);
  }
}

function restrict(path: string, mode: number, allowed: number): void {
  if (hasModes && (mode & 0o777 & ~allowed) !== 0) {
    try {
      chmodSync(path, mode & allowed);
    } catch {
      // The file belongs to another user, or the file system has no modes.
    }
  }
}

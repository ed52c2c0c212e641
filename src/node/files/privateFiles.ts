import { chmodSync, closeSync, mkdirSync, openSync } from 'node:fs';
import { chmod, stat } from 'node:fs/promises';
import { errorCode, lstatOf, pathsBeside } from './captureFiles.ts';

const folderMode = 0o700;
const fileMode = 0o600;

/**
 * Captures hold what came over connections, and are nobody's but the user's. Windows has no such
 * modes: what is below a user's own folder is closed to others there.
 */
const hasModes = process.platform !== 'win32';

/** Makes a folder that others cannot look into, also of one that is there. Throws as `mkdirSync`. */
export function makePrivateFolder(path: string): void {
  mkdirSync(path, { recursive: true, mode: folderMode });
  closeFolderToOthers(path);
}

/**
 * Takes from others what they may do with a folder. Where a link leads to it, it is one that the
 * user has chosen and may share: what is in it is closed to others by itself. Never throws.
 */
export function closeFolderToOthers(path: string): void {
  const found = lstatOf(path);
  if (found?.isDirectory()) {
    restrict(path, found.mode, folderMode);
  }
}

/**
 * Makes an empty file for SQLite, which gives what it puts beside it the same mode. One that is there
 * stays, closed to others. It is not opened then: that would break SQLite's locks. Throws what the
 * file system throws.
 */
export function makePrivateFile(path: string): void {
  try {
    closeSync(openSync(path, 'wx', fileMode));
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') {
      throw error;
    }
    closeToOthers(path);
  }
}

/** Takes from others what they may do with a database and what is beside it. Never throws. */
export function closeToOthers(path: string): void {
  for (const each of [path, ...pathsBeside(path)]) {
    const found = lstatOf(each);
    if (found?.isFile()) {
      restrict(each, found.mode, fileMode);
    }
  }
}

/** What is written privately gets the mode of what it replaces; where that is nothing it stays private. */
export async function takeModeOf(replaced: string, path: string): Promise<void> {
  const found = hasModes ? await stat(replaced).catch(() => undefined) : undefined;
  if (found) {
    await chmod(path, found.mode & 0o777);
  }
}

function restrict(path: string, mode: number, most: number): void {
  if (hasModes && (mode & 0o777 & ~most) !== 0) {
    try {
      chmodSync(path, mode & most);
    } catch {
      // Another user's, or on a file system without modes: whoever set it up decides.
    }
  }
}

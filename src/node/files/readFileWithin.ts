import { constants } from 'node:fs';
import { open, realpath, stat, type FileHandle } from 'node:fs/promises';
import type { FileRead, ReadFileWithin } from '../../core/message/fileAccess.ts';
import { isIn, isPlain } from './pathsWithin.ts';

/** Without O_NONBLOCK, opening a pipe without a writer would block for ever. */
const flags = constants.O_RDONLY | ('O_NONBLOCK' in constants ? constants.O_NONBLOCK : 0); // Windows has none.
const chunkBytes = 1024 * 1024;

/**
 * Reads a local file that must be in one of some folders. The path is compared as text first, without
 * access to the file system: looking at a path of another machine would already sign in there. Then
 * the file is opened once, and the open file is checked, so that a link that is changed in between
 * cannot lead to another file.
 */
export const readFileWithin: ReadFileWithin = async (path, within, maxBytes) => {
  const folders = within && (await Promise.all(within.map(folder => realpath(folder))));
  if (folders && !(isPlain(path) && [...within, ...folders].some(folder => isIn(path, folder)))) {
    return { kind: 'outside' };
  }
  const file = await open(path, flags);
  try {
    return folders && !(await isOpenedIn(file, path, folders))
      ? { kind: 'outside' }
      : await read(file, maxBytes);
  } finally {
    await file.close();
  }
};

/** Whether the file that is open now is the one at a real path in one of the real folders. */
async function isOpenedIn(
  file: FileHandle,
  path: string,
  folders: readonly string[],
): Promise<boolean> {
  const real = await realpath(path);
  if (!folders.some(folder => isIn(real, folder))) {
    return false;
  }
  const opened = await file.stat({ bigint: true });
  const found = await stat(real, { bigint: true });
  const isSame = opened.dev === found.dev && opened.ino === found.ino;
  return isSame && (await realpath(real)) === real;
}

async function read(file: FileHandle, maxBytes: number): Promise<FileRead> {
  const facts = await file.stat();
  if (!facts.isFile()) {
    return { kind: facts.isDirectory() ? 'folder' : 'special' };
  }
  if (facts.size > maxBytes) {
    return { kind: 'tooLarge' };
  }
  // The file may grow while it is read, and some files of the system report a size of 0.
  const chunks: Uint8Array[] = [];
  let length = 0;
  for (;;) {
    const { bytesRead, buffer } = await file.read(new Uint8Array(chunkBytes), 0, chunkBytes);
    if (bytesRead === 0) {
      return { kind: 'bytes', bytes: Buffer.concat(chunks, length) };
    }
    length += bytesRead;
    if (length > maxBytes) {
      return { kind: 'tooLarge' };
    }
    chunks.push(buffer.subarray(0, bytesRead));
  }
}

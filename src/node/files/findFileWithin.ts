import { realpath, stat } from 'node:fs/promises';
import type { FindFileWithin } from '../../core/message/fileAccess.ts';
import { isIn, isPlain } from './pathsWithin.ts';

/**
 * Looks for a local file that must be in one of some folders. As in `readFileWithin` the path is compared
 * as text first: looking at a path of another machine would already sign in there.
 */
export const findFileWithin: FindFileWithin = async (path, within) => {
  try {
    const folders = within && (await Promise.all(within.map(folder => realpath(folder))));
    const named = folders && [...within, ...folders];
    if (named && !(isPlain(path) && named.some(folder => isIn(path, folder)))) {
      return { kind: 'outside' };
    }
    const real = await realpath(path);
    if (folders && !folders.some(folder => isIn(real, folder))) {
      return { kind: 'outside' };
    }
    const facts = await stat(real);
    if (facts.isFile()) {
      return { kind: 'file', path: real };
    }
    return { kind: facts.isDirectory() ? 'folder' : 'special' };
  } catch (error) {
    if (isAbsence(error)) {
      return { kind: 'missing' };
    }
    throw error;
  }
};

function isAbsence(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return code === 'ENOENT' || code === 'ENOTDIR';
}

import { isAbsolute, relative, resolve, sep } from 'node:path';

/** Whether a path is absolute, and not one of Windows' paths to devices or without normalisation. */
export function isPlain(path: string): boolean {
  return isAbsolute(path) && !/^[\\/]{2}[?.]/.test(path);
}

/** Compares the paths as texts, after `..` was resolved. */
export function isIn(path: string, folder: string): boolean {
  const rest = relative(resolve(folder), resolve(path));
  return rest !== '' && rest !== '..' && !rest.startsWith(`..${sep}`) && !isAbsolute(rest);
}

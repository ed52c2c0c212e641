import { basename, dirname } from 'node:path';
import { messageOf } from '../../../core/base/errors.ts';
import { ExportError } from '../../../core/export/exportJob.ts';

/** Says why there is no file at `path`, and what to do. */
export function exportSentence(error: unknown, path: string): string {
  if (error instanceof ExportError) {
    return error.message;
  }
  const folder = dirname(path);
  switch (error instanceof Error && 'code' in error ? error.code : undefined) {
    case 'ENOSPC':
    case 'EDQUOT':
      return `The disk is full: the export does not fit into ${folder}. Free space, or export fewer messages.`;
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return `${basename(path)} cannot be written in ${folder}: permission denied. Choose another folder.`;
    case 'ENOENT':
    case 'ENOTDIR':
      return `There is no folder ${folder}. Choose another one.`;
    case 'EISDIR':
    case 'ENOTEMPTY':
      return `${path} is a folder. Choose another name.`;
    case 'ENAMETOOLONG':
      return `The name ${basename(path)} is too long. Choose a shorter one.`;
    default:
      return `The export to ${path} failed: ${messageOf(error)}.`;
  }
}

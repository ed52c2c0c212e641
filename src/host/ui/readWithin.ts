import { FileType, Uri, workspace } from 'vscode';
import type { FileRead, ReadFileWithin } from '../../core/message/fileAccess.ts';

export interface ReadWithinOptions {
  /** Only if it, and what links on the way to it lead to, is in a folder of the workspace. */
  readonly mustBeInside: boolean;
  /** Of a longer one nothing is read. */
  readonly mostBytes: number;
  readonly readFile: ReadFileWithin;
}

/**
 * Reads a file, also one of a virtual workspace.
 *
 * @throws if there is none, or it cannot be read
 */
export async function readWithin(uri: Uri, options: ReadWithinOptions): Promise<FileRead> {
  const { mustBeInside, mostBytes, readFile } = options;
  if (uri.scheme !== 'file') {
    return readVirtual(uri, options);
  }
  const folders = (workspace.workspaceFolders ?? [])
    .filter(folder => folder.uri.scheme === 'file')
    .map(folder => folder.uri.fsPath);
  return readFile(uri.fsPath, mustBeInside ? folders : undefined, mostBytes);
}

/** Reads a file of a virtual workspace; only its provider can resolve links. */
async function readVirtual(
  uri: Uri,
  { mustBeInside, mostBytes }: ReadWithinOptions,
): Promise<FileRead> {
  const folder = workspace.getWorkspaceFolder(uri);
  if (mustBeInside && (!folder || (await hasLink(uri, folder.uri)))) {
    return { kind: 'outside' };
  }
  const { type, size } = await workspace.fs.stat(uri);
  if ((type & FileType.Directory) !== 0) {
    return { kind: 'folder' };
  }
  return size > mostBytes
    ? { kind: 'tooLarge' }
    : { kind: 'bytes', bytes: await workspace.fs.readFile(uri) };
}

/** Whether the file, or a folder between it and `top`, is a link. */
async function hasLink(uri: Uri, top: Uri): Promise<boolean> {
  for (let at = uri; at.path.length > top.path.length; at = Uri.joinPath(at, '..')) {
    const { type } = await workspace.fs.stat(at);
    if ((type & FileType.SymbolicLink) !== 0) {
      return true;
    }
  }
  return false;
}

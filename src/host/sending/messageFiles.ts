import { homedir } from 'node:os';
import { l10n, Uri, window, workspace } from 'vscode';
import { messageOf, UserError } from '../../core/base/errors.ts';
import type { FileRead, ReadFileWithin } from '../../core/message/fileAccess.ts';
import { maxMessageBytes } from '../../core/message/fillBody.ts';
import type { Origin } from '../../core/variables/value.ts';
import { readWithin } from '../ui/readWithin.ts';

/**
 * Who named a file. The page shows what a peer sent, so it must not be able to send any file to
 * that peer.
 */
export type Author = Origin | 'page';

/**
 * Reads files that are bodies of messages, and decides who may read which: the user any file, the
 * workspace files in the workspace, and the page those and files that the user picked for it.
 */
export class MessageFiles {
  readonly #picked = new Set<string>();
  readonly #readFile: ReadFileWithin;

  constructor(readFile: ReadFileWithin) {
    this.#readFile = readFile;
  }

  /**
   * The bytes of a file: absolute, below `~`, or below a folder of the workspace.
   *
   * @param folder the name of the folder whose settings name it; absent: the first
   * @throws UserError if it cannot be read, or not by this author
   */
  async read(path: string, author: Author, folder?: string): Promise<Uint8Array> {
    const isFree = author === 'user' || (author === 'page' && this.#picked.has(path));
    const found = await this.#find(locate(path, folder), path, !isFree);
    switch (found.kind) {
      case 'bytes':
        return found.bytes;
      case 'outside':
        throw new UserError(
          author === 'page'
            ? l10n.t('Choose the file "{0}" first. It is not in the workspace.', path)
            : l10n.t(
                'The file "{0}" is not sent: a workspace may only send files that are in it, and this file, or the target of a link, is not.',
                path,
              ),
        );
      case 'folder':
        throw new UserError(l10n.t('"{0}" is a folder. Name a file.', path));
      case 'special':
        throw new UserError(l10n.t('"{0}" is a device or a pipe. Name a file.', path));
      case 'tooLarge':
        throw new UserError(l10n.t('The file "{0}" is too large to be sent as a message.', path));
    }
  }

  /** Lets the user pick a file. Its path is relative if it is in the workspace. */
  async pick(): Promise<string | undefined> {
    const [picked] = (await window.showOpenDialog({ openLabel: l10n.t('Use File') })) ?? [];
    if (!picked) {
      return undefined;
    }
    const folder = workspace.workspaceFolders?.[0];
    const isInFolder = folder && workspace.getWorkspaceFolder(picked)?.index === folder.index;
    const path = isInFolder ? workspace.asRelativePath(picked, false) : picked.fsPath;
    this.#picked.add(path);
    return path;
  }

  /** @param path as it was written, for errors */
  async #find(uri: Uri, path: string, mustBeInside: boolean): Promise<FileRead> {
    try {
      const readFile = this.#readFile;
      return await readWithin(uri, { mustBeInside, mostBytes: maxMessageBytes, readFile });
    } catch (error) {
      const why = messageOf(error);
      throw new UserError(l10n.t('The file "{0}" cannot be read: {1}', path, why), {
        cause: error,
      });
    }
  }
}

function locate(path: string, name: string | undefined): Uri {
  if (path.startsWith('~/')) {
    return Uri.joinPath(Uri.file(homedir()), path.slice(2));
  }
  const isAbsolute = /^[\\/]|^[a-z]:[\\/]/i.test(path);
  const { workspaceFolders: folders } = workspace;
  const folder = folders?.find(each => each.name === name) ?? folders?.[0];
  if (!isAbsolute && !folder) {
    throw new UserError(
      l10n.t('"{0}" is relative, and no folder is open. Use an absolute path.', path),
    );
  }
  // Both resolve "..", so that a path outside cannot look like one inside.
  return isAbsolute || !folder ? Uri.joinPath(Uri.file(path), '.') : Uri.joinPath(folder.uri, path);
}

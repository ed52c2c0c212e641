import { homedir } from 'node:os';
import { FileType, l10n, Uri, window, workspace } from 'vscode';
import { messageOf, UserError } from '../../core/base/errors.ts';
import { mostBytesSent } from '../../core/library/fillBody.ts';
import type { Origin } from '../../core/variables/value.ts';

/** Who wrote the name of a file: the page is in nobody's hands but a stranger's text is in it. */
export type Author = Origin | 'page';

/** Files as the bodies of messages. The page may only name those that the user gave it. */
export class MessageFiles {
  readonly #picked = new Set<string>();

  /**
   * The bytes of a file: absolute, below `~`, or below the first folder of the workspace.
   *
   * @throws UserError where it cannot be read
   */
  async read(path: string, author: Author): Promise<Uint8Array> {
    const isInWorkspace = workspace.getWorkspaceFolder(locate(path)) !== undefined;
    if (author !== 'user' && !isInWorkspace && !this.#picked.has(path)) {
      throw new UserError(l10n.t('Pick the file "{0}" first: it is not in the workspace.', path));
    }
    const uri = locate(path);
    try {
      const { type, size } = await workspace.fs.stat(uri);
      if ((type & FileType.Directory) !== 0) {
        throw new UserError(l10n.t('"{0}" is a folder. Name a file.', path));
      }
      if (size > mostBytesSent) {
        throw new UserError(l10n.t('The file "{0}" is too large to be sent as a message.', path));
      }
      return await workspace.fs.readFile(uri);
    } catch (error) {
      if (error instanceof UserError) {
        throw error;
      }
      const why = messageOf(error);
      throw new UserError(l10n.t('The file "{0}" cannot be read: {1}', path, why), {
        cause: error,
      });
    }
  }

  /** Lets the user pick one. The path is relative where the file is in the workspace. */
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
}

function locate(path: string): Uri {
  if (path.startsWith('~/')) {
    return Uri.joinPath(Uri.file(homedir()), path.slice(2));
  }
  const isAbsolute = /^[\\/]|^[a-z]:[\\/]/i.test(path);
  const folder = workspace.workspaceFolders?.[0];
  if (!isAbsolute && !folder) {
    throw new UserError(l10n.t('"{0}" is relative, and no folder is open. Name it in full.', path));
  }
  // Both take ".." out, so that nothing outside looks as if it were inside.
  return isAbsolute || !folder ? Uri.joinPath(Uri.file(path), '.') : Uri.joinPath(folder.uri, path);
}

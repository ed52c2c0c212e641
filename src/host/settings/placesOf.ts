import { homedir } from 'node:os';
import { l10n, Uri, workspace } from 'vscode';
import { UserError } from '../../core/base/errors.ts';

/**
 * Where a file or folder of a rule may be: absolute, below `~`, or in the folders of the workspace.
 *
 * @throws UserError if it is relative and no folder is open
 */
export function placesOf(path: string): readonly Uri[] {
  // `joinPath` resolves "..", so that a path outside cannot look like one inside.
  if (path.startsWith('~/')) {
    return [Uri.joinPath(Uri.file(homedir()), path.slice(2))];
  }
  if (/^[\\/]|^[a-z]:[\\/]/i.test(path)) {
    return [Uri.joinPath(Uri.file(path), '.')];
  }
  const { workspaceFolders: folders = [] } = workspace;
  if (folders.length === 0) {
    throw new UserError(
      l10n.t('"{0}" is relative, and no folder is open. Use an absolute path.', path),
    );
  }
  return folders.map(({ uri }) => Uri.joinPath(uri, path));
}

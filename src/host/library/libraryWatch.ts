import { RelativePattern, Uri, workspace } from 'vscode';
import { DisposableStore, type Disposable } from '../../core/base/lifecycle.ts';

export const libraryFileName = 'websocket-monitor.json';

/** What the workspace's library is in; `undefined` where no folder is open. */
export function workspaceLibraryFolder(): Uri | undefined {
  const [folder] = workspace.workspaceFolders ?? [];
  return folder && Uri.joinPath(folder.uri, '.vscode');
}

/**
 * Calls `onDidFind` where there is a library, or as soon as there is one: what is wrong with it and
 * the environments in it are shown unasked. Until then nothing of it has to be loaded.
 */
export function watchForLibrary(globalStorageUri: Uri, onDidFind: () => void): Disposable {
  const store = new DisposableStore();
  const found = () => {
    if (!store.isDisposed) {
      store.dispose();
      onDidFind();
    }
  };
  const lookInto = (folder: Uri | undefined) => {
    if (folder) {
      const pattern = new RelativePattern(folder, libraryFileName);
      const watcher = store.add(workspace.createFileSystemWatcher(pattern, false, true, true));
      store.add(watcher.onDidCreate(found));
      workspace.fs.stat(Uri.joinPath(folder, libraryFileName)).then(found, () => undefined);
    }
  };
  lookInto(globalStorageUri);
  lookInto(workspaceLibraryFolder());
  store.add(workspace.onDidChangeWorkspaceFolders(() => lookInto(workspaceLibraryFolder())));
  return store;
}

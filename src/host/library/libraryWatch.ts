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
  const lookInto = (folder: Uri, owner: DisposableStore) => {
    const pattern = new RelativePattern(folder, libraryFileName);
    const watcher = owner.add(workspace.createFileSystemWatcher(pattern, false, true, true));
    owner.add(watcher.onDidCreate(found));
    workspace.fs.stat(Uri.joinPath(folder, libraryFileName)).then(found, () => undefined);
  };
  // The workspace's folder may change any number of times: only the last one is watched.
  const ofWorkspace = store.add(new DisposableStore());
  let watched: string | undefined;
  const lookIntoWorkspace = () => {
    const folder = workspaceLibraryFolder();
    if (folder?.toString() !== watched) {
      watched = folder?.toString();
      ofWorkspace.clear();
      if (folder) {
        lookInto(folder, ofWorkspace);
      }
    }
  };
  lookInto(globalStorageUri, store);
  lookIntoWorkspace();
  store.add(workspace.onDidChangeWorkspaceFolders(lookIntoWorkspace));
  return store;
}

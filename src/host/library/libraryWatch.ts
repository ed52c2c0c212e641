import { RelativePattern, Uri, workspace } from 'vscode';
import { DisposableStore, type Disposable } from '../../core/base/lifecycle.ts';

export const libraryFileName = 'websocket-monitor.json';
const folderName = '.vscode';

/** What the workspace's library is in; `undefined` where no folder is open. */
export function workspaceLibraryFolder(): Uri | undefined {
  const [folder] = workspace.workspaceFolders ?? [];
  return folder && Uri.joinPath(folder.uri, folderName);
}

/**
 * Calls `onDidCreate` when the folder of the workspace's library comes into being. A file that comes
 * at the same moment as its folder may go unnoticed: the system begins to watch the folder after that.
 */
export function watchFolder(folder: Uri, onDidCreate: () => void): Disposable {
  const store = new DisposableStore();
  const pattern = new RelativePattern(Uri.joinPath(folder, '..'), folderName);
  const watcher = store.add(workspace.createFileSystemWatcher(pattern, false, true, true));
  store.add(watcher.onDidCreate(onDidCreate));
  return store;
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
    const look = () => {
      workspace.fs.stat(Uri.joinPath(folder, libraryFileName)).then(found, () => undefined);
    };
    look();
    return look;
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
        const look = lookInto(folder, ofWorkspace);
        ofWorkspace.add(watchFolder(folder, look));
      }
    }
  };
  lookInto(globalStorageUri, store);
  lookIntoWorkspace();
  store.add(workspace.onDidChangeWorkspaceFolders(lookIntoWorkspace));
  return store;
}

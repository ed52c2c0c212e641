import { RelativePattern, Uri, workspace } from 'vscode';
import { DisposableStore, type Disposable } from '../../../core/base/lifecycle.ts';

export const libraryFileName = 'websocket-monitor.json';
const folderName = '.vscode';

/** The folder of the workspace's library; `undefined` if no folder is open. */
export function workspaceLibraryFolder(): Uri | undefined {
  const [folder] = workspace.workspaceFolders ?? [];
  return folder && Uri.joinPath(folder.uri, folderName);
}

/**
 * Calls `onDidCreate` when the folder of the workspace's library is created. The creation of a file
 * at the same moment may not be reported, because the system starts to watch the folder after that.
 */
export function watchFolder(folder: Uri, onDidCreate: () => void): Disposable {
  const store = new DisposableStore();
  const pattern = new RelativePattern(Uri.joinPath(folder, '..'), folderName);
  const watcher = store.add(workspace.createFileSystemWatcher(pattern, false, true, true));
  store.add(watcher.onDidCreate(onDidCreate));
  return store;
}

/**
 * Calls `onDidFind` if there is a library, or as soon as there is one, because its problems and
 * environments are shown without being asked for. Until then the code of the library need not be
 * loaded.
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
  // The workspace's folder may change repeatedly: only the last one is watched.
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

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Uri, WorkspaceFoldersChangeEvent } from 'vscode';
import { toDisposable } from '../../../../../src/core/base/lifecycle.ts';
import { editor, uriOf } from '../../../../support/host/fakeVscode.ts';

const { workspace } = await import('vscode');
const { watchForLibrary } = await import('../../../../../src/host/library/files/libraryWatch.ts');

/** What is watched now, by its folder, and what would tell of a file there. */
const watched = new Map<string, () => void>();
let changeFolders: () => void = () => undefined;

Object.assign(workspace, {
  createFileSystemWatcher: (at: { readonly baseUri: Uri; readonly pattern: string }) => {
    const path = `${at.baseUri.path}/${at.pattern}`;
    assert.ok(!watched.has(path), `${path} is watched twice`);
    watched.set(path, () => undefined);
    return {
      onDidCreate: (listener: () => void) => {
        watched.set(path, listener);
        return toDisposable(() => undefined);
      },
      dispose: () => watched.delete(path),
    };
  },
  onDidChangeWorkspaceFolders: (listener: (change: WorkspaceFoldersChangeEvent) => void) => {
    changeFolders = () => listener({ added: [], removed: [] });
    return toDisposable(() => (changeFolders = () => undefined));
  },
});
let isThere = false;
Object.assign(workspace.fs, {
  stat: () => (isThere ? Promise.resolve() : Promise.reject(new Error('There is no library'))),
});

const inStorage = '/storage/websocket-monitor.json';

describe('The watch for a library', () => {
  it('watches one folder of the workspace, however often the folders change', () => {
    let found = 0;
    const watch = watchForLibrary(uriOf('/storage'), () => found++);
    for (let change = 0; change < 50; change++) {
      editor.folders = [`/folder-${change % 7}`];
      changeFolders();
      changeFolders();
      const folder = `/folder-${change % 7}/.vscode`;
      assert.deepEqual(
        [...watched.keys()],
        [inStorage, `${folder}/websocket-monitor.json`, folder],
      );
    }
    editor.folders = [];
    changeFolders();
    assert.deepEqual([...watched.keys()], [inStorage]);
    editor.folders = ['/last'];
    changeFolders();
    watched.get('/last/.vscode/websocket-monitor.json')?.();
    assert.deepEqual([found, watched.size], [1, 0], 'Nothing is watched any more once it is found');
    watch.dispose();
  });

  it('finds a library that comes at the same moment as its folder', async () => {
    let found = 0;
    editor.folders = ['/new'];
    const watch = watchForLibrary(uriOf('/storage'), () => found++);
    watched.get('/new/.vscode')?.();
    await new Promise(setImmediate);
    assert.equal(found, 0, 'a folder without a library');
    isThere = true;
    watched.get('/new/.vscode')?.();
    await new Promise(setImmediate);
    assert.deepEqual([found, watched.size], [1, 0]);
    watch.dispose();
  });
});

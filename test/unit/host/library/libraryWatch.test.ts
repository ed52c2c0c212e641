import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Uri, WorkspaceFoldersChangeEvent } from 'vscode';
import { toDisposable } from '../../../../src/core/base/lifecycle.ts';
import { editor, uriOf } from '../../../support/fakeVscode.ts';

const { workspace } = await import('vscode');
const { watchForLibrary } = await import('../../../../src/host/library/libraryWatch.ts');

/** What is watched now, by its folder, and what would tell of a file there. */
const watched = new Map<string, () => void>();
let changeFolders: () => void = () => undefined;

Object.assign(workspace, {
  createFileSystemWatcher: ({ baseUri }: { readonly baseUri: Uri }) => {
    assert.ok(!watched.has(baseUri.path), `${baseUri.path} is watched twice`);
    watched.set(baseUri.path, () => undefined);
    return {
      onDidCreate: (listener: () => void) => {
        watched.set(baseUri.path, listener);
        return toDisposable(() => undefined);
      },
      dispose: () => watched.delete(baseUri.path),
    };
  },
  onDidChangeWorkspaceFolders: (listener: (change: WorkspaceFoldersChangeEvent) => void) => {
    changeFolders = () => listener({ added: [], removed: [] });
    return toDisposable(() => (changeFolders = () => undefined));
  },
});
Object.assign(workspace.fs, { stat: () => Promise.reject(new Error('There is no library')) });

describe('The watch for a library', () => {
  it('watches one folder of the workspace, however often the folders change', () => {
    let found = 0;
    const watch = watchForLibrary(uriOf('/storage') as Uri, () => found++);
    for (let change = 0; change < 50; change++) {
      editor.folders = [`/folder-${change % 7}`];
      changeFolders();
      changeFolders();
      assert.deepEqual([...watched.keys()], ['/storage', `/folder-${change % 7}/.vscode`]);
    }
    editor.folders = [];
    changeFolders();
    assert.deepEqual([...watched.keys()], ['/storage']);
    editor.folders = ['/last'];
    changeFolders();
    watched.get('/last/.vscode')?.();
    assert.deepEqual([found, watched.size], [1, 0], 'Nothing is watched any more once it is found');
    watch.dispose();
  });
});

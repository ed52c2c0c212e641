import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Disposable } from '../../../src/core/base/lifecycle.ts';
import { editor } from './fakeVscode.ts';

/** A trusted window with a folder on the disk, for rules that name files. */
export class RuleProject {
  /** The folder is in it, and there is room for files beside it. */
  readonly top = realpathSync(mkdtempSync(join(tmpdir(), 'rules-')));
  /** The one that is open. */
  readonly folder = join(this.top, 'project');
  readonly #owned: Disposable[] = [];

  constructor() {
    mkdirSync(this.folder);
    editor.folders = [this.folder];
    editor.files.clear();
    editor.marks.clear();
    editor.shown.length = 0;
    editor.extensions = [];
    editor.isTrusted = true;
  }

  /** @returns where the file is */
  write(path: string, text: string | Uint8Array): string {
    const file = join(this.top, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    return file;
  }

  /** @param use of the only rule */
  setRule(use: unknown, file = editor.workspaceFile): void {
    editor.files.set(file, JSON.stringify({ 'websocketMonitor.decoders': [{ use }] }));
  }

  /** Disposes of these at the end. */
  own(...parts: readonly Disposable[]): void {
    this.#owned.push(...parts);
  }

  end(): void {
    this.#owned.forEach(each => each.dispose());
    assert.deepEqual(editor.watched, [], 'nothing is watched any more');
    rmSync(this.top, { recursive: true });
    editor.folders = ['/folder'];
    editor.extensions = [];
  }
}

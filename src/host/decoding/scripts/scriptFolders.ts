import { RelativePattern, Uri, workspace } from 'vscode';
import type { Clock } from '../../../core/base/clock.ts';
import { DisposableStore, toDisposable, type Disposable } from '../../../core/base/lifecycle.ts';
import { Timer } from '../../../core/base/timer.ts';

interface Watched {
  readonly store: DisposableStore;
  readonly listeners: Set<() => void>;
}

/** Editors write a file in several steps, and a checkout writes many files. */
const settleMs = 100;
const pattern = '*.{js,cjs,mjs,ts,cts,mts,json}';

/** Folders with decoders and what those import: which of them have changed, and how often. */
export class ScriptFolders implements Disposable {
  readonly #clock: Clock;
  readonly #watched = new Map<string, Watched>();
  /** Kept, so that no number means two states. */
  readonly #changes = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** How often what is in a folder has changed while it was watched. */
  changesOf(folder: Uri): number {
    return this.#changes.get(folder.toString()) ?? 0;
  }

  /** @param changed is called when the files of the folder have been quiet for a moment */
  watch(folder: Uri, changed: () => void): Disposable {
    const key = folder.toString();
    const watched = this.#watched.get(key) ?? this.#begin(folder);
    watched.listeners.add(changed);
    return toDisposable(() => {
      watched.listeners.delete(changed);
      if (watched.listeners.size === 0) {
        this.#watched.delete(key);
        watched.store.dispose();
      }
    });
  }

  dispose(): void {
    for (const { store } of this.#watched.values()) {
      store.dispose();
    }
    this.#watched.clear();
  }

  #begin(folder: Uri): Watched {
    const key = folder.toString();
    const store = new DisposableStore();
    const listeners = new Set<() => void>();
    const watched = { store, listeners };
    this.#watched.set(key, watched);
    const timer = store.add(new Timer(this.#clock));
    const watcher = store.add(
      workspace.createFileSystemWatcher(new RelativePattern(folder, pattern)),
    );
    const changed = ({ path }: Uri) => {
      if (isImported(path)) {
        timer.start(settleMs, () => {
          this.#changes.set(key, this.changesOf(folder) + 1);
          [...listeners].forEach(listener => listener());
        });
      }
    };
    store.add(watcher.onDidCreate(changed));
    store.add(watcher.onDidChange(changed));
    store.add(watcher.onDidDelete(changed));
    return watched;
  }
}

/** Tests and declarations of types are beside decoders, and change nothing of what those say. */
function isImported(path: string): boolean {
  return !/\.(?:test|spec)\.[cm]?[jt]s$|\.d\.[cm]?ts$/i.test(path);
}

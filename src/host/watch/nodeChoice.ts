import { l10n } from 'vscode';
import { showInformation } from '../ui/notify.ts';

/** Keeps a choice for the workspace; the editor's `Memento` is one. */
interface Storage {
  get(key: string): unknown;
  update(key: string, value: unknown): PromiseLike<void>;
}

export interface NodeChoiceParts {
  readonly storage: Storage;
  /** Whether the user has set `debug.watch` to anything. */
  readonly isSet: () => boolean;
  /** Whether `debug.watch` says so. */
  readonly isSetToAll: () => boolean;
}

const key = 'watchNode';

/** Whether Node programs are watched in this workspace: code of ours runs in them, so it is asked for. */
export class NodeChoice {
  readonly #parts: NodeChoiceParts;
  #isAsking = false;

  constructor(parts: NodeChoiceParts) {
    this.#parts = parts;
  }

  get isWanted(): boolean {
    const { storage, isSet, isSetToAll } = this.#parts;
    return isSetToAll() || (storage.get(key) === true && !isSet());
  }

  /** Asks, unless that was answered or set before. Resolves to whether the user wants it from now on. */
  async ask(): Promise<boolean> {
    const { storage, isSet } = this.#parts;
    if (this.#isAsking || isSet() || storage.get(key) !== undefined) {
      return false;
    }
    this.#isAsking = true;
    const watch = l10n.t('Watch');
    const never = l10n.t('Not in This Workspace');
    const chosen = await showInformation(
      l10n.t(
        'Watch the WebSockets of Node programs that you debug in this workspace? A script of WebSocket Monitor then runs in them.',
      ),
      watch,
      never,
    );
    // Closed without an answer: asked again in the next window.
    if (chosen !== undefined) {
      await storage.update(key, chosen === watch);
    }
    return chosen === watch;
  }
}

/**
 * Whether a script belongs to a library that programs use for WebSockets; Node's own, that of the global
 * `WebSocket`, is loaded with the first use of it or of `fetch`.
 */
export function isSocketLibrary(path: string): boolean {
  return (
    /[\\/]node_modules[\\/](?:ws|websocket|faye-websocket|websocket-driver|undici)[\\/]/.test(
      path,
    ) || /(?:^node:|<node_internals>[\\/])internal[\\/]deps[\\/]undici\b/.test(path)
  );
}

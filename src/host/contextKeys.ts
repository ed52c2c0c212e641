import { commands } from 'vscode';
import { ContextKey } from '../shared/ids.ts';
import type { Connections } from './connections.ts';

type Key = (typeof ContextKey)[keyof typeof ContextKey];

/** Sets the keys that `when` clauses read, each only where it changed. */
export class ContextKeys {
  readonly #values = new Map<Key, boolean>();

  set(key: Key, value: boolean): void {
    if (this.#values.get(key) !== value) {
      this.#values.set(key, value);
      void commands.executeCommand('setContext', key, value);
    }
  }

  setFrom({ all, live }: Connections): void {
    this.set(ContextKey.Known, all.length > 0);
    this.set(ContextKey.Live, live.length > 0);
    this.set(
      ContextKey.Open,
      live.some(({ connection }) => connection.state.kind === 'open'),
    );
    this.set(
      ContextKey.HasMessages,
      all.some(({ capture: { extent } }) => extent.next > extent.first),
    );
  }
}

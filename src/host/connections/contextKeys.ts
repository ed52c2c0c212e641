import { commands } from 'vscode';
import type { Logger } from '../../core/base/logger.ts';
import { ContextKey } from '../../shared/ids.ts';
import type { Connections } from './connections.ts';
import { logged } from '../ui/unwaited.ts';

type Key = (typeof ContextKey)[keyof typeof ContextKey];

/** Sets the context keys of `when` clauses, each only if it has changed. */
export class ContextKeys {
  readonly #log: Logger;
  readonly #values = new Map<Key, boolean>();

  constructor(log: Logger) {
    this.#log = log;
  }

  set(key: Key, value: boolean): void {
    if (this.#values.get(key) !== value) {
      this.#values.set(key, value);
      logged('Setting a context key', this.#log, commands.executeCommand('setContext', key, value));
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

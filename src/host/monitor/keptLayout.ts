import type { Memento } from 'vscode';
import type { Logger } from '../../core/base/logger.ts';
import { logged } from '../ui/unwaited.ts';

const key = 'monitorLayout';

/**
 * How the user has arranged the monitor, as its page describes it: kept for the next page, also when
 * the tab was closed or the window was reloaded. Only pages read it.
 */
export class KeptLayout {
  readonly #state: Memento;
  readonly #log: Logger;

  constructor(state: Memento, log: Logger) {
    this.#state = state;
    this.#log = log;
  }

  /** Empty if there is none. */
  get text(): string {
    return this.#state.get(key, '');
  }

  keep(text: string): void {
    if (text !== this.text) {
      logged('Keeping the layout of the monitor', this.#log, this.#state.update(key, text));
    }
  }
}

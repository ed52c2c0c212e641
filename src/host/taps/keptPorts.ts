import type { Memento } from 'vscode';
import type { Logger } from '../../core/base/logger.ts';
import { isObject } from '../../core/json/json.ts';
import { logged } from '../ui/unwaited.ts';

const key = 'taps.ports';
/** Names come and go with the settings; the oldest are forgotten. */
const mostNames = 100;

/** The ports that the system chose for the taps of this workspace, so that bookmarks stay valid. */
export class KeptPorts {
  readonly #state: Pick<Memento, 'get' | 'update'>;
  readonly #log: Logger;

  constructor(state: Pick<Memento, 'get' | 'update'>, log: Logger) {
    this.#state = state;
    this.#log = log;
  }

  get(name: string): number | undefined {
    return this.#all().get(name);
  }

  set(name: string, port: number): void {
    const all = this.#all();
    if (all.get(name) !== port) {
      all.delete(name);
      all.set(name, port);
      const kept = Object.fromEntries([...all].slice(-mostNames));
      logged('Keeping the port of a tap', this.#log, this.#state.update(key, kept));
    }
  }

  #all(): Map<string, number> {
    const kept = this.#state.get<unknown>(key);
    const entries = isObject(kept) ? Object.entries(kept) : [];
    return new Map(
      entries.filter((entry): entry is [string, number] => {
        const [, port] = entry;
        return typeof port === 'number' && Number.isInteger(port) && port > 0 && port < 65_536;
      }),
    );
  }
}

import { findBytes, type Found } from '../../core/base/findBytes.ts';
import type { JsonNodes } from '../../core/json/jsonNodes.ts';
import type { FindState } from '../find/findBar.ts';
import { inSlices } from '../widgets/slices.ts';

/** The places of a text in a JSON text, one of them the current one. */
export class JsonSearch {
  readonly #nodes: JsonNodes;
  readonly #stop = new AbortController();
  #found: Found | undefined;
  #current = 0;

  constructor(nodes: JsonNodes) {
    this.#nodes = nodes;
  }

  get state(): FindState {
    const { count } = this.#found ?? { count: 0 };
    return { isSearching: !this.#found, count, current: this.#current };
  }

  /** The value that holds the current place; `undefined` where there is none. */
  get node(): number | undefined {
    const offset = this.#found?.offsets[this.#current];
    return offset === undefined ? undefined : this.#nodes.at(offset);
  }

  stop(): void {
    this.#stop.abort();
  }

  /** Looks for all places; the first one from the value `from` on is the current one. */
  async run(words: string, from: number): Promise<boolean> {
    const found = await inSlices(findBytes(this.#nodes.bytes, words), this.#stop.signal);
    if (!found || this.#stop.signal.aborted) {
      return false;
    }
    this.#found = found;
    const begin = this.#nodes.begins[from] ?? 0;
    this.#current = Math.max(
      0,
      found.offsets.findIndex(offset => offset >= begin),
    );
    return true;
  }

  go(way: 'next' | 'previous'): void {
    const { length } = this.#found?.offsets ?? [];
    if (length > 0) {
      this.#current = (this.#current + (way === 'next' ? 1 : length - 1)) % length;
    }
  }
}

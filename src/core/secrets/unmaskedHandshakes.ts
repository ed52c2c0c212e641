import type { HandshakeFacts } from '../record/handshakeFacts.ts';

/** Keeps a handshake with the values of its queries and headers, and returns its key. */
export type KeepUnmasked = (plain: HandshakeFacts) => string;

/** More would only take memory: a connection that fails is tried again and again. */
const maxKept = 200;

/**
 * The last handshakes of this window with the values that their rows leave out. They are in memory
 * only: what is masked in a capture stays so, and the user may look at it until the window closes.
 */
export class UnmaskedHandshakes {
  readonly #kept = new Map<string, HandshakeFacts>();
  readonly #newKey: () => string;

  /** @param newKey never the same twice, since rows of other windows hold keys, too */
  constructor(newKey: () => string) {
    this.#newKey = newKey;
  }

  readonly keep: KeepUnmasked = plain => {
    const key = this.#newKey();
    this.#kept.set(key, plain);
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > maxKept && oldest !== undefined) {
      this.#kept.delete(oldest);
    }
    return key;
  };

  /** `undefined` if it is of another window, or too old. */
  get(key: string): HandshakeFacts | undefined {
    return this.#kept.get(key);
  }
}

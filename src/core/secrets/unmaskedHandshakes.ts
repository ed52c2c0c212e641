import type { HandshakeFacts } from '../record/handshakeFacts.ts';

/** Keeps a handshake with the unmasked values of its queries and headers, and returns its key. */
export type KeepUnmasked = (plain: HandshakeFacts) => string;

/** Limits the memory, since a failing connection is retried many times. */
const maxKept = 200;

/**
 * The last handshakes of this window with the values that are masked in their rows. They are kept in
 * memory only, so that captures stay masked; the user can see them until the window closes.
 */
export class UnmaskedHandshakes {
  readonly #kept = new Map<string, HandshakeFacts>();
  readonly #newKey: () => string;

  /** @param newKey must return globally unique keys, since rows of other windows also have keys */
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

  /** `undefined` if the handshake is of another window, or too old. */
  get(key: string): HandshakeFacts | undefined {
    return this.#kept.get(key);
  }
}

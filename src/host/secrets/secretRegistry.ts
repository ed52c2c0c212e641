import { spellingsOf } from '../../core/secrets/handshakeRedactor.ts';
import { mask } from '../../core/secrets/mask.ts';

/** Tokens that live for minutes add up in a window that lives for weeks. */
const mostValues = 1000;

/**
 * The secrets that were used in this window, so that what may hold one, as a peer sends back what it
 * was sent, can be shown without them. They are in memory only, and go with the window.
 */
export class SecretRegistry {
  readonly #values = new Set<string>();
  #spellings: readonly string[] | undefined;

  /** The least recently used first. */
  get all(): readonly string[] {
    return [...this.#values];
  }

  add(values: Iterable<string>): void {
    for (const value of values) {
      const isKnown = this.#values.delete(value);
      if (value !== '') {
        this.#values.add(value);
      }
      this.#spellings = isKnown ? this.#spellings : undefined;
    }
    for (const oldest of this.#values) {
      if (this.#values.size <= mostValues) {
        break;
      }
      this.#values.delete(oldest);
      this.#spellings = undefined;
    }
  }

  /** The text with a mask in place of each secret. Very short secrets are not sought. */
  readonly redact = (text: string): string => {
    if (this.#values.size === 0) {
      return text;
    }
    this.#spellings ??= spellingsOf(this.all);
    let safe = text;
    for (const secret of this.#spellings) {
      safe = safe.replaceAll(secret, mask);
    }
    return safe;
  };
}

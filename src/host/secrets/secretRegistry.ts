import { SecretRedactor } from '../../core/secrets/redact.ts';

/** Tokens that live for minutes add up in a window that lives for weeks. */
const maxValues = 1000;

/**
 * The secrets that were used in this window, so that what may hold one, as a peer sends back what it
 * was sent, can be shown without them. They are in memory only, and go with the window.
 */
export class SecretRegistry {
  readonly #values = new Set<string>();
  #redactor: SecretRedactor | undefined;

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
      this.#redactor = isKnown ? this.#redactor : undefined;
    }
    for (const oldest of this.#values) {
      if (this.#values.size <= maxValues) {
        break;
      }
      this.#values.delete(oldest);
      this.#redactor = undefined;
    }
  }

  /** The text with a mask in place of each secret. Very short secrets are not sought. */
  readonly redact = (text: string): string => {
    this.#redactor ??= new SecretRedactor(this.#values);
    return this.#redactor.text(text);
  };
}

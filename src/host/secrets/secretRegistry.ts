import { SecretRedactor } from '../../core/secrets/redact.ts';

/** Limits the memory: short-lived tokens accumulate in a window that stays open for weeks. */
const maxValues = 1000;

/**
 * The secrets that were used in this window, to mask them in texts that may contain them, such as
 * answers of a peer. They are kept in memory only.
 */
export class SecretRegistry {
  readonly #values = new Set<string>();
  #redactor: SecretRedactor | undefined;

  /** The least recently used secret is first. */
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

  /** The text with a mask in place of each secret. Very short secrets are ignored. */
  readonly redact = (text: string): string => {
    this.#redactor ??= new SecretRedactor(this.#values);
    return this.#redactor.text(text);
  };
}

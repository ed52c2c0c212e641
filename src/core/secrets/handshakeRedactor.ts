import type { HeaderLine } from '../record/handshakeFacts.ts';
import { mask, maskLikelySecrets, maskQueryValues } from './mask.ts';
import { addressHeaders, isHarmlessHeader, isSecretName, secretSubprotocols } from './names.ts';
import { SecretRedactor } from './redact.ts';

/**
 * Masks secrets in an opening handshake: known ones, likely ones, and in URLs and headers every value
 * that is not known to be harmless.
 */
export class HandshakeRedactor {
  readonly #known: SecretRedactor;
  readonly #showsUnknown: boolean;

  /**
   * @param secrets texts that must not be shown anywhere, of which very short ones are ignored, or who
   *   masks them
   * @param unknown whether unknown values of queries and headers are `masked`, as in all stored facts,
   *   or `shown`, if the user asks for them
   */
  constructor(
    secrets: Iterable<string> | SecretRedactor = [],
    unknown: 'masked' | 'shown' = 'masked',
  ) {
    this.#known = secrets instanceof SecretRedactor ? secrets : new SecretRedactor(secrets);
    this.#showsUnknown = unknown === 'shown';
  }

  /** A text or URL without user information, secret values of queries, credentials and tokens. */
  text(text: string): string {
    return maskLikelySecrets(this.#known.text(text));
  }

  /** A URL without user information and the values of its query and fragment. */
  url(url: string): string {
    const safe = this.text(url);
    return this.#showsUnknown ? safe : maskQueryValues(safe);
  }

  header([name, value]: HeaderLine): HeaderLine {
    const lower = name.toLowerCase();
    if (isSecretName(name)) {
      const scheme = lower.endsWith('authorization') ? /^[\w-]+ (?=.)/.exec(value) : null;
      return [name, `${scheme?.[0] ?? ''}${mask}`];
    }
    if (lower === 'sec-websocket-protocol') {
      return [name, this.subprotocols(value)];
    }
    if (addressHeaders.has(lower)) {
      return [name, this.url(value)];
    }
    return [name, this.#showsUnknown || isHarmlessHeader(name) ? this.text(value) : mask];
  }

  headers(lines: readonly HeaderLine[]): readonly HeaderLine[] {
    return lines.map(line => this.header(line));
  }

  /** A list of subprotocols, separated by commas, without those that are tokens. */
  subprotocols(list: string): string {
    const names = list.split(',');
    const secret = new Set(secretSubprotocols(names.map(name => name.trim())));
    return names
      .map(name => (secret.has(name.trim()) ? name.replace(name.trim(), mask) : this.text(name)))
      .join(',');
  }
}

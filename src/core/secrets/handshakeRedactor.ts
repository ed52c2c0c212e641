import { mask } from './mask.ts';
import { percentDecoded } from '../base/percent.ts';
import type { HeaderLine } from '../record/handshakeFacts.ts';
import { addressHeaders, isHarmlessHeader, isSecretName, secretSubprotocols } from './names.ts';

/** Shorter strings are found in too many texts that have nothing to do with them. */
const shortestSecret = 4;

const encoder = new TextEncoder();
const userInfo = /([a-z][a-z0-9+.-]{0,20}:[/\\]{2})[^/\\?#\s"'<>]*@/gi;
const pair = /([?&#;]\s*)([^=&#;?\s"'<>]+)=([^&#;\s"'<>]*)/g;
/**
 * Every value of a query, and a query that is a value as a whole, as `?eyJ…`. Of a fragment only what
 * has a name: it mostly is a place on a page.
 */
const queryPart = /([?&])(?:([^=&#]*)=)?[^&#]*|(#)([^=&#]*)=[^&#]*/g;
const bearer = /\b(Bearer|Basic|Token|Negotiate|NTLM) +(?![\w-]+ *= *")[\w.~+/=-]{8,}/gi;
const jsonWebToken = /\beyJ[\w-]{8,}\.[\w-]+(\.[\w-]*)?/g;

/** How these secrets are sought: as they are, as URLs and JSON have them, and byte by byte. */
export function spellingsOf(secrets: readonly string[]): readonly string[] {
  const known = secrets
    .filter(secret => secret.length >= shortestSecret)
    .flatMap(secret => [
      secret,
      encoded(secret),
      JSON.stringify(secret).slice(1, -1),
      asBytes(secret),
    ]);
  // A secret may be a part of another.
  return [...new Set(known)].sort((a, b) => b.length - a.length);
}

/**
 * Takes secrets out of an opening handshake: those that it is told, likely ones, and in addresses and
 * headers every value that is not known to be none.
 */
export class HandshakeRedactor {
  readonly #secrets: readonly string[];
  readonly #showsUnknown: boolean;

  /**
   * @param secrets texts that must not be shown, wherever they are; very short ones are not sought
   * @param unknown what becomes of the values of queries and of headers of which nothing is known:
   *   `masked` wherever it is kept, `shown` where the user asks to see it
   */
  constructor(secrets: readonly string[] = [], unknown: 'masked' | 'shown' = 'masked') {
    this.#secrets = spellingsOf(secrets);
    this.#showsUnknown = unknown === 'shown';
  }

  /** A text or URL without user information, secret values of queries, credentials and tokens. */
  text(text: string): string {
    let safe = text;
    for (const secret of this.#secrets) {
      safe = safe.replaceAll(secret, mask);
    }
    return safe
      .replace(userInfo, `$1${mask}@`)
      .replace(pair, (all, before: string, name: string) =>
        isSecretName(percentDecoded(name)) ? `${before}${name}=${mask}` : all,
      )
      .replace(bearer, `$1 ${mask}`)
      .replace(jsonWebToken, mask);
  }

  /** An address without user information and the values of its query and fragment. */
  url(url: string): string {
    const safe = this.text(url);
    return this.#showsUnknown
      ? safe
      : safe.replace(
          queryPart,
          (all, sign?: string, name?: string, hash?: string, hashed?: string) => {
            const before = sign ?? hash ?? '';
            const named = name ?? hashed;
            return all === before
              ? all
              : `${before}${named === undefined ? '' : `${named}=`}${mask}`;
          },
        );
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

const jsonMember = /"([^"\\]{1,60})"\s*:\s*"([^"]+)"/g;

/**
 * Whether a message that somebody writes spells a credential out: a token in itself, or a value under a
 * name such as `password`, in JSON or a query. References are none.
 */
export function spellsOutCredential(text: string): boolean {
  const known = new HandshakeRedactor();
  return (
    known.text(text) !== text ||
    [...text.matchAll(jsonMember)].some(
      ([, name = '', value = '']) => isSecretName(name) && !value.includes('${'),
    )
  );
}

/** As HTTP's headers are read, which know no UTF-8. */
function asBytes(text: string): string {
  return Array.from(encoder.encode(text), byte => String.fromCharCode(byte)).join('');
}

function encoded(text: string): string {
  try {
    return encodeURIComponent(text);
  } catch {
    return text; // half a surrogate pair
  }
}

import { mask } from './mask.ts';
import { secretPattern, minSecretLength } from './spellings.ts';

/** Bytes of a long payload that are looked at together. */
const windowByteLength = 256 * 1024;

// Every byte is one character in it, so that a place in the text is a place in the bytes.
const byteDecoder = new TextDecoder('windows-1252');
const encoder = new TextEncoder();

/**
 * Takes secrets out of what is exported, in the spellings in which a peer may send them back: as
 * they are, with characters escaped as in JSON or in URLs, and within base64, as in the header of a
 * login. Shorter ones than `shortestSecret` are not sought: they are in too many texts that have
 * nothing to do with them.
 */
export class SecretRedactor {
  readonly #text: RegExp | undefined;
  readonly #bytes: RegExp | undefined;
  /** No spelling of a secret is longer; in UTF-16 code units. */
  readonly #longest: number;

  constructor(secrets: readonly string[], base64: (bytes: Uint8Array) => string) {
    const sought = [...new Set(secrets)]
      .filter(secret => secret.length >= minSecretLength)
      .sort((a, b) => b.length - a.length); // One may be a part of another.
    const raw = sought.map(secret => byteDecoder.decode(encoder.encode(secret)));
    const { pattern, longest } = secretPattern([...new Set([...sought, ...raw])], base64);
    this.#text = secretPattern(sought, base64).pattern;
    this.#bytes = pattern;
    this.#longest = longest;
  }

  text(text: string): string {
    return this.#text ? text.replace(this.#text, mask) : text;
  }

  /** A JSON value with all its texts redacted, names of members included. */
  value(value: unknown): unknown {
    if (typeof value === 'string') {
      return this.text(value);
    }
    if (Array.isArray(value)) {
      return value.map(each => this.value(each));
    }
    if (typeof value === 'object' && value !== null) {
      return Object.fromEntries(
        Object.entries(value).map(([name, each]) => [this.text(name), this.value(each)]),
      );
    }
    return value;
  }

  /** Pieces of one text; a secret may begin in one of them and end in a later one. */
  *pieces(pieces: Iterable<string>): Generator<string> {
    const pattern = this.#text;
    if (!pattern) {
      yield* pieces;
      return;
    }
    let held = '';
    for (const piece of pieces) {
      const text = held + piece;
      const end = this.#decidedEnd(text, pattern);
      yield text.slice(0, end).replace(pattern, mask);
      held = text.slice(end);
    }
    yield held.replace(pattern, mask);
  }

  /** Looks at `bytes` in parts, and yields nothing but a chance to pause after each. */
  *bytes(bytes: Uint8Array): Generator<string, Uint8Array> {
    const pattern = this.#bytes;
    if (!pattern) {
      return bytes;
    }
    const parts: Uint8Array[] = [];
    let kept = 0;
    for (let begin = 0; begin < bytes.length; begin += windowByteLength) {
      const end = begin + windowByteLength;
      const window = byteDecoder.decode(bytes.subarray(begin, end + this.#longest));
      for (const { 0: found, index } of window.matchAll(pattern)) {
        const at = begin + index;
        if (at < end && at >= kept) {
          parts.push(bytes.subarray(kept, at), encoder.encode(mask));
          kept = at + found.length;
        }
      }
      yield '';
    }
    return kept === 0 ? bytes : concat([...parts, bytes.subarray(kept)]);
  }

  /** Up to here, what comes later cannot make a secret of the text, nor a longer one. */
  #decidedEnd(text: string, pattern: RegExp): number {
    let end = Math.max(0, text.length - this.#longest);
    for (const { 0: found, index } of text.matchAll(pattern)) {
      if (index >= end) {
        break;
      }
      end = Math.max(end, index + found.length);
    }
    return isHighSurrogate(text.charCodeAt(end - 1)) ? end - 1 : end;
  }
}

function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff;
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

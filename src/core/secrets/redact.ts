import { mask } from './mask.ts';
import { bytesAsText, SpellingSearch } from './spellings.ts';

/** The number of bytes of a long payload that are searched at a time. */
const windowByteLength = 256 * 1024;

const encoder = new TextEncoder();

/** Masks known secrets, in every spelling in which a peer may send them back. */
export class SecretRedactor {
  readonly #search: SpellingSearch;

  /** @param secrets texts to mask; those of less than `minSecretLength` are ignored */
  constructor(secrets: Iterable<string>) {
    this.#search = new SpellingSearch(secrets);
  }

  readonly text = (text: string): string => this.#search.replace(text, mask);

  /** A JSON value with all its texts redacted, including the names of members. */
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

  /** Redacts the pieces of one text; a secret may extend over several pieces. */
  *pieces(pieces: Iterable<string>): Generator<string> {
    if (this.#search.isEmpty) {
      yield* pieces;
      return;
    }
    let held = '';
    for (const piece of pieces) {
      const text = held + piece;
      const end = this.#decidedEnd(text);
      yield this.text(text.slice(0, end));
      held = text.slice(end);
    }
    yield this.text(held);
  }

  /** Redacts `bytes` in parts; yields an empty text after each, so that the caller can pause. */
  *bytes(bytes: Uint8Array): Generator<string, Uint8Array> {
    const search = this.#search;
    if (search.isEmpty) {
      return bytes;
    }
    const parts: Uint8Array[] = [];
    let kept = 0;
    for (let begin = 0; begin < bytes.length; begin += windowByteLength) {
      const end = begin + windowByteLength;
      const window = bytesAsText(bytes.subarray(begin, end + search.maxLength));
      for (const match of search.matches(window)) {
        const at = begin + match.start;
        if (at < end && at >= kept) {
          parts.push(bytes.subarray(kept, at), encoder.encode(mask));
          kept = begin + match.end;
        }
      }
      yield '';
    }
    return kept === 0 ? bytes : concat([...parts, bytes.subarray(kept)]);
  }

  /** The end of the part of `text` in which later text cannot add or extend a match. */
  #decidedEnd(text: string): number {
    let end = Math.max(0, text.length - this.#search.maxLength);
    for (const match of this.#search.matches(text)) {
      if (match.start >= end) {
        break;
      }
      end = Math.max(end, match.end);
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

/** Whether a payload holds a text. */
export type ByteSearch = (haystack: Uint8Array) => boolean;

export interface FoundBytes {
  /** The offsets of the matches, in order. */
  readonly offsets: Uint32Array;
  /** The number of all matches, including those whose offset is not kept. */
  readonly count: number;
}

/** Offsets kept; more are only counted. */
const maxPlaces = 1_000_000;
const encoder = new TextEncoder();

/**
 * Looks for a text in UTF-8 without decoding it. Bytes that are not UTF-8 do no harm, since they
 * cannot be part of the text.
 *
 * @param isFolded letters of ASCII match in upper and lower case
 */
export function byteSearch(text: string, isFolded: boolean): ByteSearch {
  const { length, next } = searcherOf(text, isFolded);
  return haystack => next(haystack, 0, haystack.length - length + 1) >= 0;
}

/**
 * Finds all places of a text in UTF-8; letters of ASCII match in upper and lower case. Yields after
 * each slice how many bytes are done.
 */
export function* findBytes(
  bytes: Uint8Array,
  text: string,
  sliceLength = 1_048_576,
): Generator<number, FoundBytes> {
  const { length, next } = searcherOf(text, true);
  const places = new Places();
  const end = length === 0 ? 0 : bytes.length - length + 1;
  for (let from = 0; from < end; from += sliceLength) {
    const to = Math.min(end, from + sliceLength);
    for (let at = next(bytes, from, to); at >= 0; at = next(bytes, at + 1, to)) {
      places.add(at);
    }
    yield to;
  }
  return { offsets: places.taken, count: places.count };
}

/** Whether a search in the bytes finds what one in the text would: not for what UTF-8 cannot hold. */
export function isSearchable(text: string): boolean {
  return !/[\p{Cs}\ufffd]/u.test(text);
}

interface Searcher {
  /** Bytes of the text. */
  readonly length: number;
  /** The first match that begins from `from` up to, not including, `end`; -1 if there is none. */
  readonly next: (haystack: Uint8Array, from: number, end: number) => number;
}

/** Horspool's algorithm: it skips up to the length of the text at once. */
function searcherOf(text: string, isFolded: boolean): Searcher {
  const fold = isFolded ? foldAscii : sameBytes;
  const needle = encoder.encode(text).map(byte => fold[byte] ?? 0);
  const { length } = needle;
  const last = length - 1;
  const skips = new Uint32Array(256).fill(Math.max(1, length));
  for (let byte = 0; byte < 256; byte++) {
    const at = needle.lastIndexOf(fold[byte] ?? 0, last - 1);
    if (last > 0 && at >= 0) {
      skips[byte] = last - at;
    }
  }
  const next = (haystack: Uint8Array, from: number, end: number) => {
    for (let at = from; at < end;) {
      let index = last;
      while (index >= 0 && fold[haystack[at + index] ?? 0] === needle[index]) {
        index--;
      }
      if (index < 0) {
        return at;
      }
      at += skips[haystack[at + last] ?? 0] ?? 1;
    }
    return -1;
  };
  return { length, next };
}

const sameBytes = Uint8Array.from({ length: 256 }, (_, byte) => byte);
const foldAscii = sameBytes.map(byte => (byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte));

class Places {
  count = 0;
  #offsets = new Uint32Array(64);

  get taken(): Uint32Array {
    return this.#offsets.subarray(0, Math.min(this.count, maxPlaces));
  }

  add(offset: number): void {
    if (this.count === this.#offsets.length && this.count < maxPlaces) {
      const larger = new Uint32Array(Math.min(maxPlaces, 2 * this.count));
      larger.set(this.#offsets);
      this.#offsets = larger;
    }
    if (this.count < maxPlaces) {
      this.#offsets[this.count] = offset;
    }
    this.count++;
  }
}

/** Where `needle`, which is not empty, is in `haystack` from `from` on; -1 if it is not. */
export type FindBytes = (haystack: Uint8Array, needle: Uint8Array, from: number) => number;

/** Looks for a text in one array of bytes after the other, beginning with its rarest byte there. */
export interface LiteralSearch {
  /** Bytes of the text. */
  readonly length: number;
  /** To be called before the first `next` in other bytes. */
  begin(haystack: Uint8Array): void;
  /** The first place from `from` on; -1 if there is none. */
  next(from: number): number;
}

/** Bytes that are looked at to find out which ones are rare. */
const sampleLength = 1024;

const sameBytes: Uint8Array = Uint8Array.from({ length: 256 }, (_, byte) => byte);
const folded = sameBytes.map(byte => (byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte));
const counts = new Uint16Array(256);

/** The index of the byte of `needle` that is the rarest at the beginning of `haystack`. */
function rarestIn(haystack: Uint8Array, needle: Uint8Array, fold: Uint8Array): number {
  counts.fill(0);
  for (let at = Math.min(haystack.length, sampleLength) - 1; at >= 0; at--) {
    const byte = fold[haystack[at] ?? 0] ?? 0;
    counts[byte] = (counts[byte] ?? 0) + 1;
  }
  let rarest = 0;
  for (let index = 1; index < needle.length; index++) {
    if ((counts[needle[index] ?? 0] ?? 0) < (counts[needle[rarest] ?? 0] ?? 0)) {
      rarest = index;
    }
  }
  return rarest;
}

/** Finds the very bytes. */
export class ExactSearch implements LiteralSearch {
  readonly length: number;
  readonly #find: FindBytes;
  readonly #needle: Uint8Array;
  #haystack = sameBytes;
  /** The needle from its rarest byte on. */
  #tail: Uint8Array;

  /** @param needle not empty */
  constructor(needle: Uint8Array, find: FindBytes) {
    this.length = needle.length;
    this.#needle = needle;
    this.#tail = needle;
    this.#find = find;
  }

  begin(haystack: Uint8Array): void {
    this.#haystack = haystack;
    const rarest = rarestIn(haystack, this.#needle, sameBytes);
    if (this.length - this.#tail.length !== rarest) {
      this.#tail = this.#needle.subarray(rarest);
    }
  }

  next(from: number): number {
    const find = this.#find;
    const haystack = this.#haystack;
    const tail = this.#tail;
    const head = this.length - tail.length;
    for (let at = find(haystack, tail, from + head); at >= 0; at = find(haystack, tail, at + 1)) {
      if (isAt(haystack, at - head, this.#needle, head, sameBytes)) {
        return at - head;
      }
    }
    return -1;
  }
}

const noWords: Int32Array = new Int32Array(0);

/** Finds letters of ASCII in upper and lower case. */
export class FoldedSearch implements LiteralSearch {
  readonly length: number;
  readonly #needle: Uint8Array;
  #haystack = sameBytes;
  /** Four bytes of it each, from `#skew` on. */
  #words = noWords;
  #skew = 0;
  /** The index of the needle's rarest byte. */
  #rarest = 0;

  /** @param needle not empty */
  constructor(needle: Uint8Array) {
    this.#needle = needle.map(byte => folded[byte] ?? 0);
    this.length = needle.length;
  }

  begin(haystack: Uint8Array): void {
    const { buffer, byteOffset, length } = haystack;
    this.#haystack = haystack;
    this.#skew = -byteOffset & 3;
    const wordCount = Math.max(0, length - this.#skew) >>> 2;
    this.#words =
      wordCount > 0 ? new Int32Array(buffer, byteOffset + this.#skew, wordCount) : noWords;
    this.#rarest = rarestIn(haystack, this.#needle, folded);
  }

  next(from: number): number {
    const rarest = this.#rarest;
    const skew = this.#skew;
    const end = this.#haystack.length - this.length + 1 + rarest;
    const first = from + rarest;
    const found = this.#nextIn(first, Math.min(skew, end));
    if (found >= 0) {
      return found;
    }
    const words = this.#words;
    const wordCount = words.length;
    const byte = this.#needle[rarest] ?? 0;
    const four = Math.imul(byte, 0x01010101);
    const caseBits = byte >= 0x61 && byte <= 0x7a ? 0x20202020 : 0;
    for (let index = Math.max(0, first - skew) >>> 2; index < wordCount; index++) {
      // A byte that is zero now borrows from its highest bit.
      const rest = ((words[index] ?? 0) | caseBits) ^ four;
      for (
        let marks = ((rest - 0x01010101) | 0) & ~rest & 0x80808080;
        marks !== 0;
        marks &= marks - 1
      ) {
        const place = skew + 4 * index + ((31 - Math.clz32(marks & -marks)) >>> 3);
        if (place >= first && place < end && this.#isAt(place)) {
          return place - rarest;
        }
      }
    }
    return this.#nextIn(Math.max(first, skew + 4 * wordCount), end);
  }

  /** The same for a part of the places of the rarest byte. */
  #nextIn(from: number, end: number): number {
    for (let place = from; place < end; place++) {
      if (this.#isAt(place)) {
        return place - this.#rarest;
      }
    }
    return -1;
  }

  #isAt(place: number): boolean {
    return isAt(this.#haystack, place - this.#rarest, this.#needle, this.length, folded);
  }
}

/** Whether the first `length` bytes of `needle` are at `at`, once they are folded. */
function isAt(
  haystack: Uint8Array,
  at: number,
  needle: Uint8Array,
  length: number,
  fold: Uint8Array,
): boolean {
  for (let index = 0; index < length; index++) {
    if (fold[haystack[at + index] ?? 0] !== needle[index]) {
      return false;
    }
  }
  return true;
}

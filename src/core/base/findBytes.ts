/** Places kept; more are counted. */
const mostPlaces = 1_000_000;

export interface Found {
  /** Where the needle is, in order. */
  readonly offsets: Uint32Array;
  /** Of all, also of those that are not kept. */
  readonly count: number;
}

/**
 * Looks for a text in UTF-8, where upper and lower case of ASCII letters are the same. Yields after
 * each slice how many bytes are done.
 */
export function* findBytes(
  bytes: Uint8Array,
  text: string,
  sliceLength = 1_048_576,
): Generator<number, Found> {
  const needle = new TextEncoder().encode(text).map(lowerCase);
  const places = new Places();
  const last = bytes.length - needle.length;
  for (let from = 0; needle.length > 0 && from <= last; from += sliceLength) {
    const to = Math.min(last + 1, from + sliceLength);
    findIn(bytes, needle, [from, to], places);
    yield to;
  }
  return { offsets: places.taken, count: places.count };
}

class Places {
  count = 0;
  #offsets = new Uint32Array(64);

  get taken(): Uint32Array {
    return this.#offsets.subarray(0, Math.min(this.count, mostPlaces));
  }

  add(offset: number): void {
    if (this.count === this.#offsets.length && this.count < mostPlaces) {
      const larger = new Uint32Array(Math.min(mostPlaces, 2 * this.count));
      larger.set(this.#offsets);
      this.#offsets = larger;
    }
    if (this.count < mostPlaces) {
      this.#offsets[this.count] = offset;
    }
    this.count++;
  }
}

function findIn(
  bytes: Uint8Array,
  needle: Uint8Array,
  [from, to]: readonly [number, number],
  places: Places,
): void {
  const first = needle[0] ?? 0;
  for (let at = from; at < to; at++) {
    if (lowerCase(bytes[at] ?? 0) === first && isAt(bytes, needle, at)) {
      places.add(at);
    }
  }
}

function isAt(bytes: Uint8Array, needle: Uint8Array, at: number): boolean {
  for (let index = 1; index < needle.length; index++) {
    if (lowerCase(bytes[at + index] ?? 0) !== needle[index]) {
      return false;
    }
  }
  return true;
}

function lowerCase(byte: number): number {
  return byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte;
}

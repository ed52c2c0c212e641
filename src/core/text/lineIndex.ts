/** A place in a text as editors count it, both from 0; `character` in UTF-16 units. */
interface LinePlace {
  readonly line: number;
  readonly character: number;
}

/** Where the lines of a text begin, found once, so that each look-up takes few steps. */
export class LineIndex {
  readonly #starts: number[] = [0];
  readonly #length: number;

  constructor(text: string) {
    this.#length = text.length;
    for (const match of text.matchAll(/\r\n|\r|\n/g)) {
      this.#starts.push(match.index + match[0].length);
    }
  }

  /** The place of an offset in UTF-16 units; one beyond the text is its end. */
  at(offset: number): LinePlace {
    const inside = Math.min(Math.max(offset, 0), this.#length);
    let low = 0;
    let high = this.#starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#starts[middle] ?? 0) <= inside) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return { line: low, character: inside - (this.#starts[low] ?? 0) };
  }
}

import { lowerBound } from '../base/lowerBound.ts';

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
    const next = lowerBound(0, this.#starts.length, line => (this.#starts[line] ?? 0) <= inside);
    const line = next - 1;
    return { line, character: inside - (this.#starts[line] ?? 0) };
  }
}

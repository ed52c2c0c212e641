import { visibleLine } from '../text/visibleText.ts';
import { libraryLimits } from './libraryLimits.ts';

/** In UTF-16 units: a sentence may quote what is in the file. */
const longestSentence = 400;

/**
 * The problems of one file as sentences in plain text. The first ones are listed and the rest only
 * counted: a file of nothing but mistakes would make more sentences than anybody can read.
 */
export class ProblemList {
  readonly #sentences: string[] = [];
  #count = 0;

  add(sentence: string): void {
    this.#count++;
    if (this.#sentences.length < libraryLimits.problems) {
      const cut =
        sentence.length > longestSentence ? `${sentence.slice(0, longestSentence)}…` : sentence;
      this.#sentences.push(visibleLine(cut));
    }
  }

  /** The last one says how many are not listed. */
  get sentences(): readonly string[] {
    const more = this.#count - this.#sentences.length;
    return more === 0
      ? this.#sentences
      : [...this.#sentences, `There ${more === 1 ? 'is' : 'are'} ${more} more. Mend these first.`];
  }
}

import type { Formats } from '../../core/base/format.ts';
import { el } from '../widgets/dom.ts';
import { text } from '../widgets/strings.ts';

/** A selection that is being dragged or grown by keys is told when it rests. */
const restMs = 500;

/** Says over the list's corner how many rows are selected, where it is more than one. */
export class SelectionCount {
  readonly element = el('div', { class: 'selection-count' });
  readonly #formats: Formats;
  readonly #say: (sentence: string) => void;
  #count = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(formats: Formats, say: (sentence: string) => void) {
    this.#formats = formats;
    this.#say = say;
    this.element.hidden = true;
  }

  show(count: number): void {
    if (count === this.#count) {
      return;
    }
    this.#count = count;
    this.element.hidden = count < 2;
    clearTimeout(this.#timer);
    if (count > 1) {
      const words = text('selectedCount', this.#formats.count(count));
      this.element.textContent = words;
      this.#timer = setTimeout(() => this.#say(words), restMs);
    }
  }
}

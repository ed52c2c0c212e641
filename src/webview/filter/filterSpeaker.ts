import type { Formats } from '../../core/base/format.ts';
import type { ListView } from '../../shared/monitorProtocol.ts';
import { el } from '../widgets/dom.ts';
import { progressOf, unreadWords } from './filterStatus.ts';
import { text } from '../widgets/strings.ts';

/** After so long a rest nobody is typing any more. */
const restMs = 1000;

/** Tells screen readers once what a filter came to. */
export class FilterSpeaker {
  readonly element = el('p', { class: 'spoken', role: 'status' });
  readonly #formats: Formats;
  #generation: number | undefined;
  #list: ListView | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(formats: Formats) {
    this.#formats = formats;
  }

  /** @param isFiltered whether there is a filter at all */
  follow(list: ListView, isFiltered: boolean): void {
    this.#list = list;
    const isDone = progressOf(list).percent === undefined;
    if (!isFiltered) {
      clearTimeout(this.#timer);
      this.#generation = list.generation;
      this.element.textContent = '';
    } else if (isDone && this.#generation !== list.generation) {
      this.#generation = list.generation;
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#say(), restMs);
    }
  }

  #say(): void {
    if (this.#list) {
      const { matches, total } = progressOf(this.#list);
      const [found, all] = [this.#formats.count(matches), this.#formats.count(total)];
      const words = [text('filterCountSpoken', found, all), unreadWords(this.#list, this.#formats)];
      this.element.textContent = words.filter(part => part !== '').join('. ');
    }
  }
}

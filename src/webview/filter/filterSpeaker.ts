import type { Formats } from '../../core/base/format.ts';
import type { ListView } from '../../shared/monitorProtocol.ts';
import { LiveRegion } from '../widgets/liveRegion.ts';
import { progressOf, unreadWords } from './filterStatus.ts';
import { text } from '../widgets/strings.ts';

/** After so long a rest nobody is typing any more. */
const restMs = 1000;

/** Tells screen readers once what a filter came to. */
export class FilterSpeaker {
  readonly #region = new LiveRegion();
  readonly element = this.#region.element;
  readonly #formats: Formats;
  #generation: number | undefined;
  #list: ListView | undefined;

  constructor(formats: Formats) {
    this.#formats = formats;
  }

  /** @param isFiltered whether there is a filter at all */
  follow(list: ListView, isFiltered: boolean): void {
    this.#list = list;
    const isDone = progressOf(list).percent === undefined;
    if (!isFiltered) {
      this.#generation = list.generation;
      this.#region.say('');
    } else if (isDone && this.#generation !== list.generation) {
      this.#generation = list.generation;
      this.#region.sayLater(restMs, () => this.#words());
    }
  }

  #words(): string {
    if (!this.#list) {
      return '';
    }
    const { matches, total } = progressOf(this.#list);
    const [found, all] = [this.#formats.count(matches), this.#formats.count(total)];
    const words = [text('filterCountSpoken', found, all), unreadWords(this.#list, this.#formats)];
    return words.filter(part => part !== '').join('. ');
  }
}

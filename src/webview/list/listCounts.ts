import type { Formats } from '../../core/base/format.ts';
import { el, icon } from '../widgets/dom.ts';
import type { LiveRegion } from '../widgets/liveRegion.ts';
import { text } from '../widgets/strings.ts';

/** A selection that grows by keys is said when it has been the same for this time. */
const restMs = 500;

/** What is over the list's lower corners: how much is new below it, and how much is selected. */
export class ListCounts {
  readonly jump: HTMLElement;
  readonly selected = el('div', { class: 'selection-count' });
  readonly #formats: Formats;
  readonly #region: LiveRegion;
  readonly #words = el('span');
  #selectedCount = 0;

  /** @param onJump the user goes to the newest row */
  constructor(formats: Formats, region: LiveRegion, onJump: () => void) {
    this.#formats = formats;
    this.#region = region;
    const button = el('button', { type: 'button', class: 'jump' }, icon('arrow-down'), this.#words);
    button.addEventListener('click', onJump);
    this.jump = el('div', { class: 'jump-place' }, button);
    this.jump.hidden = true;
    this.selected.hidden = true;
  }

  /** @param newCount of rows since the view was paused */
  showNew(newCount: number, isAtEnd: boolean): void {
    this.jump.hidden = newCount === 0 && isAtEnd;
    const words = this.#newWords(newCount);
    if (this.#words.textContent !== words) {
      this.#words.textContent = words;
    }
  }

  /** Shows and says how many rows are selected, if it is more than one. */
  showSelected(count: number): void {
    if (count === this.#selectedCount) {
      return;
    }
    this.#selectedCount = count;
    this.selected.hidden = count < 2;
    if (count < 2) {
      this.#region.cancel();
    } else {
      const words = text('selectedCount', this.#formats.count(count));
      this.selected.textContent = words;
      this.#region.sayLater(restMs, () => words);
    }
  }

  #newWords(count: number): string {
    if (count === 0) {
      return text('jumpToNewest');
    }
    return count === 1 ? text('oneNewMessage') : text('newMessages', this.#formats.count(count));
  }
}

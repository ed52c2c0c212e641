import type { Formats } from '../../core/base/format.ts';
import { el } from '../widgets/dom.ts';
import type { LiveRegion } from '../widgets/liveRegion.ts';
import { text } from '../widgets/strings.ts';

/** A selection that grows by keys is said when it stays the same for this time. */
const restMs = 500;

/** Shows over the list's corner how many rows are selected, if it is more than one. */
export class SelectionCount {
  readonly element = el('div', { class: 'selection-count' });
  readonly #formats: Formats;
  readonly #region: LiveRegion;
  #count = 0;

  constructor(formats: Formats, region: LiveRegion) {
    this.#formats = formats;
    this.#region = region;
    this.element.hidden = true;
  }

  show(count: number): void {
    if (count === this.#count) {
      return;
    }
    this.#count = count;
    this.element.hidden = count < 2;
    if (count < 2) {
      this.#region.cancel();
    } else {
      const words = text('selectedCount', this.#formats.count(count));
      this.element.textContent = words;
      this.#region.sayLater(restMs, () => words);
    }
  }
}

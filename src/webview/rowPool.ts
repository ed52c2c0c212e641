import type { Row } from '../core/capture/capture.ts';
import type { Formats } from '../core/format.ts';
import { el } from './dom.ts';
import { RowElement } from './rowElement.ts';
import type { RowWindow } from './scaledList.ts';

/** As many row elements as fit on the screen, used again by their place on it. */
export class RowPool {
  readonly element = el('div', { role: 'presentation', class: 'layer' });
  readonly #formats: Formats;
  readonly #rows: RowElement[] = [];

  constructor(formats: Formats) {
    this.#formats = formats;
  }

  /** @returns the id of the selected row's element, where that row can be seen */
  draw(
    { from, to, shift }: RowWindow,
    find: (seq: number) => Row | undefined,
    selected: number | undefined,
  ): string | undefined {
    while (this.#rows.length < to - from) {
      const row = new RowElement(`row-${this.#rows.length}`, this.#formats);
      this.#rows.push(row);
      this.element.append(row.element);
    }
    let active: string | undefined;
    this.#rows.forEach((row, index) => {
      const seq = from + index;
      if (seq >= to) {
        row.hide();
        return;
      }
      row.show(seq, find(seq), seq === selected);
      if (seq === selected) {
        active = row.element.id;
      }
    });
    this.element.style.transform = `translateY(${-shift}px)`;
    return active;
  }

  /** Which row an event on the page is about. */
  seqAt(target: EventTarget | null): number | undefined {
    return target instanceof Node
      ? this.#rows.find(({ element }) => element.contains(target))?.seq
      : undefined;
  }
}

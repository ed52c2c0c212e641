import type { PageRow } from '../../shared/monitorProtocol.ts';
import type { ColumnLayout } from './columns.ts';
import { el } from '../widgets/dom.ts';
import { RowElement, type RowContext } from './rowElement.ts';
import type { RowSelection } from './rowSelection.ts';
import type { RowWindow } from '../widgets/scaledList.ts';

/** As many row elements as fit on the screen, used again by their place on it. */
export class RowPool {
  readonly element = el('div', { role: 'presentation', class: 'layer' });
  readonly #context: RowContext;
  readonly #rows: RowElement[] = [];
  #layout: ColumnLayout;

  constructor(context: RowContext, layout: ColumnLayout) {
    this.#context = context;
    this.#layout = layout;
  }

  arrange(layout: ColumnLayout): void {
    this.#layout = layout;
    for (const row of this.#rows) {
      row.arrange(layout);
    }
    this.forget();
  }

  /** Makes the next `draw` write everything. */
  forget(): void {
    for (const row of this.#rows) {
      row.forget();
    }
  }

  /** @returns the id of the active row's element, where that row can be seen */
  draw(
    { from, to, shift }: RowWindow,
    find: (position: number) => PageRow | undefined,
    selection: RowSelection,
  ): string | undefined {
    while (this.#rows.length < to - from) {
      const row = new RowElement(`row-${this.#rows.length}`, this.#context, this.#layout);
      this.#rows.push(row);
      this.element.append(row.element);
    }
    const { time } = this.#context;
    let active: string | undefined;
    this.#rows.forEach((row, index) => {
      const position = from + index;
      if (position >= to) {
        row.hide();
        return;
      }
      const isActive = position === selection.active;
      const base = time.baseOf(position, find);
      row.show(position, find(position), base, selection.has(position), isActive);
      if (isActive) {
        active = row.element.id;
      }
    });
    this.element.style.transform = `translateY(${-shift}px)`;
    return active;
  }

  /** Where the row that an event on the page is about is in the list. */
  positionAt(target: EventTarget | null): number | undefined {
    return target instanceof Node ? this.#at(target)?.position : undefined;
  }

  /** The element of a row that can be seen. */
  elementOf(position: number): HTMLElement | undefined {
    return this.#rows.find(row => row.position === position)?.element;
  }

  /** The previews of the rows that can be seen. */
  *previews(): Iterable<Text> {
    for (const { preview } of this.#rows) {
      if (preview instanceof Text) {
        yield preview;
      }
    }
  }

  #at(target: Node): RowElement | undefined {
    return this.#rows.find(({ element }) => element.contains(target));
  }
}

import type { PageRow } from '../../shared/monitorProtocol.ts';
import { setAttribute } from '../widgets/dom.ts';
import type { ListSelection } from './listSelection.ts';
import type { RowPool } from './rowPool.ts';
import type { RowWindow } from '../widgets/scaledList.ts';
import type { TimeColumn } from './timeColumn.ts';

/** What rows are drawn with. */
export interface Drawing {
  readonly grid: HTMLElement;
  readonly pool: RowPool;
  readonly time: TimeColumn;
}

/** The list whose rows are drawn. */
interface DrawnList {
  readonly generation: number;
  readonly next: number;
}

/** Rows that do not come within this time are drawn as still missing. */
const patienceMs = 150;

/** The rows that are on screen, which may be behind what is to be seen. */
export class ListScreen {
  readonly #drawing: Drawing;
  readonly #selection: ListSelection;
  readonly #find: (position: number) => PageRow | undefined;
  #window: RowWindow = { from: 0, to: 0, shift: 0 };
  #generation = -1;
  #patience: ReturnType<typeof setTimeout> | undefined;

  constructor(
    drawing: Drawing,
    selection: ListSelection,
    find: (position: number) => PageRow | undefined,
  ) {
    this.#drawing = drawing;
    this.#selection = selection;
    this.#find = find;
  }

  get window(): RowWindow {
    return this.#window;
  }

  /** The list that they are of. */
  get generation(): number {
    return this.#generation;
  }

  /** The position at the top edge, with a fraction, where rows are so many pixels high. */
  topAt(rowHeight: number): number {
    return this.#window.from + this.#window.shift / rowHeight;
  }

  draw(window: RowWindow, { generation, next }: DrawnList): void {
    clearTimeout(this.#patience);
    this.#patience = undefined;
    this.#window = window;
    this.#generation = generation;
    const { grid, pool, time } = this.#drawing;
    time.activeAt = this.#selection.activeRow?.at ?? time.activeAt;
    const active = pool.draw(window, this.#find, this.#selection.rows);
    setAttribute(grid, 'aria-activedescendant', active);
    const rowCount = String(next + 1);
    if (grid.ariaRowCount !== rowCount) {
      grid.ariaRowCount = rowCount;
    }
  }

  /** Draws with what there is, unless all of it comes soon. */
  drawLater(draw: () => void): void {
    this.#patience ??= setTimeout(draw, patienceMs);
  }
}

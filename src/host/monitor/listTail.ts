import type { ViewRow, ViewState } from '../../core/capture/view.ts';

/** The newest rows of a list that were reported since the page was told of it. */
export class ListTail {
  #length = 0;
  #rows: readonly ViewRow[] = [];

  /** How many rows are kept at most; 0 while the page does not follow. */
  get length(): number {
    return this.#length;
  }

  set length(value: number) {
    this.#length = value;
    this.add([]);
  }

  add(rows: readonly ViewRow[] = []): void {
    const all = [...this.#rows, ...rows];
    this.#rows = all.slice(Math.max(0, all.length - this.#length));
  }

  /**
   * The rows, which are not given again. Those that have left the list since are not among them, nor
   * that about dropped ones, which changes.
   */
  take({ first, dropped }: Pick<ViewState, 'first' | 'dropped'>): readonly ViewRow[] {
    const from = first + (dropped > 0 ? 1 : 0);
    const rows = this.#rows.filter(({ position }) => position >= from);
    this.clear();
    return rows;
  }

  clear(): void {
    this.#rows = [];
  }
}

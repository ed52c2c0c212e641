import type { Condition } from '../../core/filter/condition.ts';
import { markerOf, type Marker } from '../../core/filter/marks.ts';

/** The marks of the search are drawn over those of the filter. */
const layers = ['filter', 'find'] as const;
type LayerName = (typeof layers)[number];

/** The time for drawing in one frame; the rest is drawn in the next. */
const frameBudgetMs = 6;
/** A condition that takes longer in one text is no longer marked. */
const textBudgetMs = 20;

/** The marks of one text, and that text. */
interface Marked {
  readonly data: string;
  readonly ranges: readonly StaticRange[];
}

/** Marks texts with CSS highlights, which leave the DOM unchanged. */
export class Marks {
  readonly #layers: Readonly<Record<LayerName, Layer>> = {
    filter: new Layer('filter', 0),
    find: new Layer('find', 1),
  };
  #cells: readonly Text[] = [];
  #frame: number | undefined;

  /** Sets the conditions to mark. */
  show(conditions: Readonly<Partial<Record<LayerName, Condition | undefined>>>): void {
    for (const name of layers) {
      this.#layers[name].show(conditions[name]);
    }
    this.draw(this.#cells);
  }

  /** Marks these texts and no others; call it whenever they have changed. */
  draw(cells: Iterable<Text>): void {
    this.#cells = [...cells];
    if (this.#frame !== undefined) {
      cancelAnimationFrame(this.#frame);
      this.#frame = undefined;
    }
    const until = performance.now() + frameBudgetMs;
    const isDone = layers.map(name => this.#layers[name].draw(this.#cells, until));
    if (isDone.includes(false)) {
      this.#frame = requestAnimationFrame(() => this.draw(this.#cells));
    }
  }
}

class Layer {
  readonly #highlight = new Highlight();
  #condition: Condition | undefined;
  #marker: Marker | undefined;
  #known = new WeakMap<Text, Marked>();

  constructor(name: LayerName, priority: number) {
    this.#highlight.priority = priority;
    CSS.highlights.set(name, this.#highlight);
  }

  show(condition: Condition | undefined): void {
    // Conditions are small, and most calls pass the same one again.
    if (JSON.stringify(condition) !== JSON.stringify(this.#condition)) {
      this.#condition = condition;
      this.#marker = condition && markerOf(condition);
      this.#known = new WeakMap();
    }
  }

  /** Returns whether all of them were drawn in time. */
  draw(cells: readonly Text[], until: number): boolean {
    this.#highlight.clear();
    for (const cell of cells) {
      const marked = this.#known.get(cell);
      if (marked?.data !== cell.data && this.#marker && performance.now() > until) {
        return false;
      }
      for (const range of this.#rangesOf(cell, marked)) {
        this.#highlight.add(range);
      }
    }
    return true;
  }

  #rangesOf(cell: Text, marked: Marked | undefined): readonly StaticRange[] {
    const marker = this.#marker;
    if (!marker) {
      return [];
    }
    if (marked?.data === cell.data) {
      return marked.ranges;
    }
    const started = performance.now();
    const ranges = marker(cell.data).map(
      ({ from, to }) =>
        new StaticRange({
          startContainer: cell,
          startOffset: from,
          endContainer: cell,
          endOffset: to,
        }),
    );
    if (performance.now() - started > textBudgetMs) {
      this.#marker = undefined;
    }
    this.#known.set(cell, { data: cell.data, ranges });
    return ranges;
  }
}

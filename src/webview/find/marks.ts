import type { Condition } from '../../core/filter/condition.ts';
import { markerOf, type Marker } from '../../core/filter/marks.ts';

/** What there is to mark: what is looked for, over what the filter asks for. */
const layers = ['filter', 'find'] as const;
type LayerName = (typeof layers)[number];

/** Drawing may take so long in one frame; what is left over follows in the next. */
const frameBudgetMs = 6;
/** A condition that takes longer in one text is not marked any more. */
const textBudgetMs = 20;

/** The marks of one text, and the text that they are of. */
interface Marked {
  readonly data: string;
  readonly ranges: readonly StaticRange[];
}

/** Marks texts without a change to the page: the browser paints ranges, as `::highlight` says. */
export class Marks {
  readonly #layers: Readonly<Record<LayerName, Layer>> = {
    filter: new Layer('filter', 0),
    find: new Layer('find', 1),
  };
  #cells: readonly Text[] = [];
  #frame: number | undefined;

  /** What is to be marked from now on. */
  show(conditions: Readonly<Partial<Record<LayerName, Condition | undefined>>>): void {
    for (const name of layers) {
      this.#layers[name].show(conditions[name]);
    }
    this.draw(this.#cells);
  }

  /** Marks these texts and no others; to be called whenever they have changed. */
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
    // Texts of conditions are short; most calls bring the same one again.
    if (JSON.stringify(condition) !== JSON.stringify(this.#condition)) {
      this.#condition = condition;
      this.#marker = condition && markerOf(condition);
      this.#known = new WeakMap();
    }
  }

  /** Returns whether it had the time for all of them. */
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

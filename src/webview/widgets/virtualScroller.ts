import { el } from './dom.ts';
import { ScaledList, type RowWindow } from './scaledList.ts';

/** What a scroller needs of its rows. */
interface RowPainter<Row> {
  /** Makes a row, which is used again and again. */
  make(index: number): Row;
  /** Shows what is at `position` in a row that may have shown something else. */
  show(row: Row, position: number): void;
  hide(row: Row): void;
}

interface ScrollListener {
  /** The user scrolls. The geometry still has the place from before. */
  onBeforeScroll?(): void;
  /** The user has scrolled, which the geometry knows already. */
  onScroll(way: 'up' | 'down'): void;
  /** The wheel turns up. The scroll event has not come yet. */
  onWheelUp?(): void;
  /** The user has stopped scrolling. */
  onRest(): void;
}

interface ScrollerBox {
  readonly role: string;
  readonly className: string;
  readonly layerClassName: string;
}

/** How long the scrolling that a turn of the wheel began may go on. */
const wheelMs = 700;

/**
 * Any number of rows of one height in an element that scrolls, with elements for those on screen
 * only. The owner moves the `geometry` and draws; the browser's scroll bar follows with `placeBar`.
 */
export class VirtualScroller<Row extends { readonly element: HTMLElement }> {
  readonly geometry = new ScaledList();
  readonly #scroller: HTMLElement;
  readonly #painter: RowPainter<Row>;
  /** The rows on screen, which do not scroll along. */
  readonly #layer: HTMLElement;
  /** What scrolls: as high as all rows, up to a limit. */
  readonly #box: HTMLElement;
  readonly #rows: Row[] = [];
  #drawn: RowWindow = { from: 0, to: 0, shift: 0 };
  /** The user has the scroll bar in hand. */
  #isInUse = false;
  #wheeledAt = -wheelMs;
  #boxHeight = -1;
  #viewport = -1;
  /** The scroller's height as last observed. */
  #observedHeight = -1;

  constructor(scroller: HTMLElement, box: ScrollerBox, painter: RowPainter<Row>) {
    this.#scroller = scroller;
    this.#painter = painter;
    this.#layer = el('div', { role: 'presentation', class: box.layerClassName });
    this.#box = el('div', { role: box.role, class: box.className }, this.#layer);
    scroller.append(this.#box);
  }

  /** The rows on screen, which may be behind the geometry. */
  get drawn(): RowWindow {
    return this.#drawn;
  }

  /** The position at the top edge of what is on screen, with a fraction. */
  get drawnTop(): number {
    return this.#drawn.from + this.#drawn.shift / this.geometry.rowHeight;
  }

  /** As many rows as the screen ever had, also those that are hidden now. */
  get rows(): readonly Row[] {
    return this.#rows;
  }

  listen(listener: ScrollListener): void {
    const scroller = this.#scroller;
    const passive = { passive: true };
    new ResizeObserver(() => (this.#observedHeight = scroller.clientHeight)).observe(scroller);
    scroller.addEventListener('scroll', () => this.#onScroll(listener), passive);
    scroller.addEventListener('mousedown', () => (this.#wheeledAt = -wheelMs), passive);
    scroller.addEventListener(
      'scrollend',
      () => {
        this.#isInUse = false;
        listener.onRest();
      },
      passive,
    );
    scroller.addEventListener(
      'wheel',
      ({ deltaY, ctrlKey }) => {
        this.#wheeledAt = performance.now();
        if (deltaY < 0 && !ctrlKey && scroller.scrollTop > 0) {
          listener.onWheelUp?.();
        }
      },
      passive,
    );
  }

  draw(window: RowWindow): void {
    const { from, to, shift } = window;
    this.#drawn = window;
    while (this.#rows.length < to - from) {
      const row = this.#painter.make(this.#rows.length);
      this.#rows.push(row);
      this.#layer.append(row.element);
    }
    this.#rows.forEach((row, index) => {
      if (from + index < to) {
        this.#painter.show(row, from + index);
      } else {
        this.#painter.hide(row);
      }
    });
    this.#layer.style.transform = `translateY(${-shift}px)`;
  }

  /** Puts the scroll bar where the geometry says, unless the user has it in hand. */
  placeBar(): void {
    const { boxHeight, viewport, barOffset } = this.geometry;
    if (boxHeight !== this.#boxHeight || viewport !== this.#viewport) {
      this.#boxHeight = boxHeight;
      this.#viewport = viewport;
      this.#box.style.height = `${boxHeight}px`;
      this.#layer.style.height = `${Math.min(boxHeight, viewport)}px`;
    }
    const offset = Math.round(barOffset);
    if (!this.#isInUse && this.geometry.needsBarAt(offset)) {
      this.#scroller.scrollTop = offset;
      this.geometry.barMoved(offset);
    }
  }

  /** The row that shows a position, if it is on screen. */
  rowAt(position: number): Row | undefined {
    const { from, to } = this.#drawn;
    return position >= from && position < to ? this.#rows[position - from] : undefined;
  }

  /** The position of the row that an event happened in. */
  positionOf(target: EventTarget | null): number | undefined {
    const { from, to } = this.#drawn;
    const index = this.#rows.findIndex(
      ({ element }) => target instanceof Node && element.contains(target),
    );
    return index < 0 || from + index >= to ? undefined : from + index;
  }

  #onScroll(listener: ScrollListener): void {
    const { clientHeight, scrollTop } = this.#scroller;
    if (clientHeight !== this.#observedHeight) {
      // The scroller was resized and the browser moved the bar, not the user.
      this.geometry.barMoved(scrollTop);
      return;
    }
    listener.onBeforeScroll?.();
    const isStep = performance.now() - this.#wheeledAt < wheelMs;
    const way = this.geometry.scrolled(scrollTop, isStep);
    if (way !== undefined) {
      this.#isInUse = true;
      listener.onScroll(way);
    }
  }
}

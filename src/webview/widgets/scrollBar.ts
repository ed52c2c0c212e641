import { el } from './dom.ts';
import type { ScaledList } from './scaledList.ts';

interface ScrollBarListener {
  /** Called first, before the geometry takes in where the user scrolled to. */
  onBeforeScroll(): void;
  onScroll(way: 'up' | 'down'): void;
  /** The wheel turns up, and the rows are about to move. */
  onWheelUp(): void;
  onRest(): void;
}

/** How long the scrolling that the wheel began may go on. */
const wheelMs = 700;

/** The browser's scroll bar as the handle of a `ScaledList`: told what it does, and put in place. */
export class ScrollBar {
  /** What is scrolled: as high as the list, up to a limit. Rows go into it. */
  readonly box: HTMLElement;
  readonly #scroller: HTMLElement;
  readonly #layer: HTMLElement;
  readonly #geometry: ScaledList;
  #isInUse = false;
  #wheeledAt = -wheelMs;
  #height = -1;
  #viewport = -1;
  /** The scroller's height in pixels, as the last change of it was told. */
  #heightTold = -1;

  /** @param layer the rows on screen, which do not scroll along */
  constructor(scroller: HTMLElement, layer: HTMLElement, geometry: ScaledList) {
    this.box = el('div', { role: 'rowgroup', class: 'box' }, layer);
    this.#scroller = scroller;
    this.#layer = layer;
    this.#geometry = geometry;
    scroller.append(this.box);
  }

  listen(listener: ScrollBarListener): void {
    const passive = { passive: true };
    new ResizeObserver(() => (this.#heightTold = this.#scroller.clientHeight)).observe(
      this.#scroller,
    );
    const onScroll = () => {
      if (this.#scroller.clientHeight !== this.#heightTold) {
        // It grew, and the browser moved the bar along; the user did nothing.
        this.#geometry.barMoved(this.#scroller.scrollTop);
        return;
      }
      listener.onBeforeScroll();
      const isStep = performance.now() - this.#wheeledAt < wheelMs;
      const way = this.#geometry.scrolled(this.#scroller.scrollTop, isStep);
      if (way !== undefined) {
        this.#isInUse = true;
        listener.onScroll(way);
      }
    };
    const onRest = () => {
      this.#isInUse = false;
      listener.onRest();
    };
    const onPress = () => (this.#wheeledAt = -wheelMs);
    const onWheel = ({ deltaY, ctrlKey }: WheelEvent) => {
      this.#wheeledAt = performance.now();
      if (deltaY < 0 && !ctrlKey && this.#scroller.scrollTop > 0) {
        listener.onWheelUp();
      }
    };
    this.#scroller.addEventListener('scroll', onScroll, passive);
    this.#scroller.addEventListener('scrollend', onRest, passive);
    this.#scroller.addEventListener('wheel', onWheel, passive);
    this.#scroller.addEventListener('mousedown', onPress, passive);
  }

  /** Puts the bar where the geometry says, unless the user has it in hand. */
  place(viewport: number): void {
    const height = this.#geometry.boxHeight;
    if (height !== this.#height || viewport !== this.#viewport) {
      this.#height = height;
      this.#viewport = viewport;
      this.box.style.height = `${height}px`;
      this.#layer.style.height = `${Math.min(height, viewport)}px`;
    }
    const offset = Math.round(this.#geometry.barOffset);
    if (!this.#isInUse && this.#geometry.needsBarAt(offset)) {
      this.#scroller.scrollTop = offset;
      this.#geometry.barMoved(offset);
    }
  }
}

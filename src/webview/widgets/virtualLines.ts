import { el, oncePerFrame } from './dom.ts';
import { ScaledList } from './scaledList.ts';

interface LinePainter {
  /** Makes an element for a line that comes on the screen. */
  make(): HTMLElement;
  /** Shows a line in an element that may have shown another. */
  paint(element: HTMLElement, line: number): void;
  /** These lines are about to be painted. */
  onWindow?(from: number, to: number): void;
}

/** How long the scrolling that the wheel began may go on. */
const wheelMs = 700;

/** Any number of lines of one height, with elements for those on the screen only. */
export class VirtualLines {
  readonly #scroller: HTMLElement;
  readonly #painter: LinePainter;
  readonly #geometry = new ScaledList();
  readonly #layer = el('div', { role: 'presentation', class: 'lines-layer' });
  readonly #box = el('div', { role: 'presentation', class: 'lines-box' }, this.#layer);
  readonly #elements: HTMLElement[] = [];
  readonly #requestDraw = oncePerFrame(() => this.draw());
  #count = 0;
  #wheeledAt = -wheelMs;
  /** The user has the scroll bar in hand. */
  #isInUse = false;

  constructor(scroller: HTMLElement, painter: LinePainter) {
    this.#scroller = scroller;
    this.#painter = painter;
    scroller.append(this.#box);
    const passive = { passive: true };
    scroller.addEventListener('wheel', () => (this.#wheeledAt = performance.now()), passive);
    scroller.addEventListener('mousedown', () => (this.#wheeledAt = -wheelMs), passive);
    scroller.addEventListener('scroll', () => this.#onScroll(), passive);
    scroller.addEventListener('scrollend', () => this.#onRest(), passive);
    new ResizeObserver(() => this.draw()).observe(scroller);
  }

  get pageSize(): number {
    return this.#geometry.pageSize;
  }

  /** Lines there are from now on. They are painted anew. */
  set count(count: number) {
    this.#count = count;
    this.#geometry.setExtent(0, count);
    this.#requestDraw();
  }

  /** Goes to the first line. */
  toBegin(): void {
    this.#geometry.top = 0;
    this.#scroller.scrollLeft = 0;
    this.#requestDraw();
  }

  /** Moves as little as shows the whole line, or, from farther away, puts it in the middle. */
  reveal(line: number): void {
    this.#measure();
    const { from, to } = this.#geometry.window;
    if (line < from - 1 || line > to) {
      this.#geometry.top = line - this.#geometry.pageSize / 2;
    }
    this.#geometry.reveal(line);
    this.draw();
  }

  /** The element that shows a line, where it is on the screen. */
  elementOf(line: number): HTMLElement | undefined {
    const { from, to } = this.#geometry.window;
    return line >= from && line < to ? this.#elements[line - from] : undefined;
  }

  /** The line that an event is about. */
  lineAt(target: EventTarget | null): number | undefined {
    const at = this.#elements.findIndex(
      element => target instanceof Node && !element.hidden && element.contains(target),
    );
    return at < 0 ? undefined : this.#geometry.window.from + at;
  }

  /** Paints what is on the screen. */
  draw(): void {
    if (!this.#measure()) {
      return;
    }
    const { from, to, shift } = this.#geometry.window;
    this.#painter.onWindow?.(from, to);
    while (this.#elements.length < to - from) {
      const element = this.#painter.make();
      this.#elements.push(element);
      this.#layer.append(element);
    }
    this.#elements.forEach((element, index) => {
      element.hidden = from + index >= to;
      if (!element.hidden) {
        this.#painter.paint(element, from + index);
      }
    });
    this.#place(shift);
  }

  #measure(): boolean {
    const viewport = this.#scroller.clientHeight;
    const height = Number.parseFloat(getComputedStyle(this.#box).lineHeight);
    if (viewport === 0 || Number.isNaN(height)) {
      return false;
    }
    this.#geometry.setMetrics(height, viewport);
    return true;
  }

  #place(shift: number): void {
    const { boxHeight, barOffset } = this.#geometry;
    this.#box.style.blockSize = `${boxHeight}px`;
    this.#layer.style.blockSize = `${Math.min(boxHeight, this.#scroller.clientHeight)}px`;
    this.#layer.style.transform = `translateY(${-shift}px)`;
    const offset = Math.round(barOffset);
    if (!this.#isInUse && this.#geometry.needsBarAt(offset)) {
      this.#scroller.scrollTop = offset;
      this.#geometry.barMoved(offset);
    }
  }

  #onScroll(): void {
    const isStep = performance.now() - this.#wheeledAt < wheelMs;
    if (this.#geometry.scrolled(this.#scroller.scrollTop, isStep) !== undefined) {
      this.#isInUse = true;
      this.#requestDraw();
    }
  }

  #onRest(): void {
    this.#isInUse = false;
    this.#requestDraw();
  }
}

import { oncePerFrame } from './dom.ts';
import { VirtualScroller } from './virtualScroller.ts';

interface LinePainter {
  /** Makes an element for a line that comes on the screen. */
  make(): HTMLElement;
  /** Shows a line in an element that may have shown another. */
  paint(element: HTMLElement, line: number): void;
  /** These lines are about to be painted. */
  onWindow?(from: number, to: number): void;
}

/** Any number of lines, as high as the page's style says, that are all there and painted at once. */
export class VirtualLines {
  readonly #element: HTMLElement;
  readonly #painter: LinePainter;
  readonly #scroller: VirtualScroller<{ readonly element: HTMLElement }>;
  readonly #requestDraw = oncePerFrame(() => this.draw());

  constructor(element: HTMLElement, painter: LinePainter) {
    this.#element = element;
    this.#painter = painter;
    this.#scroller = new VirtualScroller(
      element,
      { role: 'presentation', className: 'lines-box', layerClassName: 'lines-layer' },
      {
        make: () => ({ element: painter.make() }),
        show: ({ element }, line) => {
          element.hidden = false;
          painter.paint(element, line);
        },
        hide: ({ element }) => (element.hidden = true),
      },
    );
    this.#scroller.listen({ onScroll: this.#requestDraw, onRest: this.#requestDraw });
    new ResizeObserver(() => this.draw()).observe(element);
  }

  get pageSize(): number {
    return this.#scroller.geometry.pageSize;
  }

  /** How many lines there are from now on. All of them are painted again. */
  set count(count: number) {
    this.#scroller.geometry.setExtent(0, count);
    this.#requestDraw();
  }

  /** Goes to the first line. */
  toBegin(): void {
    this.#scroller.geometry.top = 0;
    this.#element.scrollLeft = 0;
    this.#requestDraw();
  }

  /** Moves as little as shows the whole line, or, from farther away, puts it in the middle. */
  reveal(line: number): void {
    const { geometry } = this.#scroller;
    this.#measure();
    const { from, to } = geometry.window;
    if (line < from - 1 || line > to) {
      geometry.top = line - geometry.pageSize / 2;
    }
    geometry.reveal(line);
    this.draw();
  }

  /** The element that shows a line, if it is on the screen. */
  elementOf(line: number): HTMLElement | undefined {
    return this.#scroller.rowAt(line)?.element;
  }

  /** The line that an event happened in. */
  lineAt(target: EventTarget | null): number | undefined {
    return this.#scroller.positionOf(target);
  }

  /** Paints what is on the screen. */
  draw(): void {
    if (this.#measure()) {
      const { window } = this.#scroller.geometry;
      this.#painter.onWindow?.(window.from, window.to);
      this.#scroller.draw(window);
      this.#scroller.placeBar();
    }
  }

  /** @returns whether it is shown, so that there is something to measure */
  #measure(): boolean {
    const viewport = this.#element.clientHeight;
    const lineHeight = Number.parseFloat(getComputedStyle(this.#element).lineHeight);
    if (viewport === 0 || Number.isNaN(lineHeight)) {
      return false;
    }
    this.#scroller.geometry.setMetrics(lineHeight, viewport);
    return true;
  }
}

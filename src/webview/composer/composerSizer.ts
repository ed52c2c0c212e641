import { el } from '../widgets/dom.ts';
import { text } from '../widgets/strings.ts';

const smallest = 60;
const step = 20;
/** Of the page: what is left is the list's. */
const largestShare = 0.55;

/** The bar over the composer, moved by pointer or by arrow keys. Heights are the text's, in pixels. */
export class ComposerSizer {
  readonly element = el('div', {
    'class': 'composer-sizer',
    'role': 'separator',
    'tabindex': '0',
    'aria-label': text('composeResize'),
    'aria-orientation': 'horizontal',
    'aria-valuemin': String(smallest),
  });
  readonly #box: HTMLElement;
  readonly #onMove: (height: number) => void;
  #height = 0;

  /** @param box gets the height as `--composer-height`, and the class `sized` where there is one */
  constructor(box: HTMLElement, onMove: (height: number) => void) {
    this.#box = box;
    this.#onMove = onMove;
    this.element.addEventListener('pointerdown', event => this.#drag(event));
    this.element.addEventListener('keydown', event => this.#key(event));
  }

  /** 0 lets the text grow with what is in it. */
  set(height: number): void {
    const largest = Math.max(smallest, Math.round(innerHeight * largestShare));
    this.#height = height === 0 ? 0 : Math.min(largest, Math.max(smallest, Math.round(height)));
    this.#box.style.setProperty('--composer-height', `${this.#height}px`);
    this.#box.classList.toggle('sized', this.#height > 0);
    this.element.ariaValueMax = String(largest);
    this.element.ariaValueNow = String(this.#height || smallest);
  }

  #move(height: number): void {
    this.set(height);
    this.#onMove(this.#height);
  }

  #drag(event: PointerEvent): void {
    event.preventDefault();
    this.element.focus();
    this.element.setPointerCapture(event.pointerId);
    const fromHeight = this.#shownHeight;
    const fromY = event.clientY;
    const stop = new AbortController();
    const { signal } = stop;
    this.element.addEventListener(
      'pointermove',
      ({ clientY }) => this.#move(Math.max(smallest, fromHeight + fromY - clientY)),
      { signal },
    );
    this.element.addEventListener('lostpointercapture', () => stop.abort(), { signal });
  }

  get #shownHeight(): number {
    return this.#box.querySelector('textarea')?.clientHeight ?? smallest;
  }

  #key(event: KeyboardEvent): void {
    const heights: Readonly<Record<string, number>> = {
      ArrowUp: this.#shownHeight + step,
      ArrowDown: Math.max(smallest, this.#shownHeight - step),
      Home: Infinity,
      End: 0,
    };
    const height = heights[event.key];
    if (height !== undefined) {
      event.preventDefault();
      this.#move(height);
    }
  }
}

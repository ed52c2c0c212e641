import { el } from './dom.ts';
import type { Layout } from './layout.ts';
import { text } from './strings.ts';

const smallest = 0.15;
const largest = 0.85;
const step = 0.02;

/** The bar between list and details, moved by pointer or by arrow keys. Shares are the details'. */
export class Splitter {
  readonly element = el('div', {
    'class': 'splitter',
    'role': 'separator',
    'tabindex': '0',
    'aria-label': text('resizeDetails'),
    'aria-controls': 'details',
    'aria-valuemin': String(smallest * 100),
    'aria-valuemax': String(largest * 100),
  });
  readonly #box: HTMLElement;
  readonly #onMove: (layout: Layout, share: number) => void;
  #layout: Layout = 'below';
  #share = 0.5;

  /** @param box the element that list and details share; gets the size as `--details-share` */
  constructor(box: HTMLElement, onMove: (layout: Layout, share: number) => void) {
    this.#box = box;
    this.#onMove = onMove;
    this.element.addEventListener('pointerdown', event => this.#drag(event));
    this.element.addEventListener('keydown', event => this.#key(event));
  }

  set(layout: Layout, share: number): void {
    this.#layout = layout;
    this.#share = Math.min(largest, Math.max(smallest, share));
    const percent = `${(this.#share * 100).toFixed(2)}%`;
    this.#box.style.setProperty('--details-share', percent);
    this.element.ariaOrientation = layout === 'beside' ? 'vertical' : 'horizontal';
    this.element.ariaValueNow = String(Math.round(this.#share * 100));
  }

  #move(share: number): void {
    this.set(this.#layout, share);
    this.#onMove(this.#layout, this.#share);
  }

  #drag(event: PointerEvent): void {
    event.preventDefault();
    this.element.focus();
    this.element.setPointerCapture(event.pointerId);
    const box = this.#box.getBoundingClientRect();
    const stop = new AbortController();
    const { signal } = stop;
    this.element.addEventListener(
      'pointermove',
      ({ clientX, clientY }) =>
        this.#move(
          this.#layout === 'beside'
            ? this.#shareBeside(clientX, box)
            : (box.bottom - clientY) / box.height,
        ),
      { signal },
    );
    this.element.addEventListener('lostpointercapture', () => stop.abort(), { signal });
  }

  #shareBeside(clientX: number, box: DOMRect): number {
    const isRightToLeft = getComputedStyle(this.#box).direction === 'rtl';
    return (isRightToLeft ? clientX - box.left : box.right - clientX) / box.width;
  }

  #key(event: KeyboardEvent): void {
    const isRightToLeft = getComputedStyle(this.#box).direction === 'rtl';
    const shares: Record<string, number> = {
      ArrowUp: this.#share + step,
      ArrowDown: this.#share - step,
      ArrowLeft: this.#share + (isRightToLeft ? -step : step),
      ArrowRight: this.#share - (isRightToLeft ? -step : step),
      Home: largest,
      End: smallest,
    };
    const share = shares[event.key];
    if (share !== undefined) {
      event.preventDefault();
      this.#move(share);
    }
  }
}

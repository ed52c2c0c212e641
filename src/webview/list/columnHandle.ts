import { el } from '../widgets/dom.ts';

interface ColumnHandleOptions {
  /** In em. */
  readonly least: number;
  readonly most: number;
  /** @param width in em; `undefined` for the usual one */
  onResize(width: number | undefined): void;
}

const step = 0.5;

/** The edge of a heading, by which its column is made wider: by pointer or by arrow keys. */
export class ColumnHandle {
  readonly element: HTMLElement;
  readonly #options: ColumnHandleOptions;
  #width = 0;
  /** Whether the column stands behind the one that takes the rest, and so grows the other way. */
  #isBehind = false;

  constructor(label: string, options: ColumnHandleOptions) {
    this.#options = options;
    this.element = el('span', {
      'class': 'column-handle',
      'role': 'separator',
      'tabindex': '-1',
      'aria-label': label,
      'aria-orientation': 'vertical',
      'aria-valuemin': String(options.least * 10),
      'aria-valuemax': String(options.most * 10),
    });
    this.element.addEventListener('pointerdown', event => this.#drag(event));
    this.element.addEventListener('dblclick', () => options.onResize(undefined));
    this.element.addEventListener('keydown', event => this.#key(event));
  }

  set(width: number, isBehind: boolean, canBeReached: boolean): void {
    this.#width = width;
    this.#isBehind = isBehind;
    this.element.classList.toggle('behind', isBehind);
    this.element.tabIndex = canBeReached ? 0 : -1;
    this.element.ariaValueNow = String(Math.round(width * 10));
  }

  /** @returns 1 where the column grows towards the right of the window */
  get #way(): 1 | -1 {
    const isRightToLeft = getComputedStyle(this.element).direction === 'rtl';
    return isRightToLeft === this.#isBehind ? 1 : -1;
  }

  #resize(width: number): void {
    const { least, most } = this.#options;
    this.#options.onResize(Math.round(Math.min(most, Math.max(least, width)) * 100) / 100);
  }

  #drag(event: PointerEvent): void {
    event.preventDefault();
    event.stopPropagation();
    this.element.setPointerCapture(event.pointerId);
    const em = Number.parseFloat(getComputedStyle(document.body).fontSize);
    const from = this.#width;
    const way = this.#way;
    const stop = new AbortController();
    const { signal } = stop;
    this.element.addEventListener(
      'pointermove',
      ({ clientX }) => this.#resize(from + (way * (clientX - event.clientX)) / em),
      { signal },
    );
    this.element.addEventListener('lostpointercapture', () => stop.abort(), { signal });
  }

  #key(event: KeyboardEvent): void {
    const { key } = event;
    const way = this.#way * (key === 'ArrowRight' ? 1 : key === 'ArrowLeft' ? -1 : 0);
    if (way !== 0) {
      this.#resize(this.#width + way * step);
    } else if (key === 'Home') {
      this.#resize(this.#options.least);
    } else if (key === 'Escape') {
      this.#options.onResize(undefined);
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  }
}

import { el } from './dom.ts';

/** Which edge of the resized element the bar is. Moving it outwards makes the element larger. */
export type SashEdge = 'top' | 'start' | 'end';

interface SashOptions {
  readonly className: string;
  readonly label: string;
  readonly edge: SashEdge;
  /** How far an arrow key moves it, in the unit of the sizes. */
  readonly step: number;
  /** Where other keys move it. A double click moves it to the `default` size. */
  readonly keys: Readonly<Record<string, 'min' | 'max' | 'default'>>;
  /** ARIA's values are whole numbers: sizes are multiplied by this. */
  readonly ariaScale: number;
  /** The size now. */
  size(): number;
  bounds(): readonly [min: number, max: number];
  /** The pixels in one unit of the sizes. */
  unitPixels(): number;
  /** @param size within the bounds; `undefined` for the default one */
  onResize(size: number | undefined): void;
}

/** A bar that resizes what is beside it, by pointer, by arrow keys and by a double click. */
export class Sash {
  readonly element: HTMLElement;
  readonly #options: SashOptions;
  #edge: SashEdge;

  constructor(options: SashOptions) {
    this.#options = options;
    this.#edge = options.edge;
    this.element = el('div', {
      'class': options.className,
      'role': 'separator',
      'tabindex': '0',
      'aria-label': options.label,
    });
    this.element.addEventListener('pointerdown', event => this.#onPress(event));
    this.element.addEventListener('dblclick', () => options.onResize(undefined));
    this.element.addEventListener('keydown', event => this.#onKey(event));
  }

  set edge(edge: SashEdge) {
    this.#edge = edge;
  }

  /** Updates what it says of itself, after the size, the bounds or the edge have changed. */
  refresh(): void {
    const { ariaScale } = this.#options;
    const [min, max] = this.#options.bounds();
    const size = this.#options.size();
    const whole = (value: number) => String(Math.round(value * ariaScale));
    this.element.ariaOrientation = this.#edge === 'top' ? 'horizontal' : 'vertical';
    this.element.ariaValueMin = whole(min);
    this.element.ariaValueMax = whole(max);
    this.element.ariaValueNow = whole(Math.min(max, Math.max(min, size)));
  }

  #resize(size: number): void {
    const [min, max] = this.#options.bounds();
    this.#options.onResize(Math.min(max, Math.max(min, size)));
  }

  /** 1 if the element grows towards the right of the window, else -1. */
  get #way(): 1 | -1 {
    const isRightToLeft = getComputedStyle(this.element).direction === 'rtl';
    return isRightToLeft === (this.#edge === 'end') ? -1 : 1;
  }

  #onPress(event: PointerEvent): void {
    event.preventDefault();
    event.stopPropagation();
    if (this.element.tabIndex >= 0) {
      this.element.focus();
    }
    this.element.setPointerCapture(event.pointerId);
    const size = this.#options.size();
    const pixels = this.#options.unitPixels();
    const way = this.#way;
    const stop = new AbortController();
    const { signal } = stop;
    this.element.addEventListener(
      'pointermove',
      ({ clientX, clientY }) => {
        const moved =
          this.#edge === 'top' ? event.clientY - clientY : way * (clientX - event.clientX);
        if (moved !== 0) {
          this.#resize(size + moved / pixels);
        }
      },
      { signal },
    );
    this.element.addEventListener('lostpointercapture', () => stop.abort(), { signal });
  }

  #onKey(event: KeyboardEvent): void {
    const { keys, step } = this.#options;
    const directions: Readonly<Record<string, number>> = {
      ArrowUp: 1,
      ArrowDown: -1,
      ArrowRight: this.#way,
      ArrowLeft: -this.#way,
    };
    const direction = directions[event.key];
    const target = keys[event.key];
    if (direction !== undefined) {
      this.#resize(this.#options.size() + direction * step);
    } else if (target === 'default') {
      this.#options.onResize(undefined);
    } else if (target !== undefined) {
      const [min, max] = this.#options.bounds();
      this.#options.onResize(target === 'min' ? min : max);
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  }
}

/** Rows `from` up to, not including, `to`; the first begins `shift` pixels above the viewport. */
export interface RowWindow {
  readonly from: number;
  readonly to: number;
  readonly shift: number;
}

/** More pixels than a turn of the wheel scrolls, and too few to see on a bar of millions. */
const endRoom = 20_000;

/**
 * The geometry of a list of any length. Browsers lay out no box above some ten million pixels, so the
 * height of the box that scrolls has a limit, and the position is kept here, in rows: small scroll
 * steps move it pixel by pixel; large ones, which come from dragging the thumb, move it in proportion.
 *
 * Positions have a fraction. They do not depend on what the list has dropped, so rows on screen
 * stay where they are while older ones go.
 */
export class ScaledList {
  readonly #maxBoxHeight: number;
  #first = 0;
  #next = 0;
  #rowHeight = 22;
  #viewport = 0;
  #top = 0;
  /** The scroll bar's last known offset, in pixels. */
  #offset = 0;

  constructor(maxBoxHeight = 8_000_000) {
    this.#maxBoxHeight = maxBoxHeight;
  }

  /** The list has the rows `first` up to, not including, `next`. */
  setExtent(first: number, next: number): void {
    this.#first = first;
    this.#next = Math.max(first, next);
    this.#clamp();
  }

  setMetrics(rowHeight: number, viewport: number): void {
    this.#rowHeight = Math.max(1, rowHeight);
    this.#viewport = Math.max(0, viewport);
    this.#clamp();
  }

  /** The row at the top edge, with a fraction. */
  get top(): number {
    return this.#top;
  }

  set top(value: number) {
    this.#top = value;
    this.#clamp();
  }

  /** Goes to a place that may be beyond the extent: the next extent cuts what is too much. */
  restoreScroll(top: number): void {
    this.#top = top;
  }

  /** In pixels. */
  get rowHeight(): number {
    return this.#rowHeight;
  }

  /** The height in pixels that rows can be seen in. */
  get viewport(): number {
    return this.#viewport;
  }

  /** The height of the box that is scrolled. */
  get boxHeight(): number {
    return Math.min(this.#height, this.#maxBoxHeight);
  }

  /** How many whole rows fit into the viewport. */
  get pageSize(): number {
    return Math.max(1, Math.floor(this.#viewport / this.#rowHeight));
  }

  get isAtEnd(): boolean {
    return this.#top >= this.#lastTop - 1e-6;
  }

  get window(): RowWindow {
    const pixels = Math.round((this.#top - this.#first) * this.#rowHeight);
    const rows = Math.floor(pixels / this.#rowHeight);
    const shift = pixels - rows * this.#rowHeight;
    const from = this.#first + rows;
    const to = from + Math.ceil((this.#viewport + shift) / this.#rowHeight);
    return { from, to: Math.min(to, this.#next), shift };
  }

  /** The offset in pixels that the scroll bar should have. */
  get barOffset(): number {
    const free = this.#lastTop - this.#first;
    const offset = free <= 0 ? 0 : ((this.#top - this.#first) / free) * this.#furthestOffset;
    if (this.#height <= this.#maxBoxHeight || this.#top === this.#first || this.isAtEnd) {
      return offset;
    }
    // Leaves room for small steps near the ends: a pixel of the bar is many pixels of the list.
    return Math.max(endRoom, Math.min(offset, this.#furthestOffset - endRoom));
  }

  needsBarAt(offset: number): boolean {
    return Math.abs(offset - this.#offset) >= 1;
  }

  /** The page has moved the scroll bar. The scroll event that follows will move nothing. */
  barMoved(offset: number): void {
    this.#offset = offset;
  }

  /**
   * The scroll bar has moved to an offset.
   *
   * @returns the way in which the user moved it; `undefined` if the page itself did
   * @param isStep whether it is known to be a step, however large: of a wheel that spins freely
   */
  scrolled(offset: number, isStep = false): 'up' | 'down' | undefined {
    const delta = offset - this.#offset;
    if (Math.abs(delta) < 1) {
      return undefined;
    }
    this.#offset = offset;
    if (offset <= 0) {
      this.#top = this.#first;
    } else if (offset >= this.#furthestOffset - 1) {
      this.toEnd();
    } else if (isStep || Math.abs(delta) < 1.5 * this.#viewport) {
      this.#top += delta / this.#rowHeight;
    } else {
      const free = this.#lastTop - this.#first;
      this.#top = this.#first + (offset / this.#furthestOffset) * free;
    }
    this.#clamp();
    return delta < 0 ? 'up' : 'down';
  }

  toEnd(): void {
    this.#top = this.#lastTop;
  }

  /** Moves as little as shows the whole row. */
  reveal(position: number): void {
    const lowest = position + 1 - this.#viewport / this.#rowHeight;
    this.#top = Math.min(Math.max(this.#top, lowest), position);
    this.#clamp();
  }

  /** Moves a row that cannot be seen into the middle. */
  centre(position: number): void {
    const rows = this.#viewport / this.#rowHeight;
    if (position < this.#top || position + 1 > this.#top + rows) {
      this.#top = position - Math.max(0, (rows - 1) / 2);
      this.#clamp();
    }
  }

  get #height(): number {
    return (this.#next - this.#first) * this.#rowHeight;
  }

  get #lastTop(): number {
    return Math.max(this.#first, this.#next - this.#viewport / this.#rowHeight);
  }

  get #furthestOffset(): number {
    return Math.max(0, this.boxHeight - this.#viewport);
  }

  #clamp(): void {
    this.#top = Math.max(this.#first, Math.min(this.#top, this.#lastTop));
  }
}

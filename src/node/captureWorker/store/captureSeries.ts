import { setImmediate as nextTurn } from 'node:timers/promises';
import type { CaptureStore } from '../../../core/capture/captureStore.ts';
import { Series } from '../../../core/metrics/series.ts';
import type { SeriesSpan, SeriesView } from '../../../core/metrics/seriesView.ts';
import type { Block } from '../../../core/record/block.ts';

/** Numbers whose rows are counted at once, which takes some milliseconds. */
const rowsPerSlice = 16_384;

/**
 * The statistics of one capture. A new capture is counted batch by batch as it comes. One that was
 * opened from a file is counted only when somebody asks, in slices between other work; what its
 * limits had dropped before is not in it.
 */
export class CaptureSeries {
  readonly #store: CaptureStore;
  #series = new Series();
  /** With the rows that were cleared and can be brought back; absent if it was not counted. */
  #whole: Series | undefined;
  /** The row to go on with; `undefined` when all is counted, so that each batch can be. */
  #uncounted: number | undefined;
  /** Rows were cleared before they were counted. */
  #isPartial = false;
  #counting: Promise<void> | undefined;

  constructor(store: CaptureStore) {
    const { first, next } = store.extent;
    this.#store = store;
    this.#uncounted = first < next ? first : undefined;
  }

  /** To be called when `store` has it. */
  append(block: Block): void {
    if (this.#uncounted === undefined) {
      this.#series.append(block);
      this.#whole?.append(block);
    }
  }

  /** @param canRestore the rows can be brought back */
  clear(canRestore = false): void {
    const counted = this.#uncounted === undefined ? (this.#whole ?? this.#series) : undefined;
    this.#whole = canRestore && !this.#isPartial ? counted : undefined;
    this.#isPartial = canRestore && this.#whole === undefined;
    this.#series = new Series();
    this.#uncounted = undefined;
  }

  /** The rows that were cleared are back. */
  restore(): void {
    const { first, next } = this.#store.extent;
    const whole = this.#whole;
    this.forget();
    this.#series = whole ?? new Series();
    this.#uncounted = whole || first === next ? undefined : first;
  }

  /** The rows that were cleared do not come back. */
  forget(): void {
    this.#whole = undefined;
    this.#isPartial = false;
  }

  /** Ends the counting, because the store is about to be closed. */
  close(): void {
    this.#uncounted = undefined;
  }

  /**
   * Rejects with what the store throws.
   *
   * @param now milliseconds since 1970, if more rows may come
   */
  async view(span: SeriesSpan, now: number | undefined): Promise<SeriesView> {
    this.#counting ??= this.#count().finally(() => (this.#counting = undefined));
    await this.#counting;
    return this.#series.view(span, now);
  }

  async #count(): Promise<void> {
    while (this.#countSlice()) {
      await nextTurn();
    }
  }

  /** Returns whether there is more to count. */
  #countSlice(): boolean {
    if (this.#uncounted === undefined) {
      return false;
    }
    const { first, next } = this.#store.extent;
    const from = this.#store.skipTo(Math.max(first, this.#uncounted));
    const to = Math.min(next, from + rowsPerSlice);
    for (const { block, begin, end } of this.#store.blocks(from, to)) {
      this.#series.append(block, begin, end);
    }
    this.#uncounted = to < next ? to : undefined;
    return this.#uncounted !== undefined;
  }
}

import { setImmediate as nextTurn } from 'node:timers/promises';
import type { BatchReader } from '../../../core/record/batch.ts';
import type { CaptureStore } from '../../../core/capture/captureStore.ts';
import { flagsOf } from '../../../core/record/record.ts';
import { Series } from '../../../core/metrics/series.ts';
import type { SeriesSpan, SeriesView } from '../../../core/metrics/seriesView.ts';
import type { RowFacts, SqliteStore } from './sqliteStore.ts';

const encoder = new TextEncoder();

/** Rows read at once, which takes some milliseconds. */
const rowsPerSlice = 2048;

/**
 * The statistics of one capture. A new capture is counted batch by batch as it comes. One that was
 * opened from a file is counted only when somebody asks, in slices between other work; what its
 * limits had dropped before is not in it.
 */
export class CaptureSeries {
  readonly #store: CaptureStore;
  readonly #file: SqliteStore | undefined;
  #series = new Series();
  /** With the rows that were cleared and can be brought back; absent if it was not counted. */
  #whole: Series | undefined;
  /** The row to go on with; `undefined` when all is counted, so that each batch can be. */
  #uncounted: number | undefined;
  /** Rows were cleared before they were counted. */
  #isPartial = false;
  #counting: Promise<void> | undefined;

  /** @param file the store behind `store` if its rows are in a file; reading it is faster */
  constructor(store: CaptureStore, file: SqliteStore | undefined) {
    const { first, next } = store.extent;
    this.#store = store;
    this.#file = file;
    this.#uncounted = first < next ? first : undefined;
  }

  /** To be called when `store` has it. */
  append(batch: BatchReader): void {
    if (this.#uncounted === undefined) {
      this.#series.append(batch);
      this.#whole?.append(batch);
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
    const from = Math.max(first, this.#uncounted);
    const endOfFile = Math.min(next, this.#file?.extent.next ?? 0);
    const to = Math.min(from < endOfFile ? endOfFile : next, from + rowsPerSlice);
    const facts =
      this.#file && from < endOfFile ? this.#file.facts(from, to) : factsIn(this.#store, from, to);
    this.#series.add(facts, row => facts.heads.get(row) ?? new Uint8Array());
    this.#uncounted = to < next ? to : undefined;
    return this.#uncounted !== undefined;
  }
}

/** The same of any store, more slowly. Heads are not the payloads, but they differ if the payloads do. */
function factsIn(store: CaptureStore, from: number, to: number): RowFacts {
  const rows = store.rows(from, to - from);
  const heads = new Map<number, Uint8Array>();
  rows.forEach(({ kind, preview }, index) => {
    if (kind !== 'text' && kind !== 'binary') {
      heads.set(index, encoder.encode(preview));
    }
  });
  return {
    firstSeq: from,
    rowCount: rows.length,
    times: Float64Array.from(rows, ({ at }) => at),
    flags: Uint32Array.from(rows, ({ kind, direction }) => flagsOf(kind, direction)),
    lengths: Uint32Array.from(rows, ({ byteLength }) => byteLength),
    heads,
  };
}

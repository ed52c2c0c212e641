import type { BlockRows, MatchedRows } from './matchedRows.ts';
import { type Block, recordsOf, type StoredRecord } from '../record/block.ts';
import type { FrameFacts } from '../record/frameFacts.ts';
import type { CaptureLimits, Extent, PayloadPart, Row } from './capture.ts';
import { RowMatch, type ViewMatcher } from './viewMatcher.ts';
import { preview } from '../record/preview.ts';
import { directionOf, isHeartbeat, kindOf, RowFlag, tapActionOf } from '../record/record.ts';

/**
 * What the capture worker writes to and reads from: one capture's rows. Synchronous, because it has
 * a thread of its own.
 */
export interface CaptureStore {
  readonly extent: Extent;
  /** Stores all rows of `block`, or no row if it throws. */
  append(block: Block): void;
  rows(from: number, count: number): readonly Row[];
  payload(seq: number, from: number, length: number): PayloadPart | undefined;
  frame(seq: number): FrameFacts | undefined;
  /**
   * The number to go on with that looks for rows from `seq` on: behind numbers without a row if they are
   * many, as where a file claims anything. `extent.next` if there is no row any more.
   */
  skipTo(seq: number): number;
  /** The blocks with rows `from` up to, not including, `to`, read as they are asked for. */
  blocks(from: number, to: number): Iterable<BlockRows>;
  /**
   * Classifies the rows `from` up to, not including, `to`, as far as that is cheap.
   *
   * @param isEach each row has its `at`, so `count` is 1
   */
  find(test: ViewMatcher, from: number, to: number, isEach: boolean): Iterable<MatchedRows>;
  /** Drops the oldest rows until the limits hold; returns how many went. */
  enforce(limits: CaptureLimits): number;
  /**
   * Hides all rows; rows that were hidden before stay so. Returns whether `restore` can bring them
   * back. The limits count them as the oldest rows.
   */
  clear(): boolean;
  /** Brings back the rows that are hidden; `false` if there are none any more. */
  restore(): boolean;
  /** Gives up the rows that are hidden; returns whether there were any. `sweep` removes them. */
  forget(): boolean;
  /** Removes some of the rows that were given up; returns whether some are left. */
  sweep(): boolean;
  close(): void;
}

export function isEmpty({ first, next }: Extent): boolean {
  return first === next;
}

/** The extent of older and newer rows together. */
export function joinedExtent(older: Extent | undefined, newer: Extent): Extent {
  return older
    ? {
        first: isEmpty(older) ? newer.first : older.first,
        next: newer.next,
        byteLength: older.byteLength + newer.byteLength,
        dropped: older.dropped + newer.dropped,
      }
    : newer;
}

/**
 * Builds a row from its stored fields.
 *
 * @param head the first bytes of the payload, as many as `previewByteLength` asks for
 */
export function rowOf(
  seq: number,
  at: number,
  flags: number,
  byteLength: number,
  head: Uint8Array,
): Row {
  const tap = tapActionOf(flags);
  const row = {
    seq,
    at,
    kind: kindOf(flags),
    direction: directionOf(flags),
    heartbeat: isHeartbeat(flags),
    byteLength,
    preview: preview(flags, head),
  };
  const wasHeld = (flags & RowFlag.Held) !== 0;
  return tap || wasHeld ? { ...row, ...(tap && { tap }), ...(wasHeld && { wasHeld }) } : row;
}

/** The fraction of a limit that is dropped in advance, so that not every batch drops something. */
const slack = 1 / 32;

/** How much must go: the fewest of the oldest rows that are at least `rows` and `bytes`. */
interface Excess {
  readonly rows: number;
  readonly bytes: number;
}

/** `undefined` if the limits are kept. */
export function excessOf(extent: Extent, limits: CaptureLimits): Excess | undefined {
  const rows = excess(extent.next - extent.first, limits.maxRows);
  const bytes = excess(extent.byteLength, limits.maxBytes);
  return rows > 0 || bytes > 0 ? { rows, bytes } : undefined;
}

function excess(amount: number, limit: number): number {
  return amount > limit ? amount - (limit - Math.floor(limit * slack)) : 0;
}

/** Rows `from` up to, not including, `to`, read as they are asked for. */
export function* recordsIn(store: CaptureStore, from: number, to: number): Generator<StoredRecord> {
  for (const { block, begin, end } of store.blocks(from, to)) {
    yield* recordsOf(block, begin, end);
  }
}

/** Classifies rows `begin` up to, not including, `end` by a matcher that `isByFlags`. */
export function* findInColumns(
  test: ViewMatcher,
  { firstSeq, times, flags }: Block,
  begin: number,
  end: number,
  isEach: boolean,
): Generator<MatchedRows> {
  let row = begin;
  while (row < end) {
    const start = row;
    const verdict = test.matchFlags(flags[start] ?? 0);
    do {
      row++;
    } while (row < end && test.matchFlags(flags[row] ?? 0) === verdict);
    if (verdict === RowMatch.Hidden) {
      yield { is: 'hidden', count: row - start };
    } else if (verdict === RowMatch.Shown && !isEach) {
      yield { is: 'shown', seq: firstSeq + start, count: row - start, at: times[start] ?? 0 };
    } else if (verdict === RowMatch.Shown) {
      for (let index = start; index < row; index++) {
        yield { is: 'shown', seq: firstSeq + index, count: 1, at: times[index] ?? 0 };
      }
    }
  }
}

import type { Found } from './captureStore.ts';
import { Verdict, type ViewTest } from './viewTest.ts';

/** Rows as columns, as batches and chunks in memory are. */
export interface RowColumns {
  readonly firstSeq: number;
  readonly times: Float64Array;
  readonly flags: Uint32Array;
}

/** What a test that `isByFlags` says of the rows `begin` up to, not including, `end` of `columns`. */
export function* findInColumns(
  test: ViewTest,
  { firstSeq, times, flags }: RowColumns,
  begin: number,
  end: number,
  isEach: boolean,
): Generator<Found> {
  let row = begin;
  while (row < end) {
    const start = row;
    const verdict = test.judgeFlags(flags[start] ?? 0);
    do {
      row++;
    } while (row < end && test.judgeFlags(flags[row] ?? 0) === verdict);
    if (verdict === Verdict.Hidden) {
      yield { is: 'hidden', count: row - start };
    } else if (verdict === Verdict.Shown && !isEach) {
      yield { is: 'shown', seq: firstSeq + start, count: row - start, at: times[start] ?? 0 };
    } else if (verdict === Verdict.Shown) {
      for (let index = start; index < row; index++) {
        yield { is: 'shown', seq: firstSeq + index, count: 1, at: times[index] ?? 0 };
      }
    }
  }
}

import type { RowIndex } from '../../../core/capture/rowIndex.ts';

/** The first position whose row is not before `at`; the next one where there is none. */
export function positionOfTime(
  { first, next }: RowIndex,
  at: number,
  timeAt: (position: number) => number,
): number {
  let low = first;
  let high = next;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (timeAt(middle) < at) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

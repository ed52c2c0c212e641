/**
 * A binary search.
 *
 * @param isBefore true for all numbers up to some point, and false from there on
 * @returns the first number from `from` on for which `isBefore` is false; `to` if it is true for all
 */
export function lowerBound(from: number, to: number, isBefore: (index: number) => boolean): number {
  let low = from;
  let high = to;
  while (low < high) {
    // Not by shifts: positions of rows exceed 32 bits.
    const middle = Math.floor((low + high) / 2);
    if (isBefore(middle)) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

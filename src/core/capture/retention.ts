import type { CaptureLimits, Extent } from './capture.ts';

/** What is dropped beyond the limit, as a part of it, so that not each batch drops something. */
const slack = 1 / 32;

/** How much must go: the fewest of the oldest rows that are at least `rows` and `bytes`. */
export interface Excess {
  readonly rows: number;
  readonly bytes: number;
}

/** `undefined` where the limits hold. */
export function excessOf(extent: Extent, limits: CaptureLimits): Excess | undefined {
  const rows = excess(extent.next - extent.first, limits.maxRows);
  const bytes = excess(extent.byteLength, limits.maxBytes);
  return rows > 0 || bytes > 0 ? { rows, bytes } : undefined;
}

function excess(amount: number, limit: number): number {
  return amount > limit ? amount - (limit - Math.floor(limit * slack)) : 0;
}

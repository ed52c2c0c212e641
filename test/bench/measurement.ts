/** One line of a table. */
export interface Measurement {
  readonly what: string;
  readonly value: string;
  readonly budget: string;
  /** Whether it keeps to its budget, where it has one. */
  readonly verdict?: string;
}

export interface Bench {
  readonly title: string;
  readonly rows: readonly Measurement[];
}

/** What a value is held to, in the value's own unit. */
export interface Budget {
  readonly limit: number;
  readonly aim: number;
  /** The value is to be no less; otherwise it is to be no more. */
  readonly isLeast?: boolean;
}

/** A figure to compare with. */
export function plain(what: string, value: string): Measurement {
  return { what, value, budget: '' };
}

/**
 * A figure with a budget.
 *
 * @param write how a number of this unit reads
 * @param shown the figure as it is shown, where it is more than the number that counts
 */
export function held(
  what: string,
  value: number,
  write: (value: number) => string,
  { limit, aim, isLeast = false }: Budget,
  shown = write(value),
): Measurement {
  const keeps = (bound: number) => (isLeast ? value >= bound : value <= bound);
  const verdict = keeps(aim) ? 'met, and its aim' : keeps(limit) ? 'met' : 'MISSED';
  const sign = isLeast ? '≥' : '≤';
  return { what, value: shown, budget: `${sign} ${write(limit)}, aim ${write(aim)}`, verdict };
}

export const milliseconds = (value: number) => `${value.toFixed(value < 100 ? 1 : 0)} ms`;
export const mebibytes = (value: number) => `${value.toFixed(0)} MiB`;
export const ratio = (value: number) => value.toFixed(2);
export const thousands = (perSecond: number) => `${Math.round(perSecond / 1000)} k/s`;

export function median(values: readonly number[]): number {
  return percentile(values, 0.5);
}

/** @param fraction 0.5 for the median */
export function percentile(values: readonly number[], fraction: number): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * fraction))] ?? NaN;
}

/** The delays of an event loop, in milliseconds. */
export interface LoopDelay {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

/** Messages a second of what was measured, and what it did to the event loop meanwhile. */
export interface FloodResult {
  readonly rate: number;
  readonly delay: LoopDelay;
}

/** The median of several floods for the percentiles, the worst of all for the maximum. */
export function loopDelayRow(what: string, delays: readonly LoopDelay[]): Measurement {
  const p50 = median(delays.map(delay => delay.p50));
  const p99 = median(delays.map(delay => delay.p99));
  const max = Math.max(...delays.map(delay => delay.max));
  const shown = [p50, p99, max].map(milliseconds).join(' / ');
  return held(`${what}, p50 / p99 / max`, p99, milliseconds, { limit: 25, aim: 10 }, shown);
}

/** A figure of a peer's, which is held to nothing. */
export function freed({ what, value }: Measurement): Measurement {
  return plain(what, value);
}

import { maxTimerDelayMs } from '../../base/clock.ts';
import type { BackoffPolicy } from '../state/options.ts';

/** No policy retries faster than this by itself; only the user does. */
export const minRetryDelayMs = 250;

/**
 * The delay before retry `failures` (1, 2, …). The jitter comes after the cap, so that it does not
 * vanish there: clients that were cut off together must not come back together.
 *
 * @param random returns a number from 0 up to, not including, 1
 */
export function backoffDelay(
  policy: BackoffPolicy,
  failures: number,
  random: () => number,
): number {
  const exponent = Math.max(0, failures - 1);
  // The power overflows after some thousand failures, and 0 × Infinity would be no number.
  const power = Math.min(Number.MAX_VALUE, policy.factor ** exponent);
  const raw = Math.min(policy.maxMs, policy.initialMs * power);
  const delay = raw * (1 - policy.jitter * random());
  return Math.min(maxTimerDelayMs, Math.max(minRetryDelayMs, delay));
}

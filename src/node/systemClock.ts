import type { Clock } from '../core/base/clock.ts';
import { toDisposable } from '../core/base/lifecycle.ts';

/** A larger difference means that the wall clock was set or the machine slept. */
const toleranceMs = 2;

/** The minimum time between two comparisons of the clocks: `now` is called for each message. */
const checkIntervalMs = 1;

let offsetMs = Date.now() - performance.now();
let checkedAt = 0;

/**
 * The wall clock with fractions of a millisecond: the monotonic clock plus an offset, which is set
 * again when the sum differs from `Date.now()`.
 */
function now(): number {
  const monotonic = performance.now();
  if (monotonic - checkedAt > checkIntervalMs) {
    checkedAt = monotonic;
    const whole = Date.now();
    if (Math.abs(monotonic + offsetMs - whole) > toleranceMs) {
      offsetMs = whole - monotonic;
    }
  }
  return monotonic + offsetMs;
}

/** The real clock. Its timers keep the process alive. */
export const systemClock: Clock = {
  now,
  monotonic: () => performance.now(),
  schedule: (delayMs, task) => {
    const timer = setTimeout(task, delayMs);
    return toDisposable(() => clearTimeout(timer));
  },
  afterInput: task => {
    const immediate = setImmediate(task);
    return toDisposable(() => clearImmediate(immediate));
  },
};

import type { Clock } from '../../src/core/base/clock.ts';
import { toDisposable, type Disposable } from '../../src/core/base/lifecycle.ts';

/**
 * Lets code that uses the global timers, `Date.now` and `Math.random` run by `clock` and `random`
 * until the result is disposed. `setImmediate` and promises go on as ever.
 */
export function borrowGlobals(clock: Clock, random: () => number): Disposable {
  const timers = { setTimeout, clearTimeout };
  const { now } = Date;
  const platformRandom = Math.random;
  Object.assign(globalThis, {
    setTimeout: (run: (...args: unknown[]) => void, delayMs = 0, ...args: unknown[]) =>
      clock.schedule(delayMs, () => run(...args)),
    clearTimeout: (timer?: Disposable) => timer?.dispose(),
  });
  Date.now = () => clock.now();
  Math.random = random;
  return toDisposable(() => {
    Object.assign(globalThis, timers);
    Date.now = now;
    Math.random = platformRandom;
  });
}

import type { Disposable } from './lifecycle.ts';

/** Time as a port, so that tests move it by hand. All values are milliseconds, fractions allowed. */
export interface Clock {
  /** The wall clock, since 1970. For what is shown and stored; it may jump. */
  now(): number;
  /** A clock that never goes back. For durations: only differences of it mean anything. */
  monotonic(): number;
  /** Runs `task` once, `delayMs` from now, unless the result is disposed first. */
  schedule(delayMs: number, task: () => void): Disposable;
  /** Runs `task` after the input that waits already has been delivered. */
  afterInput(task: () => void): Disposable;
}

/** The longest delay that timers take; a longer one would fire at once. */
export const maxTimerDelayMs = 2_147_483_647;

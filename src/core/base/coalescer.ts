import type { Clock } from './clock.ts';
import type { Disposable } from './lifecycle.ts';
import { Timer } from './timer.ts';

/**
 * Turns any number of requests into at most one run per interval. The first runs at once, and what
 * is asked for while the interval lasts runs once at its end, so the last is never lost.
 */
export class Coalescer implements Disposable {
  readonly #clock: Clock;
  readonly #intervalMs: number;
  readonly #run: () => void;
  readonly #timer: Timer;
  #ranAt = -Infinity;

  constructor(clock: Clock, intervalMs: number, run: () => void) {
    this.#clock = clock;
    this.#timer = new Timer(clock);
    this.#intervalMs = intervalMs;
    this.#run = run;
  }

  request(): void {
    if (this.#timer.isRunning) {
      return;
    }
    const now = this.#clock.monotonic();
    const waitMs = this.#ranAt + this.#intervalMs - now;
    if (waitMs > 0) {
      this.#timer.start(waitMs, () => this.#runNow());
    } else {
      this.#runNow();
    }
  }

  dispose(): void {
    this.#timer.dispose();
  }

  #runNow(): void {
    this.#ranAt = this.#clock.monotonic();
    this.#run();
  }
}

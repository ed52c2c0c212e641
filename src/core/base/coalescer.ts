import type { Clock } from './clock.ts';
import type { Disposable } from './lifecycle.ts';

/**
 * Turns any number of requests into at most one run per interval. The first runs at once, and what
 * is asked for while the interval lasts runs once at its end, so the last is never lost.
 */
export class Coalescer implements Disposable {
  readonly #clock: Clock;
  readonly #intervalMs: number;
  readonly #run: () => void;
  #timer: Disposable | undefined;
  #again = false;

  constructor(clock: Clock, intervalMs: number, run: () => void) {
    this.#clock = clock;
    this.#intervalMs = intervalMs;
    this.#run = run;
  }

  request(): void {
    if (this.#timer) {
      this.#again = true;
      return;
    }
    this.#timer = this.#clock.schedule(this.#intervalMs, () => {
      this.#timer = undefined;
      if (this.#again) {
        this.#again = false;
        this.request();
      }
    });
    this.#run();
  }

  dispose(): void {
    this.#timer?.dispose();
    this.#timer = undefined;
    this.#again = false;
  }
}

import type { Clock } from './clock.ts';
import type { Disposable } from './lifecycle.ts';
import { Timer } from './timer.ts';

/**
 * Turns any number of requests into at most one run per interval. The first runs at once, and what
 * is asked for while the interval lasts runs once at its end, so the last is never lost.
 */
export class Coalescer implements Disposable {
  readonly #intervalMs: number;
  readonly #run: () => void;
  readonly #timer: Timer;
  #again = false;

  constructor(clock: Clock, intervalMs: number, run: () => void) {
    this.#timer = new Timer(clock);
    this.#intervalMs = intervalMs;
    this.#run = run;
  }

  request(): void {
    if (this.#timer.isRunning) {
      this.#again = true;
      return;
    }
    this.#timer.start(this.#intervalMs, () => {
      if (this.#again) {
        this.#again = false;
        this.request();
      }
    });
    this.#run();
  }

  dispose(): void {
    this.#timer.dispose();
    this.#again = false;
  }
}

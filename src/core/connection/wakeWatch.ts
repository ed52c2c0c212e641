import type { Clock } from '../base/clock.ts';
import type { Disposable } from '../base/lifecycle.ts';
import { Timer } from '../base/timer.ts';

const tickMs = 5000;
const sleepMs = 10_000;

/**
 * Notices that the machine has slept: the wall clock has advanced much further than a timer. A clock
 * that was set, or a blocked thread, looks the same, which does no harm: the result is only a probe. Both clocks are needed, because on some systems the monotonic one stops
 * during sleep.
 */
export class WakeWatch implements Disposable {
  readonly #clock: Clock;
  readonly #onDidWake: () => void;
  readonly #timer: Timer;

  constructor(clock: Clock, onDidWake: () => void) {
    this.#clock = clock;
    this.#timer = new Timer(clock);
    this.#onDidWake = onDidWake;
    this.#tick();
  }

  dispose(): void {
    this.#timer.dispose();
  }

  #tick(): void {
    const before = this.#clock.now();
    this.#timer.start(tickMs, () => {
      const sleptMs = this.#clock.now() - before - tickMs;
      this.#tick();
      if (sleptMs > sleepMs) {
        this.#onDidWake();
      }
    });
  }
}

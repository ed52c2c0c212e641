import type { Clock } from '../base/clock.ts';
import type { Disposable } from '../base/lifecycle.ts';
import { Timer } from '../base/timer.ts';

const tickMs = 5000;
const sleepMs = 10_000;

/**
 * Notices that the machine has slept: the wall clock has run on much further than a timer of ours.
 * A clock that was set, or a thread that was held up, looks the same; what follows is only a probe,
 * so that does no harm. Both clocks are needed, because on some systems the monotonic one stands
 * still during sleep.
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

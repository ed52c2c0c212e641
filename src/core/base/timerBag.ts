import { maxTimerDelayMs, type Clock } from './clock.ts';
import type { Disposable } from './lifecycle.ts';

/** At most one timer of each kind; clearing the bag stops them all. */
export class TimerBag<Kind extends string> implements Disposable {
  readonly #clock: Clock;
  readonly #timers = new Map<Kind, Disposable>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The kinds that are running, for tests of what is left behind. */
  get running(): readonly Kind[] {
    return [...this.#timers.keys()];
  }

  /** Starts the timer of this kind anew. `Infinity` never fires. */
  set(kind: Kind, delayMs: number, task: () => void): void {
    this.stop(kind);
    if (delayMs === Infinity) {
      return;
    }
    const timer = this.#clock.schedule(Math.min(delayMs, maxTimerDelayMs), () => {
      this.#timers.delete(kind);
      task();
    });
    this.#timers.set(kind, timer);
  }

  stop(kind: Kind): void {
    this.#timers.get(kind)?.dispose();
    this.#timers.delete(kind);
  }

  dispose(): void {
    for (const timer of this.#timers.values()) {
      timer.dispose();
    }
    this.#timers.clear();
  }
}

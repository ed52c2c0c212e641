import { maxTimerDelayMs, type Clock } from './clock.ts';
import { noteHeld, noteReleased, type Disposable } from './lifecycle.ts';

/** At most one task that waits for its time. */
export class Timer implements Disposable {
  readonly #clock: Clock;
  #scheduled: Disposable | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get isRunning(): boolean {
    return this.#scheduled !== undefined;
  }

  /** Runs `task` after the delay, in place of a task that still waits. `Infinity` is never. */
  start(delayMs: number, task: () => void): void {
    this.dispose();
    if (delayMs === Infinity) {
      return;
    }
    noteHeld(this);
    this.#scheduled = this.#clock.schedule(Math.min(delayMs, maxTimerDelayMs), () => {
      this.#scheduled = undefined;
      noteReleased(this);
      task();
    });
  }

  /** Drops the task that waits; another one may be started. */
  dispose(): void {
    this.#scheduled?.dispose();
    this.#scheduled = undefined;
    noteReleased(this);
  }
}

import type { Clock } from '../../src/core/base/clock.ts';
import { toDisposable, type Disposable } from '../../src/core/base/lifecycle.ts';

interface Task {
  readonly dueAt: number;
  readonly run: () => void;
}

/** A clock that stands still until a test moves it. */
export class ManualClock implements Clock {
  readonly #startedAt: number;
  #elapsedMs = 0;
  #timers: Task[] = [];
  #afterInput: Task[] = [];

  /** @param startedAt what `now()` says at first */
  constructor(startedAt = 1_700_000_000_000) {
    this.#startedAt = startedAt;
  }

  now(): number {
    return this.#startedAt + this.#elapsedMs;
  }

  monotonic(): number {
    return this.#elapsedMs;
  }

  schedule(delayMs: number, run: () => void): Disposable {
    const task = { dueAt: this.#elapsedMs + Math.max(0, delayMs), run };
    this.#timers.push(task);
    return toDisposable(() => {
      this.#timers = this.#timers.filter(other => other !== task);
    });
  }

  afterInput(run: () => void): Disposable {
    const task = { dueAt: this.#elapsedMs, run };
    this.#afterInput.push(task);
    return toDisposable(() => {
      this.#afterInput = this.#afterInput.filter(other => other !== task);
    });
  }

  /** Delays of the timers that wait, shortest first. */
  get pending(): readonly number[] {
    return this.#timers.map(task => task.dueAt - this.#elapsedMs).sort((a, b) => a - b);
  }

  /**
   * Runs what waits for the input, then each timer that is due within the next `spanMs`, in the
   * order and at the time it is due, also those that are scheduled meanwhile.
   */
  advance(spanMs: number): void {
    const until = this.#elapsedMs + spanMs;
    for (;;) {
      const waiting = this.#afterInput.shift();
      if (waiting) {
        waiting.run();
        continue;
      }
      const due = this.#nextDue(until);
      if (!due) {
        break;
      }
      this.#timers = this.#timers.filter(other => other !== due);
      this.#elapsedMs = due.dueAt;
      due.run();
    }
    this.#elapsedMs = until;
  }

  /** The earliest timer due by `until`; of equals the one that was scheduled first. */
  #nextDue(until: number): Task | undefined {
    let earliest: Task | undefined;
    for (const task of this.#timers) {
      if (task.dueAt <= until && (!earliest || task.dueAt < earliest.dueAt)) {
        earliest = task;
      }
    }
    return earliest;
  }
}

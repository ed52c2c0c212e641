import { StepColumns, type StepTotals } from './stepColumns.ts';

/** A second, in milliseconds: the shortest step. */
export const secondMs = 1000;
const recentSteps = 600;
/** An even number: when they are full, each two become one. */
const wholeSteps = 400;

export type Steps = ReturnType<StepColumns['read']> & {
  readonly startAt: number;
  readonly stepMs: number;
};

/** The last ten minutes, second by second, in a ring. */
export class RecentSteps {
  readonly #columns = new StepColumns(recentSteps);
  /** Seconds since 1970; from `first` to `newest` they have a place in the ring. */
  #first = Infinity;
  #newest = -Infinity;

  add(second: number, totals: StepTotals): void {
    if (second <= this.#newest - recentSteps) {
      // The clock was set back: what is there now lies in the future.
      this.#first = Infinity;
      this.#newest = -Infinity;
    }
    this.#reach(second);
    this.#columns.add(placeOf(second), totals);
  }

  /** @param now the second to end with, where that is later than the newest one */
  read(now: number | undefined): Steps {
    const last = Math.max(this.#newest, now ?? -Infinity);
    const first = Math.max(this.#first, last - recentSteps + 1);
    const count = this.#newest === -Infinity ? 0 : last - first + 1;
    const seconds = Array.from({ length: count }, (_, step) => first + step);
    // A second that nothing was added to since has the place of one of ten minutes before.
    const places = seconds.map(second => (second > this.#newest ? NaN : placeOf(second)));
    return {
      startAt: count === 0 ? 0 : first * secondMs,
      stepMs: secondMs,
      ...this.#columns.read(places),
    };
  }

  /** Empties the seconds between what is there and `second`, before or after it. */
  #reach(second: number): void {
    const first = this.#first;
    const newest = this.#newest;
    this.#clear(Math.max(newest + 1, second - recentSteps + 1), second + 1);
    if (second < first) {
      this.#clear(second, Math.min(first, newest));
      this.#first = second;
    }
    this.#newest = Math.max(newest, second);
  }

  #clear(from: number, to: number): void {
    for (let second = from; second < to; second++) {
      this.#columns.clear(placeOf(second));
    }
  }
}

/** All of it, in steps that become twice as long whenever there are too many of them. */
export class WholeSteps {
  readonly #columns = new StepColumns(wholeSteps);
  #startAt: number | undefined;
  #stepMs = secondMs;
  #count = 0;

  /** What is from before the first of all is counted in the first step. */
  add(second: number, totals: StepTotals): void {
    const at = second * secondMs;
    this.#startAt ??= at;
    this.#columns.add(this.#reach(this.#startAt, at), totals);
  }

  /** @param now the second to end with, where that is later than the newest one */
  read(now: number | undefined): Steps {
    const startAt = this.#startAt ?? 0;
    if (this.#startAt !== undefined && now !== undefined) {
      this.#reach(startAt, now * secondMs);
    }
    const places = Array.from({ length: this.#count }, (_, step) => step);
    return { startAt, stepMs: this.#stepMs, ...this.#columns.read(places) };
  }

  /** Makes room up to a moment; returns its step. */
  #reach(startAt: number, at: number): number {
    while (at - startAt >= wholeSteps * this.#stepMs) {
      this.#columns.joinPairs();
      this.#stepMs *= 2;
      this.#count = Math.ceil(this.#count / 2);
    }
    const step = Math.max(0, Math.floor((at - startAt) / this.#stepMs));
    this.#count = Math.max(this.#count, step + 1);
    return step;
  }
}

function placeOf(second: number): number {
  return ((second % recentSteps) + recentSteps) % recentSteps;
}

/** A second, in milliseconds: the shortest step. */
export const secondMs = 1000;
const recentSteps = 600;
/** An even number: when they are full, each two become one. */
const wholeSteps = 400;

type Steps = ReturnType<StepColumns['read']> & {
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
      // The clock was set back, so that all existing steps are in the future.
      this.#first = Infinity;
      this.#newest = -Infinity;
    }
    this.#reach(second);
    this.#columns.add(placeOf(second), totals);
  }

  /** @param now the second to end with, if that is later than the newest one */
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

  /** Clears the seconds between the existing ones and `second`, before or after it. */
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

/** The whole time, in steps that double in length when there are too many of them. */
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

  /** @param now the second to end with, if that is later than the newest one */
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

const sums = ['received', 'sent', 'receivedBytes', 'sentBytes'] as const;
/** Each with the column that names its row. */
const maxima = [
  ['largest', 'largestSeq'],
  ['longestGapMs', 'longestGapSeq'],
  ['roundTripMs', 'roundTripSeq'],
] as const;
const names = [...sums, ...maxima.flat()] as const;

/** What is known of one step of time, see `SeriesView`. */
type StepTotals = Record<(typeof names)[number], number>;

export function emptyTotals(): StepTotals {
  return {
    received: 0,
    sent: 0,
    receivedBytes: 0,
    sentBytes: 0,
    largest: 0,
    largestSeq: 0,
    longestGapMs: 0,
    longestGapSeq: 0,
    roundTripMs: 0,
    roundTripSeq: 0,
  };
}

/** The totals of a number of steps, a column for each. */
class StepColumns {
  readonly #columns: Readonly<Record<keyof StepTotals, Float64Array>>;

  constructor(length: number) {
    const column = () => new Float64Array(length);
    this.#columns = {
      received: column(),
      sent: column(),
      receivedBytes: column(),
      sentBytes: column(),
      largest: column(),
      largestSeq: column(),
      longestGapMs: column(),
      longestGapSeq: column(),
      roundTripMs: column(),
      roundTripSeq: column(),
    };
  }

  add(step: number, totals: StepTotals): void {
    for (const name of sums) {
      const column = this.#columns[name];
      column[step] = (column[step] ?? 0) + totals[name];
    }
    for (const [name, seqName] of maxima) {
      const column = this.#columns[name];
      if (totals[name] > (column[step] ?? 0)) {
        column[step] = totals[name];
        this.#columns[seqName][step] = totals[seqName];
      }
    }
  }

  clear(step: number): void {
    for (const name of names) {
      this.#columns[name][step] = 0;
    }
  }

  /** Makes one step out of each two, at the beginning; the other half is empty. */
  joinPairs(): void {
    for (const name of sums) {
      const column = this.#columns[name];
      joinPairs(column, (first, second) => (column[first] ?? 0) + (column[second] ?? 0));
    }
    for (const [name, seqName] of maxima) {
      const column = this.#columns[name];
      const seqs = this.#columns[seqName];
      const greater = (first: number, second: number) =>
        (column[second] ?? 0) > (column[first] ?? 0) ? second : first;
      // The numbers first: they are chosen by what the other column still holds.
      joinPairs(seqs, (first, second) => seqs[greater(first, second)] ?? 0);
      joinPairs(column, (first, second) => column[greater(first, second)] ?? 0);
    }
  }

  /** The steps that `places` names, in that order. */
  read(places: readonly number[]): Readonly<Record<keyof StepTotals, readonly number[]>> {
    const read = (name: keyof StepTotals) => places.map(step => this.#columns[name][step] ?? 0);
    return {
      received: read('received'),
      sent: read('sent'),
      receivedBytes: read('receivedBytes'),
      sentBytes: read('sentBytes'),
      largest: read('largest'),
      largestSeq: read('largestSeq'),
      longestGapMs: read('longestGapMs'),
      longestGapSeq: read('longestGapSeq'),
      roundTripMs: read('roundTripMs'),
      roundTripSeq: read('roundTripSeq'),
    };
  }
}

/** @param join what becomes of two neighbours, given by their places */
function joinPairs(column: Float64Array, join: (first: number, second: number) => number): void {
  const half = column.length / 2;
  for (let step = 0; step < half; step++) {
    column[step] = join(2 * step, 2 * step + 1);
  }
  column.fill(0, half);
}

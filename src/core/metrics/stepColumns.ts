const sums = ['received', 'sent', 'receivedBytes', 'sentBytes'] as const;
const maxima = ['largest', 'longestGapMs', 'roundTripMs'] as const;
const names = [...sums, ...maxima] as const;

/** What is known of one step of time, see `SeriesView`. */
export type StepTotals = Record<(typeof names)[number], number>;

export function emptyTotals(): StepTotals {
  return {
    received: 0,
    sent: 0,
    receivedBytes: 0,
    sentBytes: 0,
    largest: 0,
    longestGapMs: 0,
    roundTripMs: 0,
  };
}

/** The totals of so many steps, a column for each. */
export class StepColumns {
  readonly #columns: Readonly<Record<keyof StepTotals, Float64Array>>;

  constructor(length: number) {
    const column = () => new Float64Array(length);
    this.#columns = {
      received: column(),
      sent: column(),
      receivedBytes: column(),
      sentBytes: column(),
      largest: column(),
      longestGapMs: column(),
      roundTripMs: column(),
    };
  }

  add(step: number, totals: StepTotals): void {
    for (const name of sums) {
      const column = this.#columns[name];
      column[step] = (column[step] ?? 0) + totals[name];
    }
    for (const name of maxima) {
      const column = this.#columns[name];
      column[step] = Math.max(column[step] ?? 0, totals[name]);
    }
  }

  clear(step: number): void {
    for (const name of names) {
      this.#columns[name][step] = 0;
    }
  }

  /** Makes one step out of each two, at the beginning; the other half is empty. */
  joinPairs(): void {
    sums.forEach(name => joinPairs(this.#columns[name], (a, b) => a + b));
    maxima.forEach(name => joinPairs(this.#columns[name], Math.max));
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
      longestGapMs: read('longestGapMs'),
      roundTripMs: read('roundTripMs'),
    };
  }
}

function joinPairs(column: Float64Array, join: (a: number, b: number) => number): void {
  const half = column.length / 2;
  for (let step = 0; step < half; step++) {
    column[step] = join(column[2 * step] ?? 0, column[2 * step + 1] ?? 0);
  }
  column.fill(0, half);
}

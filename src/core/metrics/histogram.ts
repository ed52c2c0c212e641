import type { Percentiles } from './seriesView.ts';

/**
 * Whole numbers below 32 have a bucket each. Above, there are sixteen for each doubling, so that the
 * middle of one is at most 1/32 away from what is in it.
 */
const bucketsPerOctave = 16;
const octaveBits = 4;
const bucketCount = 464;
const largestCounted = 0xffff_ffff;

/**
 * Counts numbers that are not negative, in 2 kB. It is for a short time: no more than 2 ** 32 of a
 * kind.
 */
export class Histogram {
  readonly counts = new Uint32Array(bucketCount);
  least = Infinity;
  most = 0;
  readonly #perOne: number;

  /** @param perOne how many parts of one are told apart */
  constructor(perOne: number) {
    this.#perOne = perOne;
  }

  add(value: number): void {
    const parts = value * this.#perOne;
    const whole = parts < largestCounted ? parts >>> 0 : largestCounted;
    const shift = whole < 2 * bucketsPerOctave ? 0 : 27 - Math.clz32(whole);
    const index = (shift << octaveBits) + (whole >>> shift);
    this.counts[index] = (this.counts[index] ?? 0) + 1;
    if (value > this.most) {
      this.most = value;
    }
    if (value < this.least) {
      this.least = value;
    }
  }

  clear(): void {
    this.counts.fill(0);
    this.least = Infinity;
    this.most = 0;
  }
}

/**
 * The sum of histograms. Percentiles are right to about 3 %, or to one part where that is more; from
 * 2 ** 32 parts on they are only said to lie below the largest number of all.
 */
export class Distribution {
  readonly #counts = new Float64Array(bucketCount);
  readonly #perOne: number;
  #least = Infinity;
  #most = 0;

  /** @param perOne as in the histograms */
  constructor(perOne: number) {
    this.#perOne = perOne;
  }

  add({ counts, least, most }: Histogram): void {
    for (let index = 0; index < bucketCount; index++) {
      this.#counts[index] = (this.#counts[index] ?? 0) + (counts[index] ?? 0);
    }
    this.#most = Math.max(this.#most, most);
    this.#least = Math.min(this.#least, least);
  }

  /** A copy that goes its own way. */
  clone(): Distribution {
    const copy = new Distribution(this.#perOne);
    copy.#counts.set(this.#counts);
    copy.#least = this.#least;
    copy.#most = this.#most;
    return copy;
  }

  /** `undefined` where nothing was added. */
  percentiles(): Percentiles | undefined {
    const count = this.#counts.reduce((sum, count) => sum + count, 0);
    if (count === 0) {
      return undefined;
    }
    const [p50, p95, p99] = [0.5, 0.95, 0.99].map(share => this.#atRank(Math.ceil(share * count)));
    return {
      count,
      least: this.#least,
      most: this.#most,
      p50: p50 ?? 0,
      p95: p95 ?? 0,
      p99: p99 ?? 0,
    };
  }

  /** About the value that so many are not above. */
  #atRank(rank: number): number {
    let seen = 0;
    const index = this.#counts.findIndex(count => (seen += count) >= rank);
    return Math.min(this.#most, Math.max(this.#least, middleOf(index) / this.#perOne));
  }
}

function middleOf(index: number): number {
  if (index < 2 * bucketsPerOctave) {
    return index;
  }
  const width = 2 ** ((index >>> octaveBits) - 1);
  return (bucketsPerOctave + (index % bucketsPerOctave)) * width + width / 2;
}

/** How many minutes are kept apart. */
const minutes = 10;

/** A distribution over everything, and over the last nine to ten minutes. */
export class SlidingHistogram {
  readonly #perOne: number;
  /** What is in none of the minutes any more. */
  readonly #older: Distribution;
  readonly #byMinute: { minute: number; readonly values: Histogram }[];
  #current: Histogram;

  /** @param perOne how many parts of one are told apart */
  constructor(perOne: number) {
    this.#perOne = perOne;
    this.#older = new Distribution(perOne);
    this.#current = new Histogram(perOne);
    this.#byMinute = Array.from({ length: minutes }, () => ({
      minute: NaN,
      values: new Histogram(perOne),
    }));
  }

  /** `current` is from here on about `minute`, a count since 1970. */
  turn(minute: number): void {
    const place = this.#byMinute[((minute % minutes) + minutes) % minutes];
    if (place) {
      if (place.minute !== minute) {
        this.#older.add(place.values);
        place.values.clear();
        place.minute = minute;
      }
      this.#current = place.values;
    }
  }

  /** Where to add to, until the next `turn`. */
  get current(): Histogram {
    return this.#current;
  }

  /** @param minute the last of the ten minutes */
  recent(minute: number): Percentiles | undefined {
    const sum = new Distribution(this.#perOne);
    for (const place of this.#byMinute) {
      if (place.minute > minute - minutes && place.minute <= minute) {
        sum.add(place.values);
      }
    }
    return sum.percentiles();
  }

  all(): Percentiles | undefined {
    const sum = this.#older.clone();
    this.#byMinute.forEach(({ values }) => sum.add(values));
    return sum.percentiles();
  }
}

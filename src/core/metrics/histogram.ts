import type { Percentiles } from './seriesView.ts';

/**
 * Whole numbers below 32 have a bucket each. Above, there are sixteen for each doubling, so that the
 * middle of one is at most 1/32 away from its values.
 */
const bucketsPerOctave = 16;
const octaveBits = 4;
const bucketCount = 464;
const maxCounted = 0xffff_ffff;

/**
 * Counts numbers that are not negative, in 2 kB. It is for a short time: no more than 2 ** 32 of a
 * kind.
 */
export class Histogram {
  readonly counts = new Uint32Array(bucketCount);
  min = Infinity;
  max = 0;
  readonly #perOne: number;

  /** @param perOne the resolution: buckets for each unit */
  constructor(perOne: number) {
    this.#perOne = perOne;
  }

  add(value: number): void {
    const parts = value * this.#perOne;
    const whole = parts < maxCounted ? parts >>> 0 : maxCounted;
    const shift = whole < 2 * bucketsPerOctave ? 0 : 27 - Math.clz32(whole);
    const index = (shift << octaveBits) + (whole >>> shift);
    this.counts[index] = (this.counts[index] ?? 0) + 1;
    if (value > this.max) {
      this.max = value;
    }
    if (value < this.min) {
      this.min = value;
    }
  }

  clear(): void {
    this.counts.fill(0);
    this.min = Infinity;
    this.max = 0;
  }
}

/**
 * The sum of histograms. Percentiles are right to about 3 %, or to one part if that is more; from
 * 2 ** 32 parts on they are only said to lie below the largest number of all.
 */
export class Distribution {
  readonly #counts = new Float64Array(bucketCount);
  readonly #perOne: number;
  #min = Infinity;
  #max = 0;

  /** @param perOne as in the histograms */
  constructor(perOne: number) {
    this.#perOne = perOne;
  }

  add({ counts, min, max }: Histogram): void {
    for (let index = 0; index < bucketCount; index++) {
      this.#counts[index] = (this.#counts[index] ?? 0) + (counts[index] ?? 0);
    }
    this.#max = Math.max(this.#max, max);
    this.#min = Math.min(this.#min, min);
  }

  /** An independent copy. */
  clone(): Distribution {
    const copy = new Distribution(this.#perOne);
    copy.#counts.set(this.#counts);
    copy.#min = this.#min;
    copy.#max = this.#max;
    return copy;
  }

  /** `undefined` if nothing was added. */
  percentiles(): Percentiles | undefined {
    const count = this.#counts.reduce((sum, count) => sum + count, 0);
    if (count === 0) {
      return undefined;
    }
    const [p50, p95, p99] = [0.5, 0.95, 0.99].map(share => this.#atRank(Math.ceil(share * count)));
    return {
      count,
      min: this.#min,
      max: this.#max,
      p50: p50 ?? 0,
      p95: p95 ?? 0,
      p99: p99 ?? 0,
    };
  }

  /** The approximate value at a rank. */
  #atRank(rank: number): number {
    let seen = 0;
    const index = this.#counts.findIndex(count => (seen += count) >= rank);
    return Math.min(this.#max, Math.max(this.#min, middleOf(index) / this.#perOne));
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
  /** The values of minutes that are not kept any more. */
  readonly #older: Distribution;
  readonly #byMinute: { minute: number; readonly values: Histogram }[];
  #current: Histogram;

  /** @param perOne the resolution: buckets for each unit */
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

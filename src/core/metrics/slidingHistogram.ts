import { Distribution, Histogram } from './histogram.ts';
import type { Percentiles } from './seriesView.ts';

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

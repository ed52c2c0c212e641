const bucketMs = 100;
const buckets = 10;
/** Rows come late by seconds at most. What is earlier by more comes after a time that was wrong. */
const maxLateBuckets = 600;

/** Counts per second over the last second, in fixed memory. */
export class RateMeter {
  readonly #counts = new Float64Array(buckets);
  #newest = 0;
  #total = 0;

  /** Everything counted so far. */
  get total(): number {
    return this.#total;
  }

  /** @param now milliseconds, always of the same clock */
  add(now: number, count = 1): void {
    const index = this.#advance(now);
    this.#counts[index] = (this.#counts[index] ?? 0) + count;
    this.#total += count;
  }

  /** Events per second. */
  rate(now: number): number {
    this.#advance(now);
    return (this.#counts.reduce((sum, count) => sum + count, 0) * 1000) / (buckets * bucketMs);
  }

  /** Empties the buckets that have become too old; returns the one for now. */
  #advance(now: number): number {
    const bucket = Math.floor(now / bucketMs);
    if (bucket < this.#newest - maxLateBuckets) {
      this.#counts.fill(0);
      this.#newest = bucket;
    }
    if (bucket > this.#newest) {
      const steps = Math.min(buckets, bucket - this.#newest);
      for (let step = 0; step < steps; step++) {
        this.#counts[indexOf(bucket - step)] = 0;
      }
      this.#newest = bucket;
    }
    return indexOf(this.#newest);
  }
}

/** Also of a time before 1970. */
function indexOf(bucket: number): number {
  return ((bucket % buckets) + buckets) % buckets;
}

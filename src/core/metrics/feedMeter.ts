/** What a peer sends, if it sends regularly. */
export interface FeedRate {
  readonly perSecond: number;
  /** How long it was watched for that. */
  readonly observedMs: number;
}

const bucketMs = 500;
/** A minute is remembered. */
const buckets = 120;
/** Fewer messages, or a shorter time, say nothing about a rate. */
const minMessages = 10;
const minBuckets = 4;
/** Into so many parts the time is cut to see whether they are alike. */
const minParts = 4;
const maxParts = 12;
const messagesPerPart = 5;
/** The parts may differ from their mean by this share of it (standard deviation). */
const maxSpread = 0.5;

/** Counts the messages of the last minute of one open connection, in fixed memory. */
export class FeedMeter {
  readonly #counts = new Uint32Array(buckets);
  /** When the first message of each came. */
  readonly #times = new Float64Array(buckets);
  /** Buckets are numbered since 1970. */
  #first = 0;
  #newest = 0;

  /** The connection has opened, so what came before is of another one. */
  restart(at: number): void {
    this.#counts.fill(0);
    this.#first = Math.floor(at / bucketMs);
    this.#newest = this.#first;
  }

  /** @param at milliseconds since 1970; what comes after the clock was set back counts as now */
  add(at: number, count = 1): void {
    const bucket = Math.floor(at / bucketMs);
    if (bucket > this.#newest) {
      this.#reach(bucket);
      this.#times[bucket % buckets] = at;
    }
    const place = this.#newest % buckets;
    this.#counts[place] = (this.#counts[place] ?? 0) + count;
  }

  /**
   * The rate over the minute up to `until`, or over the last part of it in which the messages came
   * regularly. `undefined` if there was too little, or if it came in such fits that no one can say what
   * comes next.
   */
  rate(until: number): FeedRate | undefined {
    const end = Math.floor(until / bucketMs);
    this.#reach(end);
    for (let length = buckets; length >= minBuckets; length >>= 1) {
      const rate = this.#rateOver(end, length);
      if (rate) {
        return rate;
      }
    }
    return undefined;
  }

  #rateOver(end: number, length: number): FeedRate | undefined {
    // What a peer sends on opening says nothing about later, and the last bucket is not full.
    const begin = Math.max(this.#first + 1, this.#newest - buckets + 1, end - length);
    const all = Array.from({ length: Math.max(0, end - begin) }, (_, index) => begin + index);
    const counts = all.map(bucket => this.#countIn(bucket));
    const total = sum(counts);
    if (counts.length < minBuckets || total < minMessages || !isRegular(counts, total)) {
      return undefined;
    }
    return { perSecond: this.#perSecond(all), observedMs: counts.length * bucketMs };
  }

  /** From the first message of a bucket to that of another, so that no part of an interval counts. */
  #perSecond(all: readonly number[]): number {
    const filled = all.filter(bucket => this.#countIn(bucket) > 0);
    const [from = 0, to = 0] = [filled[0], filled.at(-1)];
    const spanMs = (this.#times[to % buckets] ?? 0) - (this.#times[from % buckets] ?? 0);
    return (sum(filled.slice(0, -1).map(bucket => this.#countIn(bucket))) * 1000) / spanMs;
  }

  #countIn(bucket: number): number {
    return this.#counts[bucket % buckets] ?? 0;
  }

  /** Empties the buckets that have passed. */
  #reach(bucket: number): void {
    const steps = Math.min(buckets, bucket - this.#newest);
    for (let step = 0; step < steps; step++) {
      this.#counts[(bucket - step) % buckets] = 0;
    }
    this.#newest = Math.max(this.#newest, bucket);
  }
}

function isRegular(counts: readonly number[], total: number): boolean {
  const wanted = Math.floor(total / messagesPerPart);
  const parts = Math.min(counts.length, maxParts, Math.max(minParts, wanted));
  const mean = total / counts.length;
  const borders = Array.from({ length: parts + 1 }, (_, part) =>
    Math.floor((part * counts.length) / parts),
  );
  const squares = borders.slice(1).map((to, part) => {
    const from = borders[part] ?? 0;
    return (sum(counts.slice(from, to)) / (to - from) - mean) ** 2;
  });
  return Math.sqrt(sum(squares) / parts) <= maxSpread * mean;
}

function sum(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}

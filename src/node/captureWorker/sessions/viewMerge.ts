/** How long rows of a source wait for older ones of the others, in milliseconds. */
export const mergeHorizonMs = 30;

/** Rows of a source that wait, beyond which it is not searched further. */
const maxQueueLength = 8192;

interface Queue {
  readonly seqs: number[];
  readonly times: number[];
  head: number;
  /** Rows of the source that come later are not older than this, as far as clocks go. */
  reachedAt: number;
  isCaughtUp: boolean;
}

/**
 * Brings rows of several sources into the order of their times. What comes later than the horizon
 * is appended: rows that were shown do not move.
 */
export class ViewMerge {
  readonly #queues: readonly Queue[];
  readonly #take: (source: number, seq: number) => void;

  constructor(sourceCount: number, take: (source: number, seq: number) => void) {
    this.#take = take;
    this.#queues = Array.from({ length: sourceCount }, () => ({
      seqs: [],
      times: [],
      head: 0,
      reachedAt: -Infinity,
      isCaughtUp: false,
    }));
  }

  /** Rows wait that have been found, and only for those that may be older. */
  get isWaiting(): boolean {
    return this.#queues.some(queue => queue.head < queue.seqs.length);
  }

  /** The first row of a source that waits; Infinity if none does. */
  waitingFrom(source: number): number {
    const queue = this.#queues[source];
    return queue?.seqs[queue.head] ?? Infinity;
  }

  add(source: number, seq: number, at: number): void {
    const queue = this.#queues[source];
    queue?.seqs.push(seq);
    queue?.times.push(at);
  }

  /** Tells how far a source has been searched. */
  reached(source: number, at: number, isCaughtUp: boolean): void {
    const queue = this.#queues[source];
    if (queue) {
      queue.reachedAt = at;
      queue.isCaughtUp = isCaughtUp;
    }
  }

  /** Which source must be searched next, that rows can go on: the one that is furthest behind. */
  get mostBehind(): number | undefined {
    let least: number | undefined;
    for (const [source, queue] of this.#queues.entries()) {
      const other = this.#queues[least ?? -1];
      const isOpen = !queue.isCaughtUp && queue.seqs.length - queue.head < maxQueueLength;
      if (isOpen && (!other || queue.reachedAt < other.reachedAt)) {
        least = source;
      }
    }
    return least;
  }

  /**
   * Hands on the rows whose turn it is.
   *
   * @param now the wall clock in milliseconds
   */
  run(now: number): void {
    for (let source = this.#oldest(); source !== undefined; source = this.#oldest()) {
      const queue = this.#queues[source];
      const at = queue?.times[queue.head] ?? 0;
      if (!queue || this.#queues.some(other => mayHoldOlder(other, at, now))) {
        return;
      }
      this.#take(source, queue.seqs[queue.head] ?? 0);
      queue.head++;
      trim(queue);
    }
  }

  /** The source whose first row in its queue is the oldest of all. */
  #oldest(): number | undefined {
    let oldest: number | undefined;
    let oldestAt = Infinity;
    for (const [source, { times, head }] of this.#queues.entries()) {
      const at = times[head];
      if (at !== undefined && (oldest === undefined || at < oldestAt)) {
        oldest = source;
        oldestAt = at;
      }
    }
    return oldest;
  }

  /** Forgets rows of a source below `seq`. */
  dropBelow(source: number, seq: number): void {
    const queue = this.#queues[source];
    while (queue && (queue.seqs[queue.head] ?? Infinity) < seq) {
      queue.head++;
    }
  }
}

function isEmpty(queue: Queue): boolean {
  return queue.head === queue.seqs.length;
}

/** Whether rows of the source may come yet that are older than `at`. */
function mayHoldOlder(queue: Queue, at: number, now: number): boolean {
  if (!isEmpty(queue)) {
    return false;
  }
  // A time far in the future is from a clock that was set back since, and is ignored.
  return queue.isCaughtUp ? Math.abs(now - at) < mergeHorizonMs : at > queue.reachedAt;
}

/** Frees what has been handed on, now and then, since it moves the rest. */
function trim(queue: Queue): void {
  if (isEmpty(queue) || queue.head >= maxQueueLength) {
    queue.seqs.splice(0, queue.head);
    queue.times.splice(0, queue.head);
    queue.head = 0;
  }
}

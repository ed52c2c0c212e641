/** While batches wait to be stored, decoding has this fraction of the time that goes by without it, in pieces. */
const pressedShare = 1 / 16;
const pieceMs = 0.25;

/** What decoding has not used goes up to here only, so that it never takes long at once. */
const maxCreditMs = 1;

/** So long after a batch the next one may come at any time, and is not to wait longer than a slice. */
const floodMs = 20;
const floodSliceMs = 0.1;
/** Where nothing waits, to end so late does no harm. */
const tolerableMs = 1;

/**
 * How long decoding may go on at once, so that it never slows storing: while batches wait it has a fixed
 * share, and falls behind. All decoding that follows the stream has one such time together.
 */
export class DecodingTime {
  readonly #now: () => number;
  /** Below zero decoding took longer than it had, as for a long message: it rests. */
  #creditMs = 0;
  #settledAt = 0;
  /** When the last batch was stored, put off while a long message kept from looking for the next. */
  #storedAt = -Infinity;

  /** @param now a monotonic clock, in milliseconds */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** A batch has been stored. */
  stored(): void {
    this.#storedAt = this.#now();
  }

  /** How long until `use` has time again if no batch waits; 0 if it has. */
  get restMs(): number {
    const now = this.#settle();
    return this.#creditMs < 0
      ? Math.min(-this.#creditMs / pressedShare, this.#storedAt + floodMs - now)
      : 0;
  }

  /**
   * Calls `step` with the time at which it has to end, if there is time; it may finish a message after that.
   *
   * @param isPressed batches wait to be stored
   * @param maxMs how long it may go on where no batch is to be expected
   * @returns whether it was called
   */
  use(isPressed: boolean, maxMs: number, step: (deadline: number) => void): boolean {
    const begun = this.#settle();
    if (this.#creditMs < (isPressed ? pieceMs : 0)) {
      return false;
    }
    const isFlood = begun - this.#storedAt < floodMs;
    const freeMs = isFlood ? Math.min(floodSliceMs, maxMs) : maxMs;
    const allowedMs = isPressed ? this.#creditMs : freeMs;
    step(begun + allowedMs);
    this.#settledAt = this.#now();
    const spentMs = this.#settledAt - begun;
    this.#storedAt += Math.max(0, spentMs - allowedMs);
    const freelyMs = isPressed ? 0 : Math.max(tolerableMs, 2 * allowedMs);
    this.#creditMs -= Math.max(0, spentMs - freelyMs);
    return true;
  }

  /** @returns what time it is */
  #settle(): number {
    const now = this.#now();
    const earnedMs = (now - this.#settledAt) * pressedShare;
    this.#creditMs = Math.min(this.#creditMs + earnedMs, maxCreditMs);
    this.#settledAt = now;
    if (now - this.#storedAt >= floodMs) {
      this.#creditMs = Math.max(0, this.#creditMs);
    }
    return now;
  }
}

import { isTime } from '../base/date.ts';

/**
 * Turns the times of a debugger's target into ours. Its clock counts seconds from a moment of its
 * own; only the request of an opening handshake tells the same moment by the wall clock too.
 */
export class TargetClock {
  readonly #now: () => number;
  #offset: number | undefined;

  /** @param now the wall clock, in milliseconds since 1970 */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Both in seconds. Later ties replace earlier ones, since the machine may sleep between them. */
  tie(timestamp: number, wallTime: number): void {
    const offset = wallTime - timestamp;
    if (Number.isFinite(offset)) {
      this.#offset = offset;
    }
  }

  /** In milliseconds since 1970; until the clocks are tied, the moment of arrival. */
  at(timestamp: number): number {
    const at = this.#offset === undefined ? Number.NaN : (this.#offset + timestamp) * 1000;
    return isTime(at) && at >= 0 ? at : this.#now();
  }
}

import type { Clock } from '../../base/clock.ts';
import { toDisposable, type Disposable } from '../../base/lifecycle.ts';
import { Timer } from '../../base/timer.ts';
import type { Endpoint } from '../../endpoint/endpoint.ts';

interface Waiting {
  readonly byUser: boolean;
  readonly start: () => void;
}

/** The attempts at one host and port, of all connections together. */
interface HostQueue {
  readonly waiting: Waiting[];
  /** The one that is connecting. */
  current: Waiting | undefined;
  /** When the last attempts began, of the monotonic clock, oldest first. */
  readonly begun: number[];
  readonly timer: Timer;
}

const minGapMs = 250;
const windowMs = 300_000;
const maxInWindow = 30;
const maxInWindowOnLoopback = 120;

/**
 * Lets connections dial one after the other for each host (RFC 6455, section 4.1), and limits their
 * rate, whatever goes wrong elsewhere. A connection that the user asked for waits for its turn, but is
 * not slowed.
 */
export class DialLimiter implements Disposable {
  readonly #clock: Clock;
  readonly #hosts = new Map<string, HostQueue>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * Calls `start` when it is this attempt's turn, perhaps at once. Disposing of the result gives the
   * turn back, or the place in the queue.
   */
  request({ host, loopback }: Endpoint, byUser: boolean, start: () => void): Disposable {
    const queue = this.#hosts.get(host) ?? {
      waiting: [],
      current: undefined,
      begun: [],
      timer: new Timer(this.#clock),
    };
    this.#hosts.set(host, queue);
    const most = loopback ? maxInWindowOnLoopback : maxInWindow;
    const waiting = { byUser, start };
    queue.waiting.push(waiting);
    this.#next(queue, most);
    return toDisposable(() => {
      const place = queue.waiting.indexOf(waiting);
      if (place >= 0) {
        queue.waiting.splice(place, 1);
      } else if (queue.current === waiting) {
        queue.current = undefined;
        this.#next(queue, most);
      }
    });
  }

  dispose(): void {
    for (const queue of this.#hosts.values()) {
      queue.timer.dispose();
    }
    this.#hosts.clear();
  }

  #next(queue: HostQueue, most: number): void {
    queue.timer.dispose();
    // The user's attempt goes before automatic ones that wait because of the rate.
    const first = queue.waiting.find(({ byUser }) => byUser) ?? queue.waiting[0];
    if (!first || queue.current) {
      return;
    }
    const now = this.#clock.monotonic();
    const leastMs = this.#waitMs(queue, most, now);
    const waitMs = first.byUser ? 0 : leastMs;
    if (waitMs > 0) {
      queue.timer.start(waitMs, () => this.#next(queue, most));
      return;
    }
    queue.waiting.splice(queue.waiting.indexOf(first), 1);
    queue.current = first;
    queue.begun.push(now);
    first.start();
  }

  /** How long the next automatic attempt has to wait. */
  #waitMs({ begun }: HostQueue, most: number, now: number): number {
    while (begun[0] !== undefined && begun[0] <= now - windowMs) {
      begun.shift();
    }
    const gapMs = (begun.at(-1) ?? -Infinity) + minGapMs - now;
    const oldest = begun.length >= most ? begun[begun.length - most] : undefined;
    return Math.max(0, gapMs, oldest === undefined ? 0 : oldest + windowMs - now);
  }
}

import type { Clock } from '../base/clock.ts';
import type { Cause } from './state/cause.ts';
import type { ConnectionState, Reopened } from './state/state.ts';
import type { Traffic } from './wire/traffic.ts';

type Open = ConnectionState & { readonly kind: 'open' };

/** What was known when a connection was lost. Times are of the wall clock unless they say otherwise. */
interface Loss {
  readonly at: number;
  readonly monotonicAt: number;
  /** When the peer last gave a sign of life. */
  readonly inputAt: number;
  readonly isBySilence: boolean;
}

/** A rate is taken to have gone on for so many times as long as it was watched. */
const maxReach = 60;

/** Remembers when a connection was lost, and says at its next opening how long it was gone. */
export class OutageWatch {
  readonly #clock: Clock;
  readonly #traffic: Pick<Traffic, 'feed' | 'inputAt'>;
  #loss: Loss | undefined;
  #wokeAt = -Infinity;
  /** Of the monotonic clock: names the opening that was reported last. */
  #openedAt: number | undefined;
  #openedAtWall = 0;

  constructor(clock: Clock, traffic: Pick<Traffic, 'feed' | 'inputAt'>) {
    this.#clock = clock;
    this.#traffic = traffic;
  }

  /** The machine has slept: what is lost by that was lost when it fell asleep. */
  woke(): void {
    this.#wokeAt = this.#clock.now();
  }

  /** The open connection has ended, and the user did not ask for it. */
  lost(cause: Cause): void {
    this.#loss = {
      at: this.#clock.now(),
      monotonicAt: this.#clock.monotonic(),
      inputAt: Math.max(this.#openedAtWall, this.#traffic.inputAt),
      isBySilence: cause.kind === 'heartbeat',
    };
  }

  /** What was lost is not missed any more: the user, or the peer on purpose, has ended it. */
  forget(): void {
    this.#loss = undefined;
  }

  /**
   * The state of an open connection, with what is known of the outage before it.
   *
   * @param attempt the number of the retry that opened it; absent if the user asked for it
   */
  opened(state: Open, attempt: number | undefined): Open {
    if (state.openedAt === this.#openedAt) {
      return state; // Only its health has changed.
    }
    const loss = this.#loss;
    const at = this.#clock.now();
    const again = loss && this.#reopened(loss, at, attempt);
    this.#loss = undefined;
    this.#openedAt = state.openedAt;
    this.#openedAtWall = at;
    this.#traffic.feed.restart(at);
    return again ? { ...state, again } : state;
  }

  #reopened(loss: Loss, at: number, attempt: number | undefined): Reopened {
    const hasSlept = this.#wokeAt > loss.inputAt;
    const since = loss.isBySilence || hasSlept ? loss.inputAt : loss.at;
    // The wall clock may have been set back; the other one may have stood still while asleep.
    const outageMs = Math.max(at - since, this.#clock.monotonic() - loss.monotonicAt);
    const rate = this.#traffic.feed.rate(since);
    const isKnown = rate !== undefined && outageMs <= maxReach * rate.observedMs;
    return {
      at,
      outageMs,
      ...(attempt === undefined ? {} : { attempt }),
      ...(isKnown ? { perSecond: rate.perSecond } : {}),
    };
  }
}

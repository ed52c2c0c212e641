import { longestDelayMs } from '../base/clock.ts';
import { backoffDelay, shortestDelayMs } from './backoff.ts';
import type { Cause } from './cause.ts';
import type { ConnectionOptions } from './options.ts';
import type { Attempts, Failure, StopReason } from './state.ts';
import { decide, type Verdict } from './verdict.ts';

/** What follows a failure. */
export type Decision = Pick<Failure, 'rule' | 'advice'> &
  (
    | { readonly kind: 'retry'; readonly delayMs: number }
    | { readonly kind: 'stop'; readonly why: StopReason }
  );

/**
 * Counts the failures of one connection and decides whether and when to try again. Failures are
 * forgotten only when the connection has proved stable or the user asks anew.
 */
export class Retries {
  readonly #random: () => number;
  #failures = 0;
  #lastDelayMs = 0;
  #limited = { rule: '', inARow: 0 };
  #isUseful = false;
  #isProvenGood = false;

  constructor(random: () => number) {
    this.#random = random;
  }

  /** The delay before the current attempt; 0 where the user asked for it. */
  get lastDelayMs(): number {
    return this.#lastDelayMs;
  }

  attempts({ reconnect }: ConnectionOptions): Attempts {
    const { maxAttempts, maxAttemptsAfterSuccess } = reconnect;
    return {
      failures: this.#failures,
      limit: this.#isUseful ? maxAttemptsAfterSuccess : maxAttempts,
    };
  }

  /** The endpoint has delivered something. */
  useful(): void {
    this.#isUseful = true;
  }

  /** The connection has been open long enough to be believed in. */
  stable(): void {
    this.#isUseful = true;
    this.#isProvenGood = true;
    this.forget();
  }

  /** Counts from the beginning, as when the user asks to connect. */
  forget(): void {
    this.#failures = 0;
    this.#lastDelayMs = 0;
    this.#limited = { rule: '', inARow: 0 };
  }

  decide(cause: Cause, options: ConnectionOptions): Decision {
    const verdict = decide(cause, {
      rules: options.reconnect.rules,
      provenGood: this.#isProvenGood,
      loopback: options.endpoint.loopback,
    });
    // The limit in force when the attempt was made: this failure does not change it.
    const { limit } = this.attempts(options);
    if (verdict.action === 'retry' && verdict.counts) {
      this.#failures++;
    }
    const { rule, advice } = verdict;
    const why = { rule, ...(advice ? { advice } : {}) };
    const stop = this.#whyStop(cause, verdict, options, limit);
    if (stop) {
      return { ...why, kind: 'stop', why: stop };
    }
    this.#lastDelayMs = this.#delay(verdict, options);
    return { ...why, kind: 'retry', delayMs: this.#lastDelayMs };
  }

  #whyStop(
    cause: Cause,
    verdict: Verdict,
    options: ConnectionOptions,
    limit: number,
  ): StopReason | undefined {
    if (verdict.action !== 'retry') {
      const isClosed = verdict.action === 'stop' && cause.kind === 'closeframe';
      return isClosed ? 'server-closed' : 'fatal';
    }
    if (!options.reconnect.enabled) {
      return 'disabled';
    }
    const inARow = verdict.rule === this.#limited.rule ? this.#limited.inARow + 1 : 1;
    this.#limited = { rule: verdict.rule, inARow };
    if (verdict.limit !== undefined && inARow >= verdict.limit) {
      return 'fatal';
    }
    return limit > 0 && this.#failures >= limit ? 'exhausted' : undefined;
  }

  #delay({ delayMs, initialMs = 0, spreadMs }: Verdict, { reconnect }: ConnectionOptions): number {
    if (delayMs !== undefined) {
      return Math.min(longestDelayMs, Math.max(shortestDelayMs, delayMs));
    }
    const policy = {
      ...reconnect,
      initialMs: Math.max(reconnect.initialMs, initialMs),
      maxMs: Math.max(reconnect.maxMs, initialMs),
    };
    const [low, high] = spreadMs ?? [0, 0];
    const floor = low + (high - low) * this.#random();
    return Math.max(floor, backoffDelay(policy, this.#failures, this.#random));
  }
}

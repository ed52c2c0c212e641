import { longestDelayMs } from '../base/clock.ts';
import { backoffDelay, shortestDelayMs } from './backoff.ts';
import type { Cause } from './cause.ts';
import type { ConnectionOptions } from './options.ts';
import type { Attempts, Failure, StopReason } from './state.ts';
import { longestHoldMs } from './retryAfter.ts';
import { decide, type Verdict } from './verdict.ts';

/** What follows a failure. */
export type Decision = Pick<Failure, 'rule' | 'advice' | 'setting' | 'flaps' | 'hold'> &
  (
    | { readonly kind: 'retry'; readonly delayMs: number }
    | { readonly kind: 'stop'; readonly why: StopReason; readonly resumes: boolean }
  );

/** What is known of the attempt that failed. */
export interface FailedAttempt {
  readonly cause: Cause;
  /** How long the connection was open; absent where it never was. */
  readonly uptimeMs?: number | undefined;
  readonly subprotocol: string;
  /** Secrets went into its handshake, which are read anew for each. */
  readonly isRefreshable: boolean;
  /** The machine has just woken: networks take a while, so this does not count. */
  readonly isExcused: boolean;
}

/** A server's wish is lengthened by up to this share, so that not all come at the same moment. */
const holdJitter = 0.1;
/** Retries after a wake-up: soon, because it is the network that is awaited. */
const excusedMs = [1000, 2000] as const;
/** So many connections dropped in a row are worth a remark. */
const leastFlaps = 3;

/**
 * Counts the failures of one connection and decides whether and when to try again. Failures are
 * forgotten only when the connection has proved stable or the user asks anew.
 */
export class Retries {
  readonly #random: () => number;
  #failures = 0;
  #flaps = 0;
  #lastDelayMs = 0;
  #limited = { rule: '', inARow: 0 };
  #isUseful = false;
  #isProvenGood = false;
  #hasRefreshed = false;
  #isPlain = false;

  constructor(random: () => number) {
    this.#random = random;
  }

  /** Whether the next attempt should do without compression. */
  get isPlain(): boolean {
    return this.#isPlain;
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
    this.#flaps = 0;
    this.#lastDelayMs = 0;
    this.#limited = { rule: '', inARow: 0 };
    this.#hasRefreshed = false;
  }

  decide(failed: FailedAttempt, options: ConnectionOptions): Decision {
    const verdict = decide(failed.cause, {
      rules: options.reconnect.rules,
      provenGood: this.#isProvenGood,
      subprotocol: failed.subprotocol,
      loopback: options.endpoint.loopback,
      secure: options.endpoint.secure,
    });
    // The limit in force when the attempt was made: this failure does not change it.
    const { limit } = this.attempts(options);
    if (verdict.action === 'retry' && verdict.counts && !failed.isExcused) {
      this.#failures++;
    }
    // Failures are forgotten when it is stable, and this with them.
    this.#flaps = failed.uptimeMs === undefined ? 0 : this.#flaps + 1;
    this.#isPlain ||= verdict.withoutCompression === true;
    const { rule, advice, setting } = verdict;
    const why = {
      rule,
      advice,
      setting,
      ...(this.#flaps >= leastFlaps ? { flaps: this.#flaps } : {}),
    };
    if (verdict.refreshes && failed.isRefreshable && !this.#hasRefreshed) {
      this.#hasRefreshed = true;
      return { ...why, kind: 'retry', delayMs: shortestDelayMs };
    }
    const stop = this.#whyStop(failed, verdict, options, limit);
    if (stop) {
      return { ...why, kind: 'stop', why: stop, resumes: verdict.resumes === true };
    }
    const hold = this.#hold(failed.cause);
    const delayMs = failed.isExcused ? this.#between(excusedMs) : this.#delay(verdict, options);
    this.#lastDelayMs = Math.max(hold?.delayMs ?? 0, delayMs);
    return { ...why, ...(hold ? { hold } : {}), kind: 'retry', delayMs: this.#lastDelayMs };
  }

  #whyStop(
    { cause, isExcused }: FailedAttempt,
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
    if (isExcused) {
      return undefined;
    }
    const inARow = verdict.rule === this.#limited.rule ? this.#limited.inARow + 1 : 1;
    this.#limited = { rule: verdict.rule, inARow };
    if (verdict.limit !== undefined && inARow >= verdict.limit) {
      return 'fatal';
    }
    return limit > 0 && this.#failures >= limit ? 'exhausted' : undefined;
  }

  /** How long the peer wants to be left alone, within reason. */
  #hold({ retryAfterMs }: Cause): Failure['hold'] {
    if (retryAfterMs === undefined) {
      return undefined;
    }
    const heldMs = Math.min(retryAfterMs, longestHoldMs);
    return { askedMs: retryAfterMs, delayMs: heldMs * (1 + holdJitter * this.#random()) };
  }

  #delay(verdict: Verdict, { reconnect }: ConnectionOptions): number {
    const { delayMs, initialMs = 0, spreadMs, firstSpreadMs } = verdict;
    if (delayMs !== undefined) {
      return Math.min(longestDelayMs, Math.max(shortestDelayMs, delayMs));
    }
    const policy = {
      ...reconnect,
      initialMs: Math.max(reconnect.initialMs, initialMs),
      maxMs: Math.max(reconnect.maxMs, initialMs),
    };
    if (firstSpreadMs && this.#failures <= 1) {
      return this.#between(firstSpreadMs);
    }
    const floor = spreadMs ? this.#between(spreadMs) : 0;
    return Math.max(floor, backoffDelay(policy, this.#failures, this.#random));
  }

  #between([low, high]: readonly [number, number]): number {
    return low + (high - low) * this.#random();
  }
}

import { longestDelayMs } from '../base/clock.ts';
import { backoffDelay, shortestDelayMs } from './backoff.ts';
import type { Cause } from './cause.ts';
import type { ConnectionOptions } from './options.ts';
import type { Attempts, Failure, LimitKey, StopReason } from './state.ts';
import { longestHoldMs } from './retryAfter.ts';
import { decide, ruleAgainst, type Verdict } from './verdict.ts';

/** What follows a failure. */
export type Decision = Pick<
  Failure,
  'rule' | 'advice' | 'setting' | 'flaps' | 'isGreeted' | 'hold'
> &
  (
    | { readonly kind: 'retry'; readonly delayMs: number }
    | ({ readonly kind: 'stop'; readonly resumes: boolean } & Stop)
  );

/** Why it ends here. */
interface Stop {
  readonly why: StopReason;
  /** The setting that gave the limit, where one was reached. */
  readonly limitedBy?: LimitKey;
}

/** What is known of the attempt that failed. */
export interface FailedAttempt {
  readonly cause: Cause;
  /** How long the connection was open; absent where it never was. */
  readonly uptimeMs?: number | undefined;
  /** The peer had sent a message before it was lost. */
  readonly isGreeted?: boolean;
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

/**
 * Counts the failures of one connection and decides whether and when to try again. Failures are
 * forgotten only when the connection has proved stable or the user asks anew. What a peer sends
 * proves nothing: many greet whoever comes, and then drop them.
 */
export class Retries {
  readonly #random: () => number;
  #failures = 0;
  #flaps = { count: 0, isGreeted: true };
  #lastDelayMs = 0;
  #limited = { rule: '', inARow: 0 };
  /** The URL that has been stable since the user asked to connect. */
  #provenUrl: string | undefined;
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

  attempts(options: ConnectionOptions): Attempts {
    const { maxAttempts, maxAttemptsAfterSuccess } = options.reconnect;
    return {
      failures: this.#failures,
      limit: this.#isProven(options) ? maxAttemptsAfterSuccess : maxAttempts,
    };
  }

  /** The connection to `url` has been open long enough to be believed in. */
  stable(url: string): void {
    this.#provenUrl = url;
    this.countAnew();
  }

  /** Counts from the beginning, with nothing proven, as when the user asks to connect. */
  forget(): void {
    this.#provenUrl = undefined;
    this.countAnew();
  }

  /** Counts from the beginning; an endpoint that was stable is still believed in. */
  countAnew(): void {
    this.#failures = 0;
    this.#flaps = { count: 0, isGreeted: true };
    this.#lastDelayMs = 0;
    this.#limited = { rule: '', inARow: 0 };
    this.#hasRefreshed = false;
  }

  decide(failed: FailedAttempt, options: ConnectionOptions): Decision {
    const verdict = decide(failed.cause, {
      rules: options.reconnect.rules,
      provenGood: this.#isProven(options),
      subprotocol: failed.subprotocol,
      loopback: options.endpoint.loopback,
      secure: options.endpoint.secure,
    });
    // The limit in force when the attempt was made: this failure does not change it.
    const { limit } = this.attempts(options);
    if (verdict.action === 'retry' && verdict.counts && !failed.isExcused) {
      this.#failures++;
    }
    this.#countFlap(failed);
    this.#isPlain ||= verdict.withoutCompression === true;
    const { rule, advice, setting } = verdict;
    const { count: flaps, isGreeted } = this.#flaps;
    const why = { rule, advice, setting, ...(flaps > 0 ? { flaps, isGreeted } : {}) };
    if (verdict.refreshes && failed.isRefreshable && !this.#hasRefreshed) {
      this.#hasRefreshed = true;
      return { ...why, kind: 'retry', delayMs: shortestDelayMs };
    }
    const stop = this.#whyStop(failed, verdict, options, limit);
    if (stop) {
      const resumes = verdict.resumes === true;
      const helping = settingAgainst(stop, setting, failed.cause);
      return { ...why, setting: helping, kind: 'stop', resumes, ...stop };
    }
    const hold = this.#hold(failed.cause);
    const delayMs = failed.isExcused ? this.#between(excusedMs) : this.#delay(verdict, options);
    this.#lastDelayMs = Math.max(hold?.delayMs ?? 0, delayMs);
    return { ...why, ...(hold ? { hold } : {}), kind: 'retry', delayMs: this.#lastDelayMs };
  }

  #isProven({ endpoint }: ConnectionOptions): boolean {
    return this.#provenUrl === endpoint.url;
  }

  /** Counts connections dropped in a row. Stability forgets them with all other failures. */
  #countFlap({ uptimeMs, isGreeted = false }: FailedAttempt): void {
    const { count, isGreeted: wereGreeted } = this.#flaps;
    this.#flaps =
      uptimeMs === undefined
        ? { count: 0, isGreeted: true }
        : { count: count + 1, isGreeted: wereGreeted && isGreeted };
  }

  #whyStop(
    { cause, isExcused }: FailedAttempt,
    verdict: Verdict,
    options: ConnectionOptions,
    limit: number,
  ): Stop | undefined {
    if (verdict.action !== 'retry') {
      const isClosed = verdict.action === 'stop' && cause.kind === 'closeframe';
      return { why: isClosed ? 'server-closed' : 'fatal' };
    }
    if (!options.reconnect.enabled) {
      return { why: 'disabled' };
    }
    if (isExcused) {
      return undefined;
    }
    const inARow = verdict.rule === this.#limited.rule ? this.#limited.inARow + 1 : 1;
    this.#limited = { rule: verdict.rule, inARow };
    if (verdict.limit !== undefined && inARow >= verdict.limit) {
      return { why: 'fatal' };
    }
    if (limit === 0 || this.#failures < limit) {
      return undefined;
    }
    const isAfterSuccess = this.#isProven(options);
    const limitedBy = `reconnect.maxAttempts${isAfterSuccess ? 'AfterSuccess' : ''}` as const;
    return { why: 'exhausted', limitedBy };
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

/** The setting that lets a connection go on that ends here; its cause's own goes before the others. */
function settingAgainst(
  { why, limitedBy }: Stop,
  ofCause: string | undefined,
  cause: Cause,
): string | undefined {
  switch (why) {
    case 'disabled':
      return 'reconnect.enabled';
    case 'exhausted':
      return ofCause ?? limitedBy;
    case 'server-closed':
    case 'fatal':
      return ofCause ?? (ruleAgainst(cause) ? 'reconnect.rules' : undefined);
  }
}

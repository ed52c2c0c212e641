import { maxTimerDelayMs } from '../../base/clock.ts';
import type { Cause } from '../state/cause.ts';
import type { BackoffPolicy, ConnectionOptions } from '../state/options.ts';
import type { Attempts, ConnectionState, Failure, LimitKey, StopReason } from '../state/state.ts';
import { maxHoldMs } from '../state/retryAfter.ts';
import { retryDecision, ruleAgainst, type RetryDecision } from './retryDecision.ts';

/** What follows a failure. */
type Decision = Pick<Failure, 'rule' | 'advice' | 'setting' | 'flaps' | 'hadMessages' | 'hold'> &
  (
    | { readonly kind: 'retry'; readonly delayMs: number }
    | ({ readonly kind: 'stop'; readonly resumes: boolean } & Stop)
  );

/** Why it ends here. */
interface Stop {
  readonly why: StopReason;
  /** The setting whose limit was reached. */
  readonly limitedBy?: LimitKey;
}

/** What is known of the attempt that failed. */
interface FailedAttempt {
  readonly cause: Cause;
  /** How long the connection was open; absent if it never was. */
  readonly uptimeMs?: number | undefined;
  /** The peer had sent a message before it was lost. */
  readonly hadMessages?: boolean;
  readonly subprotocol: string;
  /** Secrets went into its handshake; they are read again for each. */
  readonly isRefreshable: boolean;
  /** The machine has just woken: networks take a while, so this failure does not count. */
  readonly wokeUp: boolean;
}

/** How an attempt ended. */
interface EndedAttempt extends Omit<FailedAttempt, 'uptimeMs' | 'subprotocol'> {
  /** The state it ended in. */
  readonly before: ConnectionState;
  /** Of the monotonic clock. */
  readonly now: number;
}

/** No automatic retry comes faster than this. */
export const minRetryDelayMs = 250;
/** What a server asks for is lengthened by up to this share, so that not all come at the same moment. */
const holdJitter = 0.1;
/** Delay of retries after a wake-up: short, because only the network is awaited. */
const afterWakeRetryMs = [1000, 2000] as const;

/**
 * Counts the failures of one connection and decides whether and when to try again. The count is reset
 * only if the connection was stable, or if the user connects again. A message of the peer is no proof
 * of stability: many servers send one to each client and then drop it.
 */
export class RetryPolicy {
  readonly #random: () => number;
  #failures = 0;
  #flaps = { count: 0, hadMessages: true };
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

  /** The delay before the current attempt; 0 if the user asked for it. */
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

  /** The connection to `url` has been open for long enough to count as stable. */
  stable(url: string): void {
    this.#provenUrl = url;
    this.resetCount();
  }

  /** Counts from zero, and no endpoint is proven: the user connects. */
  forget(): void {
    this.#provenUrl = undefined;
    this.resetCount();
  }

  /** Counts from zero; an endpoint that was stable still counts as proven. */
  resetCount(): void {
    this.#failures = 0;
    this.#flaps = { count: 0, hadMessages: true };
    this.#lastDelayMs = 0;
    this.#limited = { rule: '', inARow: 0 };
    this.#hasRefreshed = false;
  }

  /** Counts a failure and decides on it. A wait that follows is not due yet: it has not begun. */
  stateAfter(
    { before, now, ...known }: EndedAttempt,
    options: ConnectionOptions,
  ): ConnectionState & { readonly kind: 'waiting' | 'stopped' } {
    const isOpen = before.kind === 'open';
    const uptimeMs = isOpen ? now - before.openedAt : undefined;
    const subprotocol = isOpen ? before.subprotocol : '';
    // The limit in force when the attempt was made: this failure does not change it.
    const { limit } = this.attempts(options);
    const decision = this.decide({ ...known, uptimeMs, subprotocol }, options);
    const { rule, advice, setting, flaps, hadMessages, hold } = decision;
    const { cause } = known;
    const failure: Failure & { readonly failures: number } = {
      cause,
      rule,
      advice,
      setting,
      flaps,
      hadMessages,
      hold,
      uptimeMs,
      failures: this.#failures,
    };
    if (decision.kind === 'stop') {
      const { why, limitedBy, resumes } = decision;
      return { kind: 'stopped', why, limitedBy, resumes, ...failure };
    }
    return { kind: 'waiting', dueAt: 0, delayMs: decision.delayMs, limit, ...failure };
  }

  decide(failed: FailedAttempt, options: ConnectionOptions): Decision {
    const verdict = retryDecision(failed.cause, {
      rules: options.reconnect.rules,
      provenGood: this.#isProven(options),
      subprotocol: failed.subprotocol,
      loopback: options.endpoint.loopback,
      secure: options.endpoint.secure,
    });
    // The limit in force when the attempt was made: this failure does not change it.
    const { limit } = this.attempts(options);
    if (verdict.action === 'retry' && verdict.counts && !failed.wokeUp) {
      this.#failures++;
    }
    this.#countFlap(failed);
    this.#isPlain ||= verdict.withoutCompression === true;
    const { rule, advice, setting } = verdict;
    const { count: flaps, hadMessages } = this.#flaps;
    const why = { rule, advice, setting, ...(flaps > 0 ? { flaps, hadMessages } : {}) };
    if (verdict.refreshes && failed.isRefreshable && !this.#hasRefreshed) {
      this.#hasRefreshed = true;
      return { ...why, kind: 'retry', delayMs: minRetryDelayMs };
    }
    const stop = this.#whyStop(failed, verdict, options, limit);
    if (stop) {
      const resumes = verdict.resumes === true;
      const helping = settingAgainst(stop, setting, failed.cause);
      return { ...why, setting: helping, kind: 'stop', resumes, ...stop };
    }
    const hold = this.#hold(failed.cause);
    const delayMs = failed.wokeUp ? this.#between(afterWakeRetryMs) : this.#delay(verdict, options);
    this.#lastDelayMs = Math.max(hold?.delayMs ?? 0, delayMs);
    return { ...why, ...(hold ? { hold } : {}), kind: 'retry', delayMs: this.#lastDelayMs };
  }

  #isProven({ endpoint }: ConnectionOptions): boolean {
    return this.#provenUrl === endpoint.url;
  }

  /** Counts connections dropped in a row. Stability forgets them with all other failures. */
  #countFlap({ uptimeMs, hadMessages = false }: FailedAttempt): void {
    const { count, hadMessages: allHadMessages } = this.#flaps;
    this.#flaps =
      uptimeMs === undefined
        ? { count: 0, hadMessages: true }
        : { count: count + 1, hadMessages: allHadMessages && hadMessages };
  }

  #whyStop(
    { cause, wokeUp }: FailedAttempt,
    verdict: RetryDecision,
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
    if (wokeUp) {
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

  /** How long the peer asks to wait, up to a limit. */
  #hold({ retryAfterMs }: Cause): Failure['hold'] {
    if (retryAfterMs === undefined) {
      return undefined;
    }
    const heldMs = Math.min(retryAfterMs, maxHoldMs);
    return { askedMs: retryAfterMs, delayMs: heldMs * (1 + holdJitter * this.#random()) };
  }

  #delay(verdict: RetryDecision, { reconnect }: ConnectionOptions): number {
    const { delayMs, initialMs = 0, spreadMs, firstSpreadMs } = verdict;
    if (delayMs !== undefined) {
      return Math.min(maxTimerDelayMs, Math.max(minRetryDelayMs, delayMs));
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

/** The setting that would keep it trying; that of the cause comes first. */
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

/**
 * The delay before retry `failures` (1, 2, …). The jitter comes after the cap, so that it does not
 * vanish there: clients that were cut off together must not come back together.
 *
 * @param random returns a number from 0 up to, not including, 1
 */
export function backoffDelay(
  policy: BackoffPolicy,
  failures: number,
  random: () => number,
): number {
  const exponent = Math.max(0, failures - 1);
  // The power overflows after some thousand failures, and 0 × Infinity would be no number.
  const power = Math.min(Number.MAX_VALUE, policy.factor ** exponent);
  const raw = Math.min(policy.maxMs, policy.initialMs * power);
  const delay = raw * (1 - policy.jitter * random());
  return Math.min(maxTimerDelayMs, Math.max(minRetryDelayMs, delay));
}

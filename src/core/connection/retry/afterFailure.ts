import type { Cause } from '../state/cause.ts';
import type { ConnectionOptions } from '../state/options.ts';
import type { FailedAttempt, RetryPolicy } from './retryPolicy.ts';
import type { ConnectionState } from '../state/state.ts';

/** What is known of an attempt besides how it ended. */
export interface Circumstances extends Pick<
  FailedAttempt,
  'hadMessages' | 'isRefreshable' | 'wokeUp'
> {
  /** The state it ended in. */
  readonly before: ConnectionState;
  /** Of the monotonic clock. */
  readonly now: number;
}

/** Counts a failure and decides on it. A wait that follows is not due yet: it has not begun. */
export function stateAfter(
  cause: Cause,
  { before, now, ...known }: Circumstances,
  retries: RetryPolicy,
  options: ConnectionOptions,
): ConnectionState & { readonly kind: 'waiting' | 'stopped' } {
  const uptimeMs = before.kind === 'open' ? now - before.openedAt : undefined;
  const subprotocol = before.kind === 'open' ? before.subprotocol : '';
  // The limit in force when the attempt was made: this failure does not change it.
  const { limit } = retries.attempts(options);
  const failed = { cause, uptimeMs, subprotocol, ...known };
  const decision = retries.decide(failed, options);
  const { rule, advice, setting, flaps, hadMessages, hold } = decision;
  const { failures } = retries.attempts(options);
  const verdict = { rule, advice, setting, flaps, hadMessages, hold };
  const failure = { cause, ...verdict, uptimeMs, failures };
  if (decision.kind === 'stop') {
    const { why, limitedBy, resumes } = decision;
    return { kind: 'stopped', why, limitedBy, resumes, ...failure };
  }
  return { kind: 'waiting', dueAt: 0, delayMs: decision.delayMs, limit, ...failure };
}

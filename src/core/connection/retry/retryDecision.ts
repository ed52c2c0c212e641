import type { Cause } from '../state/cause.ts';
import { failureRules, rulesOf, type Outcome } from './failureRules.ts';
import type { UserRule } from '../state/options.ts';

const userRulePrefix = 'reconnect.rules: ';

/** What follows a failure, and why. */
export interface RetryDecision extends Outcome {
  /** The name of the rule that decided, for the user to see. */
  readonly rule: string;
  /** Whether the failure is counted against the number of attempts. */
  readonly counts: boolean;
}

/** What the decision may depend on, beside the cause. */
export interface FailureContext {
  readonly rules: readonly UserRule[];
  /** The endpoint has been open and stable before. */
  readonly provenGood: boolean;
  /** Of the open connection: some subprotocols define what their close codes mean. */
  readonly subprotocol: string;
  readonly loopback: boolean;
  /** Whether the endpoint is one of `wss:`. */
  readonly secure: boolean;
}

/** Decides what follows a failure: the user's rules first, then the built-in ones. */
export function retryDecision(cause: Cause, circumstances: FailureContext): RetryDecision {
  const own = circumstances.rules.find(rule => matchesUserRule(rule, cause));
  if (own) {
    return {
      action: own.action,
      rule: userRulePrefix + nameOfUserRule(own),
      counts: own.counts ?? true,
      ...(own.delayMs === undefined ? {} : { delayMs: own.delayMs }),
    };
  }
  const rules = [...rulesOf(circumstances.subprotocol), ...failureRules];
  const rule = rules.find(candidate => candidate.matches(cause, circumstances));
  if (!rule) {
    return { action: 'retry', rule: 'other', counts: true };
  }
  const outcome = (circumstances.provenGood && rule.provenGood) || rule.outcome;
  const verdict = { ...outcome, rule: rule.name, counts: true };
  if (!circumstances.loopback) {
    return verdict;
  }
  // Clients that were cut off together must spread; a server on this machine has no herd.
  return { ...verdict, spreadMs: undefined, firstSpreadMs: undefined };
}

/** Whether a rule of the user matches this cause. */
function matchesUserRule(rule: UserRule, cause: Cause): boolean {
  if (rule.error !== undefined) {
    return cause.error !== undefined && (rule.error === '*' || rule.error === cause.error);
  }
  if (rule.status !== undefined) {
    return cause.status !== undefined && inUserRange(rule.status, cause.status);
  }
  const isClose = cause.close !== undefined && cause.error === undefined;
  return rule.close !== undefined && isClose && inUserRange(rule.close, cause.close);
}

/**
 * The rule that would have this failure tried again, as the user would write it in
 * `reconnect.rules`; `undefined` if no rule can match it.
 */
export function ruleAgainst({ error, status, close }: Cause): string | undefined {
  // In the order in which `matchesUserRule` reads them.
  const [what, value] =
    error !== undefined
      ? ['error', error]
      : status !== undefined
        ? ['status', status]
        : ['close', close];
  return value === undefined ? undefined : JSON.stringify({ [what]: value, action: 'retry' });
}

/** Whether a verdict's rule is one of the settings' own. */
export function isUserRule(rule: string): boolean {
  return rule.startsWith(userRulePrefix);
}

function inUserRange(range: number | string, value: number): boolean {
  if (typeof range === 'number' || range === '*') {
    return range === '*' || range === value;
  }
  const [from = NaN, to = from] = range.split('-').map(Number);
  return value >= from && value <= to;
}

function nameOfUserRule({ close, status, error, action }: UserRule): string {
  const [what, value] =
    error !== undefined
      ? ['error', error]
      : status !== undefined
        ? ['status', status]
        : ['close', close ?? '*'];
  return `${what} ${value} → ${action}`;
}

import { isObject, type JsonObject } from '../../json/json.ts';
import { typedNumber } from './rowProblem.ts';

/** What a rule of `reconnect.rules` goes by. */
export const ruleCauses = ['close', 'status', 'error'] as const;
export type RuleCause = (typeof ruleCauses)[number];

export const ruleActions = ['retry', 'stop'] as const;

/** A rule of `reconnect.rules` as the form shows it. */
export interface RuleRow {
  readonly cause: RuleCause;
  /** A code, a range, the name of an error, or `*`. */
  readonly value: string;
  readonly action: (typeof ruleActions)[number];
  /** Seconds, as they are typed; empty for the delay of the other settings. */
  readonly delay: string;
  /** The names of what else the rule has, which the form keeps. */
  readonly others: readonly string[];
}

/** `undefined` for a rule that the form cannot show, and keeps as it is. */
export function ruleRowOf(entry: unknown): RuleRow | undefined {
  if (!isObject(entry)) {
    return undefined;
  }
  const causes = ruleCauses.filter(key => Object.hasOwn(entry, key));
  const [cause] = causes;
  const value = cause && entry[cause];
  const action = ruleActions.find(each => each === entry['action']);
  const { delay } = entry;
  if (!cause || causes.length > 1 || !isWord(value) || !action) {
    return undefined;
  }
  if (delay !== undefined && !isWord(delay)) {
    return undefined;
  }
  const others = Object.keys(entry).filter(key => ![cause, 'action', 'delay'].includes(key));
  return { cause, value: String(value), action, delay: String(delay ?? ''), others };
}

/** @param before the rule that the row was made of; what the row does not show stays */
export function ruleEntryOf(row: RuleRow, before?: unknown): JsonObject {
  const { cause, action, delay } = row;
  const value = row.value.trim();
  const old = isObject(before) ? before : {};
  const isSame = String(old[cause]) === value;
  const isCode = cause !== 'error' && /^\d+$/.test(value);
  const written = isSame ? old[cause] : isCode ? Number(value) : value;
  const kept = Object.entries(old).filter(([key]) => key === cause || !isCause(key));
  const rule = {
    ...(Object.hasOwn(old, cause) ? {} : { [cause]: written }),
    ...Object.fromEntries(kept),
    [cause]: written,
    action,
  };
  const isDelayed = delay.trim() !== '' && action === 'retry';
  const entries = Object.entries({ ...rule, ...(isDelayed ? { delay: typedNumber(delay) } : {}) });
  return Object.fromEntries(entries.filter(([key]) => isDelayed || key !== 'delay'));
}

function isCause(key: string): boolean {
  return ruleCauses.some(cause => cause === key);
}

function isWord(value: unknown): value is string | number {
  return typeof value === 'string' || typeof value === 'number';
}

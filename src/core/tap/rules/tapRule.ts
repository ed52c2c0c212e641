import { messageOf } from '../../base/errors.ts';
import { asksForControlFrames, type Condition } from '../../filter/condition.ts';
import type { FilterClock } from '../../filter/filterTime.ts';
import { parseFilter, parseLiveFilter } from '../../filter/parseFilter.ts';
import { isObject, type JsonObject } from '../../json/json.ts';
import type { PathStep } from '../../json/jsonPath.ts';
import { safeTextLength } from '../../pattern/patternRisk.ts';
import type { Direction } from '../../record/record.ts';

/** What a rule can do with a message. */
export const ruleActions = [
  'hold',
  'drop',
  'set',
  'replace',
  'delay',
  'duplicate',
  'close',
] as const;
export type RuleActionName = (typeof ruleActions)[number];

/** A value of `set`, and where it goes. */
export interface SetValue {
  readonly path: readonly PathStep[];
  /** JSON. Texts in it may hold `${name}`, see `fillTexts`. */
  readonly value: unknown;
}

export type RuleAction =
  | { readonly do: 'hold' | 'drop' | 'duplicate' }
  | { readonly do: 'set'; readonly values: readonly SetValue[] }
  | { readonly do: 'replace'; readonly what: RegExp; readonly with: string }
  /** In milliseconds; up to `jitter` more or less. */
  | { readonly do: 'delay'; readonly ms: number; readonly jitter: number }
  | { readonly do: 'close'; readonly code: number; readonly reason: string };

export interface TapRule {
  /** The filter as it was written. */
  readonly match: string;
  readonly condition: Condition;
  readonly action: RuleAction;
  readonly isEnabled: boolean;
  readonly isOnce: boolean;
  /** So many matching messages pass before it takes effect. */
  readonly after: number;
}

const ownKeys: Readonly<Record<RuleActionName, readonly string[]>> = {
  hold: [],
  drop: [],
  set: ['values'],
  replace: ['pattern', 'with'],
  delay: ['ms', 'jitter'],
  duplicate: [],
  close: ['code', 'reason'],
};
const sharedKeys = ['match', 'do', 'enabled', 'once', 'after'];

const maxDelayMs = 600_000;
const maxRules = 100;
const maxReasonBytes = 123;

/** A rule cannot be used: the message says why, with what is allowed. */
class RuleProblem extends Error {}

/**
 * Reads the rules of a tap. A rule with an error is left out; the others work. Never throws.
 *
 * @param path the name of the setting in problems, such as `websocketMonitor.taps[0].rules`
 * @param problems gets a sentence for each rule that is left out
 */
export function readRules(
  value: unknown,
  path: string,
  clock: FilterClock,
  problems: string[],
): readonly TapRule[] {
  if (value === undefined) {
    return [];
  }
  if (!Array.isArray(value)) {
    problems.push(`${path} must be a list of rules, but is ${shown(value)}. It is ignored.`);
    return [];
  }
  if (value.length > maxRules) {
    problems.push(`${path} has more than ${maxRules} rules. The others are ignored.`);
  }
  return (value as readonly unknown[]).slice(0, maxRules).flatMap((entry, index) => {
    const place = `${path}[${index}]`;
    try {
      return [ruleOf(entry, clock)];
    } catch (error) {
      if (!(error instanceof RuleProblem)) {
        throw error;
      }
      problems.push(`${place}${error.message} The rule is ignored.`);
      return [];
    }
  });
}

/**
 * Reads one rule.
 *
 * @throws Error with the end of a sentence that begins with the name of the rule
 */
function ruleOf(entry: unknown, clock: FilterClock): TapRule {
  if (!isObject(entry)) {
    throw new RuleProblem(` must be an object with match and do, but is ${shown(entry)}.`);
  }
  const name = ruleActions.find(each => each === entry['do']);
  if (name === undefined) {
    throw wrong('do', listed(ruleActions), entry['do']);
  }
  const allowed = [...sharedKeys, ...ownKeys[name]];
  const unknown = Object.keys(entry).find(key => !allowed.includes(key));
  if (unknown !== undefined) {
    throw new RuleProblem(
      `.${unknown} is no key of a rule that does "${name}". Its keys: ${allowed.join(', ')}.`,
    );
  }
  const { match, enabled = true, once = false, after = 0 } = entry;
  if (typeof match !== 'string') {
    throw wrong('match', 'a filter such as "in: $.type:trade"', match);
  }
  const { condition = { is: 'all', of: [] }, problems } = parseLiveFilter(match, clock);
  const [problem] = problems;
  if (problem) {
    throw new RuleProblem(`.match is no filter: ${problem.message}`);
  }
  const vain = askedInVain(condition);
  if (vain !== undefined) {
    throw new RuleProblem(`.match ${vain}`);
  }
  if (typeof enabled !== 'boolean') {
    throw wrong('enabled', 'true or false', enabled);
  }
  if (typeof once !== 'boolean') {
    throw wrong('once', 'true or false', once);
  }
  return {
    match,
    condition,
    action: actionOf(name, entry, condition, clock),
    isEnabled: enabled,
    isOnce: once,
    after: numberIn('after', after, 0, 1_000_000_000),
  };
}

/**
 * What a filter of the list can ask for, and a rule cannot, as the end of a sentence: what passes has no
 * past. A rule with it would seem to work, and never take effect, or always.
 */
function askedInVain(condition: Condition): string | undefined {
  switch (condition.is) {
    case 'all':
    case 'any':
      return condition.of.map(askedInVain).find(each => each !== undefined);
    case 'not':
      return askedInVain(condition.of);
    case 'time':
      return 'has a time in “after:” or “before:”, but a rule is for what comes from now on. The key "after" of the rule lets so many messages pass first.';
    case 'tap':
      return `has “is:${condition.action}”, which says what a tap has done, but a rule decides before that.`;
    case 'kind':
      return condition.kinds.includes('state')
        ? 'has “kind:state”, but a rule is for messages and control frames.'
        : undefined;
    case 'text':
    case 'pattern':
    case 'direction':
    case 'size':
    case 'field':
    case 'decoded':
    case 'error':
    case 'heartbeat':
    case 'compressed':
      return undefined;
  }
}

function actionOf(
  name: RuleActionName,
  entry: JsonObject,
  condition: Condition,
  clock: FilterClock,
): RuleAction {
  switch (name) {
    case 'hold':
    case 'drop':
    case 'duplicate':
      return { do: name };
    case 'set':
      return { do: 'set', values: valuesIn(entry['values'], clock) };
    case 'replace':
      return { do: 'replace', ...replacementIn(entry, condition) };
    case 'delay':
      return {
        do: 'delay',
        ms: numberIn('ms', entry['ms'], 0, maxDelayMs),
        jitter: numberIn('jitter', valueOf(entry, 'jitter', 0), 0, maxDelayMs),
      };
    case 'close':
      return {
        do: 'close',
        code: closeCodeIn(valueOf(entry, 'code', 1000)),
        reason: reasonIn(valueOf(entry, 'reason', '')),
      };
  }
}

/** `null` is a value, and a wrong one. */
function valueOf(entry: JsonObject, key: string, fallback: unknown): unknown {
  return entry[key] === undefined ? fallback : entry[key];
}

function valuesIn(values: unknown, clock: FilterClock): readonly SetValue[] {
  const allowed = 'an object of paths with their values, such as { "$.price": 0 }';
  if (!isObject(values) || Object.keys(values).length === 0) {
    throw wrong('values', allowed, values);
  }
  return Object.entries(values).map(([text, value]) => {
    const { condition } = parseFilter(text, clock);
    if (condition?.is !== 'field' || condition.comparison !== 'has') {
      throw new RuleProblem(`.values: "${text}" is no path. Paths are written like $.items[0].id.`);
    }
    return { path: condition.path, value };
  });
}

/** Without `pattern`, what is replaced is the pattern or the text of the match. */
function replacementIn(
  entry: JsonObject,
  condition: Condition,
): { readonly what: RegExp; readonly with: string } {
  const { pattern, with: replacement } = entry;
  if (typeof replacement !== 'string') {
    throw wrong('with', 'a text', replacement);
  }
  if (pattern !== undefined && typeof pattern !== 'string') {
    throw wrong('pattern', 'a text, or a /regular expression/', pattern);
  }
  const found = pattern === undefined ? searchIn(condition) : searchOf(pattern);
  if (!found) {
    throw new RuleProblem(
      '.pattern is missing: the text to replace, or a /regular expression/. ' +
        'Only a match that has one itself needs none.',
    );
  }
  if (safeTextLength(found.source) === 0) {
    throw new RuleProblem(
      `.pattern: /${found.source}/ could take forever on a message. ` +
        'Write it without repeats of repeats and without references such as \\1.',
    );
  }
  return { what: found, with: replacement };
}

function searchIn(condition: Condition): RegExp | undefined {
  switch (condition.is) {
    case 'all': {
      const found = condition.of.flatMap(part => searchIn(part) ?? []);
      return found.length === 1 ? found[0] : undefined;
    }
    case 'pattern':
      return new RegExp(condition.source, globalFlags(condition.flags));
    case 'text':
      return new RegExp(escaped(condition.text), condition.exact ? 'g' : 'gi');
    case 'any':
    case 'not':
    case 'direction':
    case 'kind':
    case 'size':
    case 'time':
    case 'field':
    case 'decoded':
    case 'error':
    case 'heartbeat':
    case 'compressed':
    case 'tap':
      return undefined;
  }
}

function searchOf(text: string): RegExp | undefined {
  const [, source, flags = ''] = /^\/(.+)\/([a-z]*)$/s.exec(text) ?? [];
  if (source === undefined) {
    return text === '' ? undefined : new RegExp(escaped(text), 'g');
  }
  try {
    return new RegExp(source, globalFlags(flags));
  } catch (error) {
    throw new RuleProblem(`.pattern is no regular expression: ${messageOf(error)}.`);
  }
}

function globalFlags(flags: string): string {
  return `${flags.replace(/[gy]/g, '')}g`;
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}

function numberIn(key: string, value: unknown, minimum: number, maximum: number): number {
  if (typeof value !== 'number' || !(value >= minimum && value <= maximum)) {
    throw wrong(key, `a number from ${minimum} to ${maximum}`, value);
  }
  return value;
}

/** The codes that an endpoint may send (RFC 6455, section 7.4). */
function closeCodeIn(code: unknown): number {
  const isSent =
    typeof code === 'number' &&
    Number.isInteger(code) &&
    ((code >= 3000 && code <= 4999) ||
      (code >= 1000 && code <= 1014 && ![1004, 1005, 1006].includes(code)));
  if (!isSent) {
    throw wrong('code', 'a code that may be sent: 1000 to 1014 or 3000 to 4999', code);
  }
  return code;
}

function reasonIn(reason: unknown): string {
  const isShort =
    typeof reason === 'string' && new TextEncoder().encode(reason).length <= maxReasonBytes;
  if (!isShort) {
    throw wrong('reason', `a text of at most ${maxReasonBytes} bytes`, reason);
  }
  return reason;
}

function wrong(key: string, allowed: string, value: unknown): RuleProblem {
  return value === undefined
    ? new RuleProblem(`.${key} is missing: ${allowed}.`)
    : new RuleProblem(`.${key} must be ${allowed}, but is ${shown(value)}.`);
}

function listed(words: readonly string[]): string {
  return `${words.slice(0, -1).join(', ')} or ${words.at(-1) ?? ''}`;
}

function shown(value: unknown): string {
  const text = value === undefined ? 'missing' : JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}

/** Whether a message of that direction can match at all. */
export function mayMatch(condition: Condition, direction: Direction): boolean {
  return byDirection(condition, direction) !== false;
}

/** `undefined` if more than the direction decides. */
function byDirection(condition: Condition, direction: Direction): boolean | undefined {
  switch (condition.is) {
    case 'all': {
      const parts = condition.of.map(part => byDirection(part, direction));
      return parts.includes(false) ? false : parts.includes(undefined) ? undefined : true;
    }
    case 'any': {
      const parts = condition.of.map(part => byDirection(part, direction));
      return parts.includes(true) ? true : parts.includes(undefined) ? undefined : false;
    }
    case 'not': {
      const inner = byDirection(condition.of, direction);
      return inner === undefined ? undefined : !inner;
    }
    case 'direction':
      return condition.direction === direction;
    case 'text':
    case 'pattern':
    case 'kind':
    case 'size':
    case 'time':
    case 'field':
    case 'decoded':
    case 'error':
    case 'heartbeat':
    case 'compressed':
    case 'tap':
      return undefined;
  }
}

/** Whether it is about heartbeats and control frames, which other rules leave alone. */
export function meansControlFrames({ condition }: TapRule): boolean {
  return asksForControlFrames(condition);
}

/** The rule in words, for lists: `hold in: $.type:trade`. */
export function ruleTitle({ action, match }: TapRule): string {
  return `${action.do} ${match}`;
}

import { ExactNumber, jsonText } from '../../json/exactNumber.ts';
import type { PathStep } from '../../json/jsonPath.ts';
import { readJson } from '../../json/readJson.ts';
import type { Condition } from '../../filter/condition.ts';
import { safeTextLength } from '../../pattern/patternRisk.ts';
import type { SetValue, TapRule } from './tapRule.ts';

/** A message was not changed; the message says why, as the end of a sentence. */
export class EditLimitError extends Error {}

/** Fills `${name}` in. */
export type FillText = (name: string) => string | undefined;

/** Characters that are put into one message at most: a peer decides how often a rule matches. */
const maxAddedLength = 16 * 1024 * 1024;
/** A value of JSON is counted as so many characters more, since it takes memory and time of its own. */
const lengthOfValue = 16;
/** In a longer text no values are set: reading and writing it would take long. In characters. */
const maxSetLength = 1024 * 1024;
/** Nor in JSON of which more objects and lists are nested. */
const maxSetDepth = 1000;

/** Half a character, which UTF-8 cannot express. */
const halfCharacter = /\p{Surrogate}/u;

/**
 * What a rule that sets or replaces makes of a text; the text itself if it is another rule.
 *
 * @param valueOf fills in the names that the rule's own pattern has not captured
 * @throws EditLimitError if that could take long, or if it would grow too long
 */
export function editedByRule(
  text: string,
  { action, condition }: Pick<TapRule, 'action' | 'condition'>,
  valueOf: FillText,
): string {
  switch (action.do) {
    case 'replace':
      return replaceMatches(text, action.what, action.with);
    case 'set': {
      const captured = capturedNames(condition, text);
      return setValues(text, action.values, name => captured.get(name) ?? valueOf(name));
    }
    case 'close':
    case 'delay':
    case 'drop':
    case 'duplicate':
    case 'hold':
      return text;
  }
}

/** Counts characters that are added. */
type Count = (length: number) => void;

function limitAdded(): Count {
  let sum = 0;
  return length => {
    sum += length;
    if (sum > maxAddedLength) {
      throw new EditLimitError(`it would grow by more than ${maxAddedLength} characters`);
    }
  };
}

/**
 * A JSON text with other values at some paths; all else keeps its digits and its order. A member that is
 * missing is added where the object that it belongs to is there. The text itself if it is no
 * JSON, or has no place for any of the values.
 *
 * @throws EditLimitError if that could take long, or if it would grow too long
 */
export function setValues(text: string, values: readonly SetValue[], fill: FillText): string {
  if (text.length > maxSetLength) {
    throw new EditLimitError(`no values are set in more than ${maxSetLength} characters`);
  }
  if (isTooDeep(text)) {
    throw new EditLimitError(
      `no values are set in JSON that is nested more than ${maxSetDepth} deep`,
    );
  }
  const reading = readJson(text, { keepsNumbers: true });
  if (!reading) {
    return text;
  }
  const count = limitAdded();
  let isChanged = false;
  for (const { path, value } of values) {
    isChanged = setAt(reading.value, path, () => fillTexts(value, fill, count)) || isChanged;
  }
  return isChanged ? jsonText(reading.value) : text;
}

/** Whether a text has too many open brackets at once, outside of the texts in it. */
function isTooDeep(text: string): boolean {
  let depth = 0;
  let isInText = false;
  for (let at = 0; at < text.length && depth <= maxSetDepth; at++) {
    const character = text[at];
    if (character === '"') {
      isInText = !isInText;
    } else if (isInText) {
      at += character === '\\' ? 1 : 0;
    } else if (character === '[' || character === '{') {
      depth++;
    } else if (character === ']' || character === '}') {
      depth--;
    }
  }
  return depth > maxSetDepth;
}

function setAt(target: unknown, path: readonly PathStep[], value: () => unknown): boolean {
  const [step, ...rest] = path;
  if (
    step === undefined ||
    typeof target !== 'object' ||
    target === null ||
    target instanceof ExactNumber
  ) {
    return false;
  }
  if (typeof step === 'object') {
    return Object.keys(target)
      .map(key => setStep(target, Array.isArray(target) ? Number(key) : key, rest, value))
      .includes(true);
  }
  return setStep(target, step, rest, value);
}

function setStep(
  target: object,
  step: string | number,
  rest: readonly PathStep[],
  value: () => unknown,
): boolean {
  const isThere = Object.hasOwn(target, step);
  if (Array.isArray(target) !== (typeof step === 'number')) {
    return false;
  }
  if (rest.length > 0) {
    return isThere && setAt((target as Record<string | number, unknown>)[step], rest, value);
  }
  if (Array.isArray(target) && !isThere) {
    return false;
  }
  // A member `__proto__` is one like any other.
  Object.defineProperty(target, step, {
    value: value(),
    writable: true,
    enumerable: true,
    configurable: true,
  });
  return true;
}

/**
 * A JSON value with each `${name}` of its texts filled in; a name without a value stays as it is. All of
 * it is counted: names, digits and brackets, too.
 */
function fillTexts(value: unknown, fill: FillText, count: Count): unknown {
  count(lengthOfValue);
  if (typeof value === 'string') {
    const filled = value.replace(/\$\{([\w.:-]+)\}/g, (whole, name: string) => {
      const given = fill(name) ?? whole;
      count(given.length);
      return given;
    });
    count(filled.length);
    return filled;
  }
  if (Array.isArray(value)) {
    return value.map(item => fillTexts(item, fill, count));
  }
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => {
        count(key.length);
        return [key, fillTexts(item, fill, count)];
      }),
    );
  }
  return value;
}

/**
 * A text with all that matches replaced, `$1` and `$<name>` being groups. What matches half a character,
 * as a pattern without the flag `u` can, stays as it is.
 *
 * @throws EditLimitError if that could take long, if it would grow too long, or if half a character
 *   would be left
 */
export function replaceMatches(text: string, what: RegExp, replacement: string): string {
  if (text.length > safeTextLength(what.source)) {
    throw new EditLimitError(`/${what.source}/ could take long in it`);
  }
  const count = limitAdded();
  const edited = text.replace(what, (whole: string, ...match: unknown[]) => {
    const at = Number(match.find(each => typeof each === 'number'));
    if (isInCharacter(text, at) || isInCharacter(text, at + whole.length)) {
      return whole;
    }
    const added = expand(replacement, [whole, ...match]);
    count(added.length);
    return added;
  });
  if (edited !== text && halfCharacter.test(edited)) {
    throw new EditLimitError(`/${what.source}/ would leave half a character in it`);
  }
  return edited;
}

/** Whether a place of a text is between the two halves of one character (UTF-16). */
function isInCharacter(text: string, at: number): boolean {
  return at > 0 && (text.codePointAt(at - 1) ?? 0) > 0xffff;
}

/** What `String.replace` would put in place of a match (ECMA-262, GetSubstitution). */
function expand(replacement: string, match: readonly unknown[]): string {
  const last = match.at(-1);
  const names = typeof last === 'object' && last !== null ? Object.entries(last) : undefined;
  const place = match.findIndex(each => typeof each === 'number');
  const groups = match.slice(0, place).map(group => (typeof group === 'string' ? group : ''));
  const [whole = ''] = groups;
  const text = String(match[place + 1]);
  const at = Number(match[place]);
  return replacement.replace(
    /\$(?:([$&`'])|(\d\d?)|<([^>]*)>)/g,
    (written: string, sign?: string, digits?: string, name?: string) => {
      switch (sign) {
        case '$':
          return '$';
        case '&':
          return whole;
        case '`':
          return text.slice(0, at);
        case "'":
          return text.slice(at + whole.length);
        case undefined:
          break;
      }
      if (name !== undefined) {
        const [, value = ''] = names?.find(([each]) => each === name) ?? [];
        return names ? String(value) : written;
      }
      // `$12` is `$1` and a 2 where there are fewer groups.
      const [first = '', second = ''] = digits ?? '';
      const both = Number(first + second);
      const number = both in groups ? both : Number(first);
      return number > 0 && number in groups
        ? `${groups[number]}${number === both ? '' : second}`
        : written;
    },
  );
}

/** What the named groups of the patterns of a condition matched in a text. */
export function capturedNames(condition: Condition, text: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  collectNames(condition, text, found);
  return found;
}

function collectNames(condition: Condition, text: string, found: Map<string, string>): void {
  if (condition.is === 'all' || condition.is === 'any') {
    condition.of.forEach(part => collectNames(part, text, found));
  } else if (condition.is === 'pattern' && condition.source.includes('(?<')) {
    if (text.length <= safeTextLength(condition.source)) {
      const groups = new RegExp(condition.source, condition.flags).exec(text)?.groups ?? {};
      for (const [name, value] of Object.entries<string | undefined>(groups)) {
        // A group that took no part has no text.
        found.set(name, value ?? '');
      }
    }
  }
}

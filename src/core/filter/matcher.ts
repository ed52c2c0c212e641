import { assertNever } from '../base/errors.ts';
import { directionOf, flagOfMark, isHeartbeat, kindOf, RowFlag } from '../record/record.ts';
import { byteSearch, isSearchable } from '../base/byteSearch.ts';
import type { PathStep } from '../json/jsonPath.ts';
import type { Condition, Comparison } from './condition.ts';
import type { FactCondition } from './conditionParts.ts';
import { RowReader, type Decode, type MatchedRow } from './rowReader.ts';
import { wordTest } from './wordMatch.ts';
import { compareNumbers, ExactNumber, jsonText, numberIn } from '../json/exactNumber.ts';

export type { Decode, MatchedRow } from './rowReader.ts';

type Matcher = (row: MatchedRow) => boolean;

export type RowTest = (reader: RowReader) => boolean;
type Test = RowTest;

/** What is asked of the payload and may take long. */
type PayloadCondition = Extract<Condition, { is: 'text' | 'pattern' | 'field' }>;

/** How such a condition is tried instead of as usual. */
type PayloadTest = (condition: PayloadCondition) => Test;

/**
 * Compiles a condition. The matcher decodes and parses a payload at most once, and only if flags,
 * time and size do not decide. Throws if the condition has an invalid regular expression, which
 * `parseFilter` refuses.
 */
export function matcherOf(condition: Condition, { decode }: { readonly decode: Decode }): Matcher {
  const test = rowTest(condition);
  const reader = new RowReader(decode);
  return row => {
    reader.read(row);
    return test(reader);
  };
}

/** The same for a reader that several conditions share, so that a row is read once for all of them. */
export function rowTest(condition: Condition, ofPayload: PayloadTest = payloadTest): RowTest {
  const testOf = (part: Condition) => rowTest(part, ofPayload);
  switch (condition.is) {
    case 'all': {
      const tests = cheapestFirst(condition.of).map(testOf);
      return reader => tests.every(test => test(reader));
    }
    case 'any': {
      const tests = cheapestFirst(condition.of).map(testOf);
      return reader => tests.some(test => test(reader));
    }
    case 'not': {
      const test = testOf(condition.of);
      return reader => !test(reader);
    }
    case 'text':
    case 'pattern':
    case 'field':
      return ofPayload(condition);
    case 'error':
      return isError;
    case 'direction':
    case 'kind':
    case 'size':
    case 'time':
    case 'heartbeat':
    case 'compressed':
    case 'tap':
      return factTest(condition);
    default:
      return assertNever(condition);
  }
}

/** A regular expression is tried as JavaScript does, which may take any time. */
export function payloadTest(condition: PayloadCondition): RowTest {
  switch (condition.is) {
    case 'text':
      return condition.exact ? exactTest(condition.text) : wordTest(condition.text);
    case 'pattern': {
      const pattern = new RegExp(condition.source, condition.flags);
      return reader => pattern.test(reader.text);
    }
    case 'field':
      return fieldTest(condition);
  }
}

/** What is asked of everything but the payload. */
function factTest(condition: FactCondition): Test {
  switch (condition.is) {
    case 'direction': {
      const { direction } = condition;
      return ({ row }) => directionOf(row.flags) === direction;
    }
    case 'kind': {
      const kinds = new Set(condition.kinds);
      return ({ row }) => kinds.has(kindOf(row.flags));
    }
    case 'size': {
      const { comparison, bytes } = condition;
      return ({ row }) => compare(row.size, comparison, bytes);
    }
    case 'time': {
      const { comparison, at } = condition;
      return ({ row }) => compare(row.at, comparison, at);
    }
    case 'heartbeat':
      return ({ row }) => isHeartbeat(row.flags);
    case 'compressed':
      return ({ row }) => (row.flags & RowFlag.Compressed) !== 0;
    case 'tap': {
      const flag = flagOfMark(condition.action);
      return ({ row }) => (row.flags & flag) !== 0;
    }
    default:
      return assertNever(condition);
  }
}

/** Whether a row holds the very text. */
function exactTest(text: string): Test {
  if (!isSearchable(text)) {
    return reader => reader.text.includes(text);
  }
  const inBytes = byteSearch(text, false);
  return reader => (reader.isPlain ? inBytes(reader.bytes) : reader.text.includes(text));
}

/** A close code of its own free will is one of these (RFC 6455, section 7.4.1). */
const goodCloseCodes: readonly (number | undefined)[] = [undefined, 1000, 1001];

function isError(reader: RowReader): boolean {
  if (kindOf(reader.row.flags) !== 'state') {
    return !goodCloseCodes.includes(reader.closeCode);
  }
  const { json } = reader;
  const severity =
    typeof json === 'object' && json !== null && 'severity' in json ? json.severity : undefined;
  return severity === 'warning' || severity === 'error';
}

const costs: Readonly<Record<Exclude<Condition['is'], 'all' | 'any' | 'not'>, number>> = {
  direction: 0,
  kind: 0,
  heartbeat: 0,
  compressed: 0,
  tap: 0,
  size: 0,
  time: 0,
  error: 1,
  text: 2,
  field: 3,
  pattern: 4,
};

function cheapestFirst(conditions: readonly Condition[]): readonly Condition[] {
  return [...conditions].sort((a, b) => costOf(a) - costOf(b));
}

/** A group costs what the dearest of its parts costs. */
function costOf(condition: Condition): number {
  if (condition.is === 'all' || condition.is === 'any') {
    return Math.max(0, ...condition.of.map(costOf));
  }
  return condition.is === 'not' ? costOf(condition.of) : costs[condition.is];
}

type FieldCondition = Extract<Condition, { is: 'field' }>;

const backslash = 0x5c;
const apostrophe = 0x27;

/** Asks the JSON of a row for a value at a path. */
function fieldTest(condition: FieldCondition): (reader: RowReader) => boolean {
  const { path, comparison } = condition;
  const mayHold = nameSearch(path);
  const fits = valueTest(condition);
  // A part of a number is looked for in what was written: `1.50` holds a zero.
  const jsonOf =
    comparison === '~'
      ? (reader: RowReader) => reader.writtenJson
      : (reader: RowReader) => reader.json;
  return reader => {
    const json = mayHold(reader.bytes) ? jsonOf(reader) : undefined;
    return json !== undefined && some(json, path, 0, fits);
  };
}

/** Whether the longest name on the path can be in the payload: much cheaper than to parse it. */
function nameSearch(path: readonly PathStep[]): (payload: Uint8Array) => boolean {
  const longest = longestName(path);
  if (longest === '') {
    return () => true;
  }
  const search = byteSearch(JSON.stringify(longest), false);
  // With a backslash a name may be written in many ways, and with other quotes it is no JSON quite.
  return payload => search(payload) || payload.includes(backslash) || payload.includes(apostrophe);
}

/** Empty if there is none. */
export function longestName(path: readonly PathStep[]): string {
  const names = path.filter(step => typeof step === 'string');
  return names.reduce((a, b) => (b.length > a.length ? b : a), '');
}

type ValueTest = (value: unknown) => boolean;

function some(value: unknown, path: readonly PathStep[], index: number, fits: ValueTest): boolean {
  const step = path[index];
  if (step === undefined) {
    return fits(value);
  }
  if (typeof value !== 'object' || value === null || value instanceof ExactNumber) {
    return false;
  }
  if (typeof step === 'object') {
    return Object.values(value).some(member => some(member, path, index + 1, fits));
  }
  if (Array.isArray(value) !== (typeof step === 'number') || !Object.hasOwn(value, step)) {
    return false;
  }
  return some((value as Record<string | number, unknown>)[step], path, index + 1, fits);
}

function valueTest({ comparison, value: wanted }: FieldCondition): ValueTest {
  if (comparison === 'has') {
    return () => true;
  }
  if (comparison === '~') {
    const part = (typeof wanted === 'string' ? wanted : jsonText(wanted)).toLowerCase();
    return value => textOf(value).toLowerCase().includes(part);
  }
  return comparisonTest(comparison, wanted);
}

function comparisonTest(comparison: Comparison, wanted: FieldCondition['value']): ValueTest {
  if (typeof wanted === 'string') {
    return value => compare(textIn(value), comparison, wanted);
  }
  if (typeof wanted === 'number' || (typeof wanted === 'object' && wanted !== null)) {
    const number = typeof wanted === 'number' ? wanted : new ExactNumber(wanted.exact);
    return value => compareWithNumber(numberOf(value), comparison, number);
  }
  const word = String(wanted);
  const isSame = (value: unknown) => value === wanted || value === word;
  if (comparison === '=') {
    return isSame;
  }
  return value => comparison === '!=' && !isSame(value);
}

function compareWithNumber(
  value: number | ExactNumber | undefined,
  comparison: Comparison,
  wanted: number | ExactNumber,
): boolean {
  const order = value === undefined ? undefined : compareNumbers(value, wanted);
  return compare(order, comparison, 0);
}

/** @param value `undefined` if it is of a type that cannot be compared */
function compare<T extends string | number>(
  value: T | undefined,
  comparison: Comparison,
  wanted: T,
): boolean {
  if (value === undefined) {
    return comparison === '!=';
  }
  switch (comparison) {
    case '=':
      return value === wanted;
    case '!=':
      return value !== wanted;
    case '<':
      return value < wanted;
    case '<=':
      return value <= wanted;
    case '>':
      return value > wanted;
    case '>=':
      return value >= wanted;
    default:
      return assertNever(comparison);
  }
}

/** Many peers write prices and ids as strings: such a string counts as the number that it is. */
function numberOf(value: unknown): number | ExactNumber | undefined {
  if (typeof value === 'string') {
    return numberIn(value);
  }
  return typeof value === 'number' || value instanceof ExactNumber ? value : undefined;
}

/** `NaN` and `Infinity` can be asked for by their names, as if they were strings. */
function textIn(value: unknown): string | undefined {
  const isWord = typeof value === 'number' && !Number.isFinite(value);
  return typeof value === 'string' ? value : isWord ? String(value) : undefined;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : jsonText(value);
}

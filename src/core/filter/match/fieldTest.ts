import { assertNever } from '../../base/errors.ts';
import { compareNumbers, ExactNumber, jsonText, numberIn } from '../../json/exactNumber.ts';
import { byteSearch } from '../../base/byteSearch.ts';
import type { Comparison, Condition, PathStep } from '../condition.ts';
import type { RowReader } from './rowReader.ts';

type FieldCondition = Extract<Condition, { is: 'field' }>;

const backslash = 0x5c;
const apostrophe = 0x27;

/** Asks the JSON of a row for a value at a path. */
export function fieldTest(condition: FieldCondition): (reader: RowReader) => boolean {
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
  const names = path.filter(step => typeof step === 'string');
  const longest = names.reduce((a, b) => (b.length > a.length ? b : a), '');
  if (longest === '') {
    return () => true;
  }
  const search = byteSearch(JSON.stringify(longest), false);
  // With a backslash a name may be written in many ways, and with other quotes it is no JSON quite.
  return payload => search(payload) || payload.includes(backslash) || payload.includes(apostrophe);
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

/** @param value `undefined` where it is not of the kind that it could be compared with */
export function compare<T extends string | number>(
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

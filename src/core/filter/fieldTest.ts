import { assertNever } from '../base/errors.ts';
import { byteSearch } from './byteSearch.ts';
import type { Comparison, Condition, PathStep } from './condition.ts';
import type { RowReader } from './rowReader.ts';

type FieldCondition = Extract<Condition, { is: 'field' }>;

const number = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:e[+-]?\d+)?$/i;
const longestNumber = 400;
const backslash = 0x5c;

/** Asks the JSON of a row for a value at a path. */
export function fieldTest(condition: FieldCondition): (reader: RowReader) => boolean {
  const { path } = condition;
  const mayHold = nameSearch(path);
  const fits = valueTest(condition);
  return reader =>
    mayHold(reader.bytes) && reader.json !== undefined && some(reader.json, path, 0, fits);
}

/** Whether the longest name on the path can be in the payload: much cheaper than to parse it. */
function nameSearch(path: readonly PathStep[]): (payload: Uint8Array) => boolean {
  const names = path.filter(step => typeof step === 'string');
  const longest = names.reduce((a, b) => (b.length > a.length ? b : a), '');
  if (longest === '') {
    return () => true;
  }
  const search = byteSearch(JSON.stringify(longest), false);
  // With a backslash a name may be written in many ways.
  return payload => search(payload) || payload.includes(backslash);
}

type ValueTest = (value: unknown) => boolean;

function some(value: unknown, path: readonly PathStep[], index: number, fits: ValueTest): boolean {
  const step = path[index];
  if (step === undefined) {
    return fits(value);
  }
  if (typeof value !== 'object' || value === null) {
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
    const part = String(wanted).toLowerCase();
    return value => textOf(value).toLowerCase().includes(part);
  }
  return comparisonTest(comparison, wanted);
}

function comparisonTest(comparison: Comparison, wanted: FieldCondition['value']): ValueTest {
  if (typeof wanted === 'number') {
    return value => compare(numberOf(value), comparison, wanted);
  }
  if (typeof wanted === 'string') {
    return value => compare(typeof value === 'string' ? value : undefined, comparison, wanted);
  }
  const word = String(wanted);
  const isSame = (value: unknown) => value === wanted || value === word;
  if (comparison === '=') {
    return isSame;
  }
  return value => comparison === '!=' && !isSame(value);
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
function numberOf(value: unknown): number | undefined {
  if (typeof value === 'string') {
    return value.length <= longestNumber && number.test(value) ? Number(value) : undefined;
  }
  return typeof value === 'number' ? value : undefined;
}

function textOf(value: unknown): string {
  if (typeof value === 'string') {
    return value;
  }
  try {
    return JSON.stringify(value);
  } catch {
    return ''; // Nested beyond what the stack holds.
  }
}

import { assertNever } from '../base/errors.ts';
import { compareNumbers, ExactNumber, jsonText, numberIn } from '../json/exactNumber.ts';
import type { PathStep } from '../json/jsonPath.ts';
import type { Comparison, PathQuestion } from './condition.ts';

/** Whether a value of JSON fits. */
export type ValueTest = (value: unknown) => boolean;

/** Empty if there is none. */
export function longestName(path: readonly PathStep[]): string {
  const names = path.filter(step => typeof step === 'string');
  return names.reduce((a, b) => (b.length > a.length ? b : a), '');
}

/**
 * Whether a value has, at the path, what is asked for.
 *
 * @param form `decoded`: objects may be maps with keys that are no text, see `exportForm.ts`
 */
export function pathTest(question: PathQuestion, form: 'json' | 'decoded'): ValueTest {
  const { path } = question;
  const fits = valueTest(question);
  const hasMaps = form === 'decoded';
  const some = (value: unknown, index: number): boolean => {
    const step = path[index];
    if (step === undefined) {
      return fits(value);
    }
    if (typeof value !== 'object' || value === null || value instanceof ExactNumber) {
      return false;
    }
    const entries = hasMaps ? mapEntries(value) : undefined;
    if (entries && typeof step !== 'number') {
      return entries.some(
        ([key, member]) =>
          (typeof step === 'object' || keyText(key) === step) && some(member, index + 1),
      );
    }
    if (typeof step === 'object') {
      return Object.values(value).some(member => some(member, index + 1));
    }
    return (
      Array.isArray(value) === (typeof step === 'number') &&
      Object.hasOwn(value, step) &&
      some((value as Record<string | number, unknown>)[step], index + 1)
    );
  };
  return value => some(value, 0);
}

/** The entries of `{"$map":[[key,value]]}`; `undefined` if it is anything else. */
export function mapEntries(value: object): readonly (readonly unknown[])[] | undefined {
  const entries: unknown = Object.hasOwn(value, '$map')
    ? (value as Readonly<Record<string, unknown>>)['$map']
    : undefined;
  const isMap = Array.isArray(entries) && Object.keys(value).length === 1;
  return isMap && entries.every(entry => Array.isArray(entry) && entry.length === 2)
    ? (entries as readonly (readonly unknown[])[])
    : undefined;
}

/** What names a value of such a map on a path. */
export function keyText(key: unknown): string {
  return typeof key === 'string' ? key : jsonText(key);
}

function valueTest({ comparison, value: wanted }: PathQuestion): ValueTest {
  if (comparison === 'has') {
    return () => true;
  }
  if (comparison === '~') {
    const part = (typeof wanted === 'string' ? wanted : jsonText(wanted)).toLowerCase();
    return value => textOf(value).toLowerCase().includes(part);
  }
  return comparisonTest(comparison, wanted);
}

function comparisonTest(comparison: Comparison, wanted: PathQuestion['value']): ValueTest {
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

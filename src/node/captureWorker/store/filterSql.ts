import { assertNever } from '../../../core/base/errors.ts';
import { flagOfMark, kindOf, RowFlag } from '../../../core/record/record.ts';
import type { Comparison, Condition } from '../../../core/filter/condition.ts';
import { isSearchable } from '../../../core/base/byteSearch.ts';
import { searchWord } from '../../../core/text/searchText.ts';
import { otherSpellings } from '../../../core/filter/wordMatch.ts';

/**
 * A condition as an expression over a row of the table `record`: 1 if the row matches, 0 if it
 * does not, and NULL if SQL cannot decide, which is how SQL's own AND, OR and NOT take it.
 */
export interface FilterSql {
  readonly sql: string;
  readonly parameters: readonly (string | number)[];
  /** It looks at no payload, and is never NULL. */
  readonly isByFacts: boolean;
}

export interface FilterSqlOptions {
  /** All rows are text messages: less must be asked of each. */
  readonly areTexts: boolean;
  /** A text may hold NUL, at which LIKE and GLOB stop. */
  readonly mayHoldNul: boolean;
}

/** SQLite's own limit for patterns is 50,000 bytes. */
const maxPatternLength = 10_000;

const unknown: FilterSql = { sql: 'NULL', parameters: [], isByFacts: false };
const opcode = `flags & ${RowFlag.OpcodeMask}`;

/** Of a long payload, the size is in the other table. */
const size = `
  iif(payload IS NULL,
    (SELECT size FROM large_payload WHERE large_payload.seq = record.seq), octet_length(payload))`;

export function filterSql(condition: Condition, options: FilterSqlOptions): FilterSql {
  switch (condition.is) {
    case 'all':
      return joined(condition.of, 'AND', '1', options);
    case 'any':
      return joined(condition.of, 'OR', '0', options);
    case 'not': {
      const { sql, ...rest } = filterSql(condition.of, options);
      return { sql: `NOT (${sql})`, ...rest };
    }
    case 'text':
      return textSql(condition, options);
    case 'pattern':
      return unknown;
    case 'field':
      return fieldSql(condition, options);
    case 'error':
      return { ...unknown, sql: `iif((${opcode}) IN (0, 8), NULL, 0)` };
    case 'direction':
    case 'kind':
    case 'size':
    case 'time':
    case 'heartbeat':
    case 'compressed':
    case 'tap':
      return factSql(condition);
    default:
      return assertNever(condition);
  }
}

/**
 * Whether a row that does not match is a message that cannot be looked into, and could match for all
 * that is known.
 *
 * @param bestCase the condition at its best, see `ViewMatcher.bestCase`
 */
export function unreadSql(hope: Condition, options: FilterSqlOptions): FilterSql {
  const { sql, parameters } = filterSql(hope, options);
  return { sql: `(${sql}) AND (${opaqueSql(options)})`, parameters, isByFacts: false };
}

/** Whether a row is a message that is not JSON; NULL if SQL cannot decide. */
export function opaqueSql({ areTexts, mayHoldNul }: FilterSqlOptions): string {
  const nul = mayHoldNul ? 'OR instr(payload, char(0))' : '';
  // A text near to JSON begins as JSON does, or with a byte order mark; the matcher decides on it.
  const ofText = `
    CASE WHEN payload IS NULL ${nul} THEN NULL WHEN json_valid(payload) THEN 0
    WHEN payload GLOB '[ ' || char(9, 10, 13, 65279) || '{[]*' THEN NULL ELSE 1 END`;
  return areTexts ? ofText : `CASE (${opcode}) WHEN 2 THEN 1 WHEN 1 THEN ${ofText} ELSE 0 END`;
}

type ConditionOf<K extends Condition['is']> = Extract<Condition, { readonly is: K }>;

function factSql(
  condition: ConditionOf<
    'direction' | 'kind' | 'size' | 'time' | 'heartbeat' | 'compressed' | 'tap'
  >,
): FilterSql {
  switch (condition.is) {
    case 'direction': {
      const comparison = condition.direction === 'out' ? '<>' : '=';
      return decided(`(flags & ${RowFlag.Out}) ${comparison} 0`);
    }
    case 'kind': {
      const wanted = Array.from({ length: 16 }, (_, value) => value).filter(value =>
        condition.kinds.includes(kindOf(value)),
      );
      return decided(`(${opcode}) IN (${wanted.join(', ')})`);
    }
    case 'size':
      return compared(size, condition.comparison, condition.bytes);
    case 'time':
      return compared('at', condition.comparison, condition.at);
    case 'heartbeat':
      return decided(`(flags & ${RowFlag.Heartbeat}) <> 0`);
    case 'compressed':
      return decided(`(flags & ${RowFlag.Compressed}) <> 0`);
    case 'tap':
      return decided(`(flags & ${flagOfMark(condition.action)}) <> 0`);
    default:
      return assertNever(condition);
  }
}

function decided(sql: string): FilterSql {
  return { sql, parameters: [], isByFacts: true };
}

function compared(sql: string, comparison: Comparison, value: number): FilterSql {
  // SQLite has no NaN.
  return Number.isNaN(value)
    ? unknown
    : { sql: `${sql} ${comparison} ?`, parameters: [value], isByFacts: true };
}

function joined(
  parts: readonly Condition[],
  operator: 'AND' | 'OR',
  ofNone: string,
  options: FilterSqlOptions,
): FilterSql {
  const all = parts.map(part => filterSql(part, options));
  return {
    sql: all.map(({ sql }) => `(${sql})`).join(` ${operator} `) || ofNone,
    parameters: all.flatMap(({ parameters }) => parameters),
    isByFacts: all.every(part => part.isByFacts),
  };
}

/**
 * Decides on text messages that are stored with their row. For letters of ASCII, LIKE folds as the
 * matcher does; GLOB is case-sensitive.
 */
function textSql({ text, exact }: ConditionOf<'text'>, options: FilterSqlOptions): FilterSql {
  if (text.length > maxPatternLength) {
    return unknown;
  }
  // With NUL, a pattern would end there.
  if (!/^[\u0001-\u007f]+$/.test(text)) {
    return exact || !/[^\0-\u007f]/.test(text) ? unknown : otherWordSql(text, options);
  }
  const pattern = exact ? globOf(text) : `%${text.replace(/[\\%_]/g, String.raw`\$&`)}%`;
  const test = exact ? 'payload GLOB ?' : String.raw`payload LIKE ? ESCAPE '\'`;
  const disguises = exact ? [] : otherSpellings(text)?.map(globOf);
  // It may be written in too many other ways.
  const others = disguises ? disguises.map(() => 'payload GLOB ?') : ['1'];
  const nul = options.mayHoldNul ? ['instr(payload, char(0))'] : [];
  const open = [...others, ...nul].join(' OR ');
  // Each test is NULL for a payload that is in the other table.
  const decided = open === '' ? test : `${test} OR iif(${open}, NULL, 0)`;
  return {
    sql: options.areTexts ? decided : `iif((${opcode}) = 1, ${decided}, NULL)`,
    parameters: [pattern, ...(disguises ?? [])],
    isByFacts: false,
  };
}

/** A word that is not of ASCII is in no text of ASCII, unless that has it as an escape. */
function otherWordSql(text: string, options: FilterSqlOptions): FilterSql {
  if (
    !isSearchable(text) ||
    searchWord(text).needles.some(needle => /^[\0-\u007f]*$/.test(needle))
  ) {
    return unknown;
  }
  const isAscii = String.raw`octet_length(payload) = length(payload) AND payload NOT GLOB '*\u*'`;
  const tests = options.areTexts ? isAscii : `(${opcode}) = 1 AND ${isAscii}`;
  return { sql: `iif(${tests}, 0, NULL)`, parameters: [], isByFacts: false };
}

/**
 * Leaves out messages that cannot have the member. Without a backslash, and between the quotes of
 * JSON, a name and a text can be written in one way only; and what holds NUL is no JSON.
 */
function fieldSql(
  { path, comparison, value }: ConditionOf<'field'>,
  { areTexts }: FilterSqlOptions,
): FilterSql {
  const names = path.filter(step => typeof step === 'string');
  const texts = comparison === '=' && isWritten(value) ? [...names, value] : names;
  const patterns = texts
    .map(text => JSON.stringify(text))
    // What JSON writes in one way only.
    .filter(json => /^[\u0020-\u007e]*$/.test(json) && !json.includes('\\'))
    .filter(json => json.length <= maxPatternLength)
    .map(globOf);
  const tests = patterns.map(() => 'payload GLOB ?').join(' AND ') || '1';
  // Two searches for one character each are much faster than one for a set of two.
  const mayDiffer = String.raw`payload GLOB '*\*' OR payload GLOB '*''*'`;
  // NULL also for a payload that is in the other table.
  const ofText = `iif((${tests}) OR ${mayDiffer}, NULL, iif(payload IS NULL, NULL, 0))`;
  return {
    sql: areTexts ? ofText : `CASE (${opcode}) WHEN 0 THEN NULL WHEN 1 THEN ${ofText} ELSE 0 END`,
    parameters: patterns,
    isByFacts: false,
  };
}

/** Whether a value is quoted in every message that has it: `NaN` and the like are not. */
function isWritten(value: ConditionOf<'field'>['value']): value is string {
  return typeof value === 'string' && !/^(?:NaN|-?Infinity)$/.test(value);
}

function globOf(text: string): string {
  return `*${text.replace(/[*?[]/g, '[$&]')}*`;
}

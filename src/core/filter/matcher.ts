import { assertNever } from '../base/errors.ts';
import { directionOf, flagOfMark, isHeartbeat, kindOf, RowFlag } from '../record/record.ts';
import { byteSearch, isSearchable } from '../base/byteSearch.ts';
import type { Condition, PathQuestion } from './condition.ts';
import type { FactCondition } from './conditionParts.ts';
import { decodedTest } from './decodedTest.ts';
import { compare, longestName, pathTest } from './pathTest.ts';
import { RowReader, type Decode, type MatchedRow } from './rowReader.ts';
import { wordTest } from './wordMatch.ts';

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
    case 'decoded':
      return decodedTest(condition.asks);
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

/** What is asked of everything but the payload, and of what decoders make of it. */
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
      return reader => isHeartbeat(reader.row.flags) || reader.decoded?.isHeartbeat === true;
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
    return !goodCloseCodes.includes(reader.closeCode) || reader.decoded?.isFailure === true;
  }
  const { json } = reader;
  const severity =
    typeof json === 'object' && json !== null && 'severity' in json ? json.severity : undefined;
  return severity === 'warning' || severity === 'error';
}

const costs: Readonly<Record<Exclude<Condition['is'], 'all' | 'any' | 'not'>, number>> = {
  direction: 0,
  kind: 0,
  compressed: 0,
  tap: 0,
  size: 0,
  time: 0,
  heartbeat: 1,
  error: 1,
  text: 2,
  field: 3,
  decoded: 3,
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

/** Asks the JSON of a row for a value at a path; of a message that is no JSON, what decoders made of it. */
function fieldTest(condition: FieldCondition): Test {
  const mayHold = nameSearch(condition.path);
  const fits = pathTest(condition, 'json');
  const fitsDecoded = pathTest(condition, 'decoded');
  // A part of a number is looked for in what was written: `1.50` holds a zero.
  const isWritten = condition.comparison === '~';
  return reader => {
    if (!mayHold(reader.bytes) && (reader.beginsAsJson || !reader.decoded)) {
      return false;
    }
    const json = isWritten ? reader.writtenJson : reader.json;
    return json === undefined ? reader.decodedStarts(isWritten).some(fitsDecoded) : fits(json);
  };
}

/** Whether the longest name on the path can be in the payload: much cheaper than to parse it. */
function nameSearch(path: PathQuestion['path']): (payload: Uint8Array) => boolean {
  const longest = longestName(path);
  if (longest === '') {
    return () => true;
  }
  const search = byteSearch(JSON.stringify(longest), false);
  // With a backslash a name may be written in many ways, and with other quotes it is no JSON quite.
  return payload => search(payload) || payload.includes(backslash) || payload.includes(apostrophe);
}

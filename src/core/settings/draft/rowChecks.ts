import { messageOf } from '../../base/errors.ts';
import { parseAwaitedFilter } from '../../filter/parseFilter.ts';
import { isObject } from '../../json/json.ts';
import { openingRowOf, roundedNumberIn, type OpeningRow } from './openingRow.ts';
import { typedNumber, type RowProblem } from './rowProblem.ts';
import { ruleRowOf, type RuleRow } from './ruleRow.ts';

type Found = Omit<RowProblem, 'row'>;

/** The longest time that `onOpen` waits, in seconds. */
const maxPause = 86_400;

/** What is wrong with each message that the form shows; the others are kept as they are. */
export function openingProblems(value: unknown): readonly RowProblem[] {
  return rowsOf(value, entry => {
    const row = openingRowOf(entry);
    return row ? problemsOfOpening(row, entry) : [];
  });
}

/** What is wrong with each rule that the form shows. */
export function ruleProblems(value: unknown): readonly RowProblem[] {
  return rowsOf(value, entry => {
    const row = ruleRowOf(entry);
    return row ? problemsOfRule(row) : [];
  });
}

function rowsOf(value: unknown, check: (entry: unknown) => readonly Found[]): RowProblem[] {
  const entries: readonly unknown[] = Array.isArray(value) ? value : [];
  return entries.flatMap((entry, row) => check(entry).map(found => ({ row, ...found })));
}

function problemsOfOpening(row: OpeningRow, entry: unknown): readonly Found[] {
  const { delay, timeout, match, kind } = row;
  const isWaiting = isObject(entry) && isObject(entry['waitFor']);
  return [
    found('content', problemOfContent(row)),
    found('delay', problemOfSeconds(delay, maxPause)),
    found('match', isWaiting && kind !== 'sequence' ? problemOfFilter(match) : undefined),
    found('timeout', isWaiting ? problemOfSeconds(timeout, maxPause) : undefined),
  ].flat();
}

function found(part: string, sentence: string | undefined): readonly Found[] {
  return sentence === undefined ? [] : [{ part, sentence }];
}

function problemOfContent({ kind, content }: OpeningRow): string | undefined {
  const isEmpty = content.trim() === '';
  switch (kind) {
    case 'text':
      return undefined;
    case 'json':
      return isEmpty ? 'Type the JSON to send.' : problemOfJson(content);
    case 'base64':
      if (isEmpty) {
        return 'Type the bytes to send, in base64.';
      }
      return /^(?:[A-Z\d+/]{4})*(?:[A-Z\d+/]{2}==|[A-Z\d+/]{3}=)?$/i.test(content)
        ? undefined
        : 'This is not base64: groups of four of A–Z, a–z, 0–9, + and /, with = only at the end.';
    case 'sequence':
      return isEmpty ? 'Choose a saved message or sequence.' : undefined;
  }
}

function problemOfJson(content: string): string | undefined {
  try {
    JSON.parse(content);
  } catch (error) {
    return `This is not valid JSON: ${messageOf(error)}.`;
  }
  const rounded = roundedNumberIn(content);
  return rounded === undefined
    ? undefined
    : `Settings cannot hold the number ${rounded} exactly. Choose the kind "Text" to send it as it is.`;
}

function problemOfFilter(match: string): string | undefined {
  if (match.trim() === '') {
    return 'Type a filter for the message to wait for.';
  }
  const [problem] = parseAwaitedFilter(match, { now: 0, startOfDay: 0 }).problems;
  return problem && `This is not a filter: ${problem.message}`;
}

function problemOfSeconds(typed: string, maximum?: number): string | undefined {
  const number = typed.trim() === '' ? 0 : typedNumber(typed);
  if (typeof number === 'number' && number >= 0 && number <= (maximum ?? number)) {
    return undefined;
  }
  return maximum === undefined
    ? 'Type a number of seconds, 0 or more.'
    : `Type a number of seconds from 0 to ${maximum}.`;
}

/** What the codes of each cause can be. */
const codes = {
  close: { name: 'a close code', first: 1000, last: 4999, example: '1011' },
  status: { name: 'an HTTP status', first: 100, last: 599, example: '503' },
} as const;

function problemsOfRule({ cause, value, action, delay }: RuleRow): readonly Found[] {
  const problem = cause === 'error' ? problemOfError(value) : problemOfCodes(codes[cause], value);
  return [
    found('value', problem),
    found('delay', action === 'retry' ? problemOfSeconds(delay) : undefined),
  ].flat();
}

function problemOfError(value: string): string | undefined {
  return value.trim() === '' ? 'Type the code of an error, such as ECONNREFUSED, or *.' : undefined;
}

function problemOfCodes(
  { name, first, last, example }: (typeof codes)[keyof typeof codes],
  value: string,
): string | undefined {
  const text = value.trim();
  const [, from = '', to = from] = /^(\d+)(?:-(\d+))?$/.exec(text) ?? [];
  const isInside = [from, to].every(each => Number(each) >= first && Number(each) <= last);
  if (text === '*' || (from !== '' && isInside && Number(from) <= Number(to))) {
    return undefined;
  }
  return from !== '' && isInside
    ? `Write the range the other way round: ${to}-${from}.`
    : `Type ${name} from ${first} to ${last} such as ${example}, a range such as ${first}-${last}, or *.`;
}

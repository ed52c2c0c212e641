import { everyPart } from '../../filter/conditionParts.ts';
import type { Condition } from '../../filter/condition.ts';
import { payloadTest, rowTest, type RowTest } from '../../filter/matcher.ts';
import { parseFilter } from '../../filter/parseFilter.ts';
import { pathTest } from '../../filter/pathTest.ts';
import { RowReader, type MatchedRow } from '../../filter/rowReader.ts';
import { boundedPattern } from '../../pattern/boundedPattern.ts';
import type { MappedFilter } from './mapping.ts';

/** Whether a message is as a filter says. */
export type MessageTest = (message: FilteredMessage) => boolean;

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** A message as the filters of mappings see it: the value that was read stands for the payload's JSON. */
export class FilteredMessage extends RowReader {
  readonly value: unknown;

  constructor(value: unknown, row: MatchedRow) {
    super(bytes => decoder.decode(bytes));
    this.value = value;
    this.read(row);
  }
}

const ofMessage: ReadonlySet<Condition['is']> = new Set([
  'field',
  'text',
  'pattern',
  'direction',
  'kind',
  'size',
]);

/** @returns a clause about what is wrong with the filter */
export function readFilter(filter: MappedFilter): MessageTest | string {
  if (filter === true) {
    return () => true;
  }
  const { condition, problems } = parseFilter(filter, { now: 0, startOfDay: 0 });
  const [problem] = problems;
  if (problem) {
    return `is no filter: ${problem.message}`;
  }
  if (!condition) {
    return 'asks for nothing';
  }
  if (!everyPart(condition, isOfMessage)) {
    return 'asks for what no message says of itself; it takes $.path:value, in:, out:, kind:, size:, words and patterns';
  }
  return rowTest(condition, ofPayload);
}

function isOfMessage({ is }: Condition): boolean {
  return ofMessage.has(is);
}

function ofPayload(condition: Parameters<typeof payloadTest>[0]): RowTest {
  switch (condition.is) {
    case 'field': {
      const test = pathTest(condition, 'decoded');
      return reader => reader instanceof FilteredMessage && test(reader.value);
    }
    case 'pattern': {
      // Tried on messages of strangers; where it could take long, it does not match.
      const pattern = boundedPattern(condition.source, condition.flags);
      return reader => pattern?.test(reader.text) === true;
    }
    case 'text':
      return payloadTest(condition);
  }
}

import { assertNever } from '../base/errors.ts';
import { compareNumbers, numberIn } from '../json/exactNumber.ts';
import { kindOf } from '../record/record.ts';
import type { DecodedFact, DecodedQuestion } from './condition.ts';
import type { DecodedRecord } from './decodedRow.ts';
import { compare, pathTest } from './pathTest.ts';
import type { RowReader } from './rowReader.ts';

type Test = (reader: RowReader) => boolean;
type FactQuestion = Extract<DecodedQuestion, { of: DecodedFact }>;

/** Asks what decoders know of a row. */
export function decodedTest(question: DecodedQuestion): Test {
  switch (question.of) {
    case 'event':
    case 'topic':
    case 'type':
    case 'id': {
      const { of } = question;
      const fits = textTest(question);
      return anyRecord(({ [of]: fact }) => fact !== undefined && fits(fact));
    }
    case 'as': {
      const texts = question.texts.map(text => text.toLowerCase());
      const fits = textTest({ ...question, texts });
      return reader => namesOf(reader).some(fits);
    }
    case 'call': {
      const states = new Set(question.states);
      return anyRecord(({ call }) => call !== undefined && states.has(call));
    }
    case 'conversation': {
      const { row, connection, capture } = question;
      const isAny = connection === undefined;
      return ({ decoded, row: { capture: own } }) =>
        (isAny || (capture !== undefined && capture === own)) && decoded?.isWith(row) === true;
    }
    case 'latency': {
      const { limits } = question;
      return anyRecord(
        ({ ms: latency }) =>
          latency !== undefined &&
          limits.every(({ comparison, ms }) => compare(latency, comparison, ms)),
      );
    }
    case 'undecodable':
      return ({ decoded }) => decoded?.isUndecodable === true;
    case 'envelope': {
      const fits = pathTest(question, 'decoded');
      const isWritten = question.comparison === '~';
      return reader => fits(reader.envelope(isWritten));
    }
    default:
      return assertNever(question);
  }
}

function anyRecord(fits: (record: DecodedRecord) => boolean): Test {
  return ({ decoded }) => decoded?.records.some(fits) === true;
}

/** The decoders that have read a row, in lower case; of a message that none has read `raw`. */
function namesOf({ decoded, row }: RowReader): readonly string[] {
  if (decoded && decoded.as.length > 0) {
    return decoded.as.map(name => name.toLowerCase());
  }
  const kind = kindOf(row.flags);
  return kind === 'text' || kind === 'binary' ? ['raw'] : [];
}

function textTest({
  comparison,
  texts,
}: Pick<FactQuestion, 'comparison' | 'texts'>): (text: string) => boolean {
  switch (comparison) {
    case '~': {
      const parts = texts.map(part => part.toLowerCase());
      return text => {
        const whole = text.toLowerCase();
        return parts.some(part => whole.includes(part));
      };
    }
    case '=':
      return text => texts.includes(text);
    case '!=':
      return text => !texts.includes(text);
    case '<':
    case '<=':
    case '>':
    case '>=': {
      const [wanted = ''] = texts;
      const number = numberIn(wanted);
      if (number === undefined) {
        return text => compare(text, comparison, wanted);
      }
      return text => {
        const value = numberIn(text);
        const order = value === undefined ? undefined : compareNumbers(value, number);
        return order !== undefined && compare(order, comparison, 0);
      };
    }
  }
}

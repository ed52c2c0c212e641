import { recordsIn, type CaptureStore } from '../../../core/capture/captureStore.ts';
import {
  judgedHeadLength,
  type JudgeAnswer,
  type JudgeRequest,
  type Judged,
  type Question,
} from '../../../core/capture/judge.ts';
import { decodedValueAt } from '../../../core/decode/mapping/decodedValueAt.ts';
import { boundedRowTest, MatchLimitError } from '../../../core/filter/boundedMatch.ts';
import type { RowTest } from '../../../core/filter/matcher.ts';
import { RowReader } from '../../../core/filter/rowReader.ts';
import type { StoredRecord } from '../../../core/record/block.ts';
import { directionOf, isMessage, kindOf } from '../../../core/record/record.ts';
import type { CaptureDecoding } from './captureDecoding.ts';

/** A longer value is of no use to a message that is to be sent. */
const maxValueLength = 1024 * 1024;

/** A question with what is known of its answer. */
interface Asked extends Question {
  readonly matches: RowTest;
  found: Judged | undefined;
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** Answers questions about received messages, row by row. */
export class Judging {
  readonly #store: CaptureStore | undefined;
  readonly #asked: readonly Asked[];
  readonly #to: number;
  readonly #reader = new RowReader(bytes => decoder.decode(bytes));
  #undecoded = 0;
  #limited: string | undefined;

  constructor({ questions, to }: JudgeRequest, store: CaptureStore | undefined) {
    this.#store = store;
    this.#to = to;
    this.#asked = questions.map(question => ({
      ...question,
      matches: boundedRowTest(question.condition),
      found: undefined,
    }));
  }

  answer(problem: string | undefined, decoding: CaptureDecoding | undefined): JudgeAnswer {
    const matches = this.#asked.flatMap(({ found }) => found ?? []);
    const { newest, unsettledFrom = this.#to } = decoding ?? {};
    return {
      matches: matches.sort((one, other) => one.seq - other.seq),
      settledTo: Math.min(this.#to, unsettledFrom),
      undecoded: this.#undecoded,
      ...(newest?.shown === 'suggested' && { offered: newest.title }),
      ...(this.#limited !== undefined && { limited: this.#limited }),
      ...(problem !== undefined && { problem }),
    };
  }

  /** See `Reader.read`. */
  read(decoding: CaptureDecoding, from: number, to: number, deadline: number): number {
    for (const record of this.#store ? recordsIn(this.#store, from, to) : []) {
      if (performance.now() >= deadline) {
        return record.seq;
      }
      if (isMessage(record.flags) && directionOf(record.flags) === 'in') {
        // The payload is lent, and decoders may have to look at rows before.
        this.#judge(decoding, { ...record, payload: new Uint8Array(record.payload) });
      }
    }
    return to;
  }

  #judge(decoding: CaptureDecoding, record: StoredRecord): void {
    const { seq, at, flags, payload } = record;
    this.#reader.read({
      flags,
      at,
      size: payload.length,
      payload: () => payload,
      decoded: () => decoding.decodedRow(record),
    });
    if (kindOf(flags) === 'binary' && decoding.firstDecoded(seq, seq + 1) > seq) {
      this.#undecoded++;
    }
    for (const [question, asked] of this.#asked.entries()) {
      const isDone = asked.wanted === 'first' && asked.found !== undefined;
      if (!isDone && seq >= asked.from && this.#doesMatch(asked)) {
        asked.found = this.#judged(question, asked, decoding, record) ?? asked.found;
      }
    }
  }

  #doesMatch({ matches }: Asked): boolean {
    try {
      return matches(this.#reader);
    } catch (error) {
      if (error instanceof MatchLimitError) {
        this.#limited = error.message;
        return false;
      }
      throw error;
    }
  }

  /** `undefined` if it lacks the value that is wanted. */
  #judged(
    question: number,
    { path }: Question,
    decoding: CaptureDecoding,
    record: StoredRecord,
  ): Judged | undefined {
    const { seq, payload } = record;
    const value = path && decodedValueAt(this.#reader, path);
    if (path && (value === undefined || value.length > maxValueLength)) {
      return undefined;
    }
    const row = decoding.row(record);
    const summary = typeof row === 'object' ? row.summary : undefined;
    return {
      question,
      seq,
      ...(summary !== undefined && { summary }),
      ...(value !== undefined && { value }),
      head: path ? new Uint8Array() : payload.slice(0, judgedHeadLength),
      byteLength: payload.length,
    };
  }
}

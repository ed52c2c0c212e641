import { maxFields, maxRecords } from '../limits.ts';
import type { CallRole, Problem } from '../reading.ts';
import { oneLine } from '../summaryText.ts';
import { answerValue, bytesIn, type ValueBudget } from './answerValue.ts';
import { readFields } from './answerFields.ts';
import type { CheckedAnswer, CheckedRecord } from './keptAnswer.ts';

/** In UTF-16 code units. */
const maxNameLength = 512;
const maxMessageLength = 2000;
/** Of an integer that names something. */
const maxNameBits = 256;
/** In UTF-16 code units of JSON, and values, of all records of an answer. */
const maxValueLength = 4 * 1024 * 1024;
const maxValues = 200_000;
/** Bytes, of all records of an answer. */
const maxNextLength = 16 * 1024 * 1024;

const roles: readonly unknown[] = ['request', 'open', 'item', 'response', 'cancel'];
const names = ['type', 'event', 'topic', 'id', 'key', 'as'] as const;

/**
 * Checks what a script has given for a layer, as what comes from a network is checked. What is wrong is left out, and the first
 * of it becomes the problem of the answer, unless the script itself has named one. Members that are not known do
 * not count.
 *
 * @param value by structured clone: nothing in it is code
 * @param byteLength of the layer
 * @param isNext whether a decoder has this name, so that `as` may name it
 */
export function readAnswer(
  value: unknown,
  byteLength: number,
  isNext: (name: string) => boolean,
): CheckedAnswer {
  const reader = new AnswerReader(byteLength, isNext);
  return reader.read(value);
}

type Members = Readonly<Record<string, unknown>>;

class AnswerReader {
  readonly #byteLength: number;
  readonly #isNext: (name: string) => boolean;
  readonly #values: ValueBudget = { length: maxValueLength, values: maxValues };
  #nextLength = maxNextLength;
  #fieldCount = maxFields;
  #problem: string | undefined;

  constructor(byteLength: number, isNext: (name: string) => boolean) {
    this.#byteLength = byteLength;
    this.#isNext = isNext;
  }

  read(value: unknown): CheckedAnswer {
    if (!isMembers(value)) {
      return { problem: problemOf('the decoder gave something that is no object') };
    }
    const whole = this.#readRecord(value);
    const records = this.#readRecords(value['records']);
    const problem =
      whole.problem ?? (this.#problem === undefined ? undefined : problemOf(this.#problem));
    return { ...whole, ...(records && { records }), ...(problem && { problem }) };
  }

  #readRecords(value: unknown): readonly CheckedRecord[] | undefined {
    if (isAbsent(value)) {
      return undefined;
    }
    if (!Array.isArray(value)) {
      this.#report('"records" that are no list');
      return undefined;
    }
    if (value.length > maxRecords) {
      this.#report(`more than ${maxRecords} "records"`);
    }
    // `slice` keeps the holes of a list, `Array.from` does not.
    const records = Array.from((value as readonly unknown[]).slice(0, maxRecords)).map(each => {
      if (!isMembers(each)) {
        this.#report('"records" of which one is no object');
        return undefined;
      }
      return this.#readRecord(each);
    });
    const read = records.filter(each => each !== undefined);
    return read.length > 0 ? read : undefined;
  }

  #readRecord(record: Members): CheckedRecord {
    const texts = Object.fromEntries(names.map(name => [name, this.#readName(record, name)]));
    const { as, key, id } = texts;
    if (as !== undefined && !this.#isNext(as)) {
      this.#report(`"as" that names no decoder: ${JSON.stringify(as)}`);
    }
    const summary = this.#readText(record, 'summary', maxMessageLength);
    const severity = this.#readSeverity(record['severity']);
    const role = this.#readRole(record['role']);
    if (role !== undefined && key === undefined && id === undefined) {
      this.#report('"role" without a "key" or an "id"');
    }
    const value = this.#readValue(record['value'], '"value"');
    const envelope = this.#readEnvelope(record['envelope']);
    const fields = this.#readFields(record['fields']);
    const next = this.#readNext(record['next']);
    const problem = this.#readProblem(record['problem']);
    return withoutAbsent({
      ...texts,
      as: as !== undefined && this.#isNext(as) ? as : undefined,
      summary: summary === undefined ? undefined : oneLine(summary),
      severity,
      isHeartbeat: this.#readFlag(record, 'isHeartbeat'),
      isFailed: this.#readFlag(record, 'isFailed'),
      role,
      value,
      envelope,
      fields,
      next,
      problem,
    });
  }

  /** Numbers name things as well as texts do. */
  #readName(record: Members, name: string): string | undefined {
    const value = record[name];
    const isNumber =
      typeof value === 'number' ||
      (typeof value === 'bigint' && BigInt.asIntN(maxNameBits, value) === value);
    return isNumber ? String(value) : this.#readText(record, name, maxNameLength);
  }

  #readText(record: Members, name: string, maxLength: number): string | undefined {
    const value = record[name];
    if (isAbsent(value)) {
      return undefined;
    }
    if (typeof value !== 'string') {
      this.#report(`"${name}" that is no text`);
      return undefined;
    }
    return value.length <= maxLength ? value : `${value.slice(0, maxLength - 1)}…`;
  }

  #readFlag(record: Members, name: string): true | undefined {
    const value = record[name];
    if (!isAbsent(value) && typeof value !== 'boolean') {
      this.#report(`"${name}" that is neither true nor false`);
    }
    return value === true ? true : undefined;
  }

  #readSeverity(value: unknown): CheckedRecord['severity'] {
    if (value === 'warning' || value === 'error') {
      return value;
    }
    if (!isAbsent(value)) {
      this.#report('"severity" that is neither "warning" nor "error"');
    }
    return undefined;
  }

  #readRole(value: unknown): CallRole | undefined {
    if (roles.includes(value)) {
      return value as CallRole;
    }
    if (!isAbsent(value)) {
      this.#report(`"role" that is none of ${roles.map(role => `"${String(role)}"`).join(', ')}`);
    }
    return undefined;
  }

  #readValue(value: unknown, what: string): string | undefined {
    if (value === undefined) {
      return undefined;
    }
    const read = answerValue(value, this.#values);
    if ('problem' in read) {
      this.#report(`${what} ${read.problem}`);
      return undefined;
    }
    return read.json;
  }

  #readEnvelope(value: unknown): string | undefined {
    if (isAbsent(value)) {
      return undefined;
    }
    const json = this.#readValue(value, '"envelope"');
    if (json !== undefined && !json.startsWith('{')) {
      this.#report('"envelope" that is no object');
      return undefined;
    }
    return json;
  }

  #readFields(value: unknown): CheckedRecord['fields'] {
    if (isAbsent(value)) {
      return undefined;
    }
    if (!Array.isArray(value)) {
      this.#report('"fields" that are no list');
      return undefined;
    }
    const { fields, problem } = readFields(value, this.#byteLength, this.#fieldCount);
    this.#fieldCount -= fields.length;
    if (problem !== undefined) {
      this.#report(`"fields" ${problem}`);
    }
    return fields.length > 0 ? fields : undefined;
  }

  #readNext(value: unknown): Uint8Array | string | undefined {
    if (isAbsent(value)) {
      return undefined;
    }
    const isBytes = ArrayBuffer.isView(value) || value instanceof ArrayBuffer;
    if (!isBytes && typeof value !== 'string') {
      this.#report('"next" that is neither bytes nor a text');
      return undefined;
    }
    const next = isBytes ? bytesIn(value) : value;
    this.#nextLength -= next.length;
    if (this.#nextLength < 0) {
      this.#report('"next" that is too long');
      return undefined;
    }
    // A part of a longer buffer would keep all of that.
    return typeof next === 'string' || next.length === next.buffer.byteLength ? next : next.slice();
  }

  #readProblem(value: unknown): Problem | undefined {
    if (isAbsent(value)) {
      return undefined;
    }
    const { at = 0, message } = isMembers(value) ? value : { message: value };
    if (typeof message !== 'string' || typeof at !== 'number') {
      this.#report('"problem" that is nothing like { "at": 0, "message": "…" }');
      return undefined;
    }
    const place = Math.min(Math.max(0, Math.trunc(at) || 0), this.#byteLength);
    return { at: place, is: 'script', message: message.slice(0, maxMessageLength) };
  }

  /** @param what completes "the decoder gave" */
  #report(what: string): void {
    this.#problem ??= `the decoder gave ${what}`;
  }
}

export function problemOf(message: string): Problem {
  return { at: 0, is: 'script', message: message.slice(0, maxMessageLength) };
}

/** `null` says no more than that there is nothing. */
function isAbsent(value: unknown): value is undefined | null {
  return value === undefined || value === null;
}

function isMembers(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function withoutAbsent(record: {
  readonly [Name in keyof CheckedRecord]: CheckedRecord[Name] | undefined;
}): CheckedRecord {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined));
}

import type { ExportedMessage, ExportedRecord } from '../decode/pass/exportedMessage.ts';
import { mask } from '../secrets/mask.ts';
import type { SecretRedactor } from '../secrets/redact.ts';
import { isJson, jsonInner } from './rowWriter.ts';

/** In UTF-16 code units: of a fact, and of how much of it is looked through for secrets. */
const maxFactLength = 256;
const maxSearchedLength = 4096;

/** In UTF-16 code units. A longer value is written as a text: as JSON it would have to be in memory three times. */
const maxValueLength = 1024 * 1024;

/** In UTF-16 code units, of a value that is looked through for secrets without a chance to pause. */
const sliceLength = 192 * 1024;

/** Facts that are texts, in the order in which they are written. */
const textFacts = ['type', 'event', 'topic', 'id', 'severity'] as const;

/**
 * What decoders say of a message as the next member of a JSON object, on one line and without secrets; nothing if
 * there is no message. Its own members are `as`, `type`, `event`, `topic`, `id`, `severity`, `request`, `ms` and
 * `value`, of a message with several records `records` in place of `value`; what is not known is left out. A value
 * that is no JSON once its secrets are masked, or that is long, is a text. What is yielded may be empty.
 */
export function* decodedMember(
  name: string,
  message: ExportedMessage | undefined,
  redactor: SecretRedactor,
): Generator<string> {
  if (!message) {
    return;
  }
  const { as, records } = message;
  yield `,"${name}":{"as":${JSON.stringify(namesOf(as, redactor))}`;
  yield* recordMembers(message, ',', redactor);
  if (records) {
    yield ',"records":[';
    for (const [index, record] of records.entries()) {
      yield index > 0 ? ',{' : '{';
      yield* recordMembers(record, '', redactor);
      yield '}';
    }
    yield ']';
  }
  yield '}';
}

/** @param separator what stands before the first */
function* recordMembers(
  record: ExportedRecord,
  separator: '' | ',',
  redactor: SecretRedactor,
): Generator<string> {
  const { request, ms, value } = record;
  const members = textFacts.flatMap(name => {
    const fact = record[name];
    return fact === undefined ? [] : `"${name}":${JSON.stringify(safeFact(fact, redactor))}`;
  });
  members.push(
    ...(request === undefined ? [] : [`"request":${request}`]),
    ...(ms === undefined ? [] : [`"ms":${rounded(ms)}`]),
    ...(value ? ['"value":'] : []),
  );
  yield `${members.length > 0 ? separator : ''}${members.join(',')}`;
  if (value) {
    yield* valueJson(value(), redactor);
  }
}

/**
 * The same for a table but for the value: texts are `as`, `type`, `event`, `topic`, `id` and `severity`, numbers
 * `request` and `ms`; what is not known is empty. Of several records there are the names of all events, and the
 * call of the first that has a part in one.
 */
export function decodedCells(
  message: ExportedMessage,
  redactor: SecretRedactor,
): { readonly texts: readonly string[]; readonly numbers: readonly (number | '')[] } {
  const { as, records } = message;
  const events = new Set(records?.flatMap(({ event }) => event ?? []));
  const whole = events.size === 0 ? message : { ...message, event: [...events].join(', ') };
  const facts = textFacts.map(name => safeFact(whole[name] ?? '', redactor));
  const linked = records?.find(({ request, ms }) => (request ?? ms) !== undefined);
  const { request = '', ms } = linked ?? message;
  return {
    texts: [namesOf(as, redactor), ...facts],
    numbers: [request, ms === undefined ? '' : rounded(ms)],
  };
}

/** The value of a message, of several records a list of theirs, in pieces without secrets; empty if there is none. */
export function* decodedValue(
  { value, records }: ExportedMessage,
  redactor: SecretRedactor,
): Generator<string> {
  const values = records?.flatMap(record => record.value?.() ?? []) ?? [];
  const text = value?.() ?? (values.length > 0 ? `[${values.join(',')}]` : '');
  yield* redactor.pieces(slicesOf(text.trimStart()));
}

function namesOf(as: readonly string[], redactor: SecretRedactor): string {
  return redactor.text(as.join(', '));
}

/**
 * A fact that is cut may end within a secret, of which too little is left to be found. Of a short one all was
 * there, and of a long one without any the end is not shown.
 */
function safeFact(fact: string, redactor: SecretRedactor): string {
  const text = fact.slice(0, maxSearchedLength);
  const safe = redactor.text(text);
  if (text.length <= maxFactLength) {
    return safe;
  }
  return safe === text ? `${text.slice(0, maxFactLength - 1)}…` : mask;
}

function* valueJson(json: string, redactor: SecretRedactor): Generator<string> {
  if (json.length <= maxValueLength) {
    const safe = redactor.text(json);
    // Ends of lines in JSON are between its values only.
    yield isJson(safe) ? safe.replace(/[\r\n]/g, ' ') : JSON.stringify(safe);
    return;
  }
  yield '"';
  for (const piece of redactor.pieces(slicesOf(json))) {
    yield jsonInner(piece);
  }
  yield '"';
}

/** Slices of a text that split no code point. */
function* slicesOf(text: string): Generator<string> {
  for (let begin = 0; begin < text.length;) {
    let end = Math.min(text.length, begin + sliceLength);
    const last = text.charCodeAt(end - 1);
    if (end < text.length && last >= 0xd800 && last <= 0xdbff) {
      end--;
    }
    yield text.slice(begin, end);
    begin = end;
  }
}

/** To microseconds: times are not more exact. */
function rounded(ms: number): number {
  return Number(ms.toFixed(3));
}

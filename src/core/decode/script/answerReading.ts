import type { Direction } from '../../record/record.ts';
import type { AnyDecoder, ReadingStep } from '../decoder.ts';
import { Layer } from '../layer.ts';
import type { Asked, Call, Field, Reading } from '../reading.ts';
import { byteCount, oneLine } from '../summaryText.ts';
import type { KeptRecord, OpenedAnswer } from './keptAnswer.ts';

/** In UTF-16 code units: more of a value is in no summary. */
const maxBodyLength = 2048;

/** What is around an answer. */
interface Around {
  readonly layer: Layer;
  readonly direction: Direction;
  readonly decodersOf: (name: string) => readonly AnyDecoder[] | undefined;
}

/** What a script has said of a layer, as other decoders say it. */
export function answerReading(answer: OpenedAnswer, around: Around): ReadingStep<never> {
  const { records, ...whole } = answer.facts;
  const read = recordReading(whole, answer, around);
  const nextBy = (as: string | undefined) => (as === undefined ? undefined : around.decodersOf(as));
  return {
    ...read,
    ...(records && {
      isPreviewed: false,
      records: records.map(record => recordReading(record, answer, around)),
    }),
    onward: { by: nextBy(whole.as), ofRecordBy: index => nextBy(records?.[index]?.as) },
  };
}

function recordReading(
  record: KeptRecord,
  answer: OpenedAnswer,
  { layer, direction }: Around,
): Reading {
  const { type, event, topic, id, severity, isHeartbeat, isFailed, problem } = record;
  const call = callOf(record, direction);
  const next = nextOf(record, answer, layer);
  const { line } = answer;
  const value = valueOf(record, answer);
  const isSaid = [type, event, record.summary, value, next].some(each => each !== undefined);
  const hasFailed = problem !== undefined || (isFailed && !call);
  const name = (asked?: Asked) =>
    event ?? asked?.name ?? type ?? (id === undefined ? '' : `#${id}`);
  const summary = (asked?: Asked) =>
    record.summary ??
    (isSaid || call ? told(name(asked), value?.(), record, asked) : undefined) ??
    previewOf(layer);
  return {
    type,
    name: event,
    topic,
    id,
    severity: hasFailed ? 'error' : severity,
    isHeartbeat,
    summary: asked => oneLine(summary(asked)),
    ...(next && { lead: asked => record.summary ?? oneLine(name(asked)) }),
    ...(!isSaid && { isPreviewed: true }),
    value,
    envelope: record.envelope === undefined ? undefined : () => line(record.envelope) ?? '{}',
    fields:
      record.fields === undefined
        ? undefined
        : () => JSON.parse(line(record.fields) ?? '[]') as readonly Field[],
    problem,
    call,
    next,
  };
}

function valueOf({ value }: KeptRecord, { line }: OpenedAnswer): (() => string) | undefined {
  return value === undefined ? undefined : () => line(value) ?? 'null';
}

/** Without a key calls are named by their id and by who asks: both sides may use the same ids. */
function callOf({ role, key, id, isFailed }: KeptRecord, direction: Direction): Call | undefined {
  if (role === undefined || (key === undefined && id === undefined)) {
    return undefined;
  }
  const isAnswer = role === 'response' || role === 'item';
  const asker = isAnswer === (direction === 'in') ? 'out' : 'in';
  return {
    role,
    key: key === undefined ? `${asker} ${id ?? ''}` : `key ${key}`,
    ...(isFailed && { isFailed }),
  };
}

/** See the forms in docs/decoders.md. `undefined`: there is nothing to say. */
function told(
  name: string,
  value: string | undefined,
  { role, isFailed, isHeartbeat }: KeptRecord,
  asked: Asked | undefined,
): string | undefined {
  const body = value?.slice(0, maxBodyLength);
  if (isFailed) {
    return `${name} ! ${body ?? ''}`.trim();
  }
  if (role === 'cancel') {
    return `${name} cancelled`;
  }
  if (role === 'response') {
    return body === undefined ? `${name} done` : `${name} = ${body}`;
  }
  if (role === 'item' && asked && body !== undefined) {
    return `${name} > ${body}`;
  }
  const line = `${name} ${body ?? ''}`.trim();
  return line === '' ? (isHeartbeat ? 'heartbeat' : undefined) : line;
}

function previewOf(layer: Layer): string {
  return layer.kind === 'text' ? layer.text : byteCount(layer.bytes.length);
}

function nextOf(
  { next, nextBytes }: KeptRecord,
  { line, bytes }: OpenedAnswer,
  layer: Layer,
): Layer | undefined {
  const text = line(next);
  if (text !== undefined) {
    return Layer.ofText(JSON.parse(text) as string);
  }
  const own = nextBytes === undefined ? undefined : bytes[nextBytes];
  return own && Layer.ofBytes(own, placeOf(own, layer));
}

/** Where bytes begin in the message that are the end of a layer: most scripts take only what is before. */
function placeOf(bytes: Uint8Array, { begin, bytes: all }: Layer): number | undefined {
  const offset = all.length - bytes.length;
  return begin !== undefined && offset >= 0 && bytes.every((byte, at) => all[offset + at] === byte)
    ? begin + offset
    : undefined;
}

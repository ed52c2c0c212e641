import { otherDirection, type Direction } from '../../../record/record.ts';
import { mask } from '../../../secrets/mask.ts';
import { isSecretName } from '../../../secrets/names.ts';
import { batchOf } from '../../batch.ts';
import type { Decoder } from '../../decoder.ts';
import { callsOf } from '../../framing/calls.ts';
import { emptyReading, readFrames, type Frame, type FrameBytes } from '../../framing/frames.ts';
import { Payload } from '../../framing/payload.ts';
import type { Rest } from '../../framing/rest.ts';
import type { Asked, Call, Field, Reading } from '../../reading.ts';
import { byteCount, oneLine } from '../../summaryText.ts';
import { headersJson, readNatsHeaders, type NatsHeaders } from './natsHeaders.ts';
import { readNatsOperation, type NatsOperation } from './natsOperation.ts';

interface NatsContext {
  /** Of operations that are not whole yet, by the direction. */
  readonly in: Rest | undefined;
  readonly out: Rest | undefined;
}

/** Longer ones are not looked through for secrets, and not shown. */
const maxFactsLength = 16_384;

/**
 * The client protocol of NATS: several operations in a message, or one over several.
 *
 * @see https://docs.nats.io/reference/reference-protocols/nats-protocol
 */
export const nats: Decoder<NatsContext> = {
  name: 'nats',
  title: 'NATS',
  takes: 'both',
  begin: () => ({ in: undefined, out: undefined }),
  read: (layer, context, { direction, seq }) => {
    const frameAt = (from: FrameBytes, at: number): Frame => {
      const operation = readNatsOperation(from, at);
      return 'is' in operation
        ? operation
        : { is: 'whole', end: operation.end, reading: readingOf(operation, from, direction) };
    };
    const before = context[direction];
    const { records, rest } = readFrames(layer, before, seq, 'an operation', frameAt);
    return {
      ...(records.length === 0 ? emptyReading : batchOf(records)),
      ...(rest !== before && { context: { ...context, [direction]: rest } }),
    };
  },
};

function readingOf(operation: NatsOperation, from: FrameBytes, direction: Direction): Reading {
  const { name: type, rest, words } = operation;
  const [subject = ''] = words;
  switch (type) {
    case 'INFO':
    case 'CONNECT':
      return {
        type,
        summary: () => oneLine(`${type} ${withoutSecrets(rest)}`.trimEnd()),
        ...(rest !== '' && { value: new Payload(encoder.encode(rest), undefined, true).value }),
      };
    case 'PING':
      return {
        type,
        isHeartbeat: true,
        call: { role: 'request', key: `ping ${direction}`, mayRepeat: true },
        summary: () => 'ping',
      };
    case 'PONG':
      return {
        type,
        isHeartbeat: true,
        call: { role: 'response', key: `ping ${otherDirection(direction)}` },
        summary: () => 'pong',
      };
    case '-ERR':
      return {
        type,
        severity: 'error',
        summary: () => oneLine(`! ${rest.replace(/^'/, '').replace(/'$/, '')}`),
      };
    case 'SUB': {
      const id = words.at(-1);
      const queue = words.length > 2 ? ` (queue ${words[1] ?? ''})` : '';
      return {
        type,
        topic: subject,
        id,
        call: { role: 'open', key: subscriptionKey(id) },
        summary: () => oneLine(`SUB ${subject}${queue}`),
      };
    }
    case 'UNSUB': {
      const key = subscriptionKey(subject);
      // With a number it goes on until so many messages have come.
      const handle = words.length > 1 ? { handle: key } : {};
      return {
        type,
        id: subject,
        call: { role: 'cancel', key, ...handle },
        summary: asked => oneLine(`UNSUB ${asked?.topic ?? `#${subject}`}`),
      };
    }
    default:
      return operation.payload
        ? messageOf(operation, operation.payload, from, direction)
        : { type, summary: () => type };
  }
}

const encoder = new TextEncoder();

/** Keys of calls. */
const subscriptionKey = (id: string | undefined) => `subscription ${id ?? ''}`;
const replyKey = (asking: Direction, subject: string) => `reply ${asking} ${subject}`;

/** PUB, MSG, and those with headers. */
function messageOf(
  { name: type, words }: NatsOperation,
  payload: NonNullable<NatsOperation['payload']>,
  from: FrameBytes,
  direction: Direction,
): Reading {
  const { begin, bodyBegin, end } = payload;
  const [subject = ''] = words;
  const isReceived = type.endsWith('MSG');
  const hasHeaders = type.startsWith('H');
  const behindSubject = isReceived ? 2 : 1;
  const lengths = hasHeaders ? 2 : 1;
  const reply = words.length > behindSubject + lengths ? words[behindSubject] : undefined;
  const headers = hasHeaders ? readNatsHeaders(from.bytes.subarray(begin, bodyBegin)) : undefined;
  const failure = failureOf(headers);
  const body = new Payload(from.bytes.subarray(bodyBegin, end), from.placeInMessage(bodyBegin));
  const answer: Call = {
    role: 'response',
    key: replyKey(otherDirection(direction), subject),
    isOptional: true,
    ...(failure !== undefined && { isFailed: true }),
  };
  const item: Call | undefined = isReceived
    ? { role: 'item', key: subscriptionKey(words[1]) }
    : undefined;
  const request: Call | undefined =
    reply === undefined ? undefined : { role: 'request', key: replyKey(direction, reply) };
  const lead = (asked?: Asked) => {
    // Only a request is asked for by a name.
    const name = asked?.name;
    return name === undefined ? `${type} ${subject}` : `${name} =`;
  };
  return {
    type,
    topic: subject,
    id: isReceived ? words[1] : reply,
    ...callsOf(answer, item, request),
    asks: { name: subject },
    severity: failure === undefined ? undefined : 'error',
    summary: asked => {
      if (failure !== undefined) {
        return oneLine(`${asked?.name ?? `${type} ${subject}`} ! ${failure}`);
      }
      if (body.isEmpty) {
        return oneLine(asked?.name === undefined ? lead() : `${asked.name} done`);
      }
      return oneLine(`${lead(asked)} ${body.shown}`.trimEnd());
    },
    lead: asked => oneLine(lead(asked)),
    value: body.isEmpty ? undefined : body.value,
    ...(headers && { envelope: () => headersJson(headers) }),
    fields: () => fieldsOf(payload, from.shift),
    next: body.layer,
  };
}

/** Of a status such as `503 No Responders`; those below 400 are no failure. */
function failureOf(headers: NatsHeaders | undefined): string | undefined {
  const status = headers?.status;
  return status !== undefined && /^[45]\d\d/.test(status) ? status : undefined;
}

function fieldsOf(
  { begin, bodyBegin, end }: NonNullable<NatsOperation['payload']>,
  shift: number,
): readonly Field[] {
  const body: Field = ['$', bodyBegin - shift, end - shift, 'payload', byteCount(end - bodyBegin)];
  return bodyBegin > begin
    ? [
        ['@.headers', begin - shift, bodyBegin - shift, 'headers', byteCount(bodyBegin - begin)],
        body,
      ]
    : [body];
}

/** What a server or client says of itself, with masks for what identifies it. */
function withoutSecrets(json: string): string {
  if (json.length > maxFactsLength) {
    return '';
  }
  try {
    const value: unknown = JSON.parse(json);
    const masked = JSON.stringify(value, (name, each: unknown) =>
      isSecretName(name) && each !== '' && each !== null && typeof each !== 'boolean' ? mask : each,
    );
    // As it was written where there is nothing to hide.
    return masked === JSON.stringify(value) ? json : masked;
  } catch {
    return '';
  }
}

import type { Direction } from '../../../record/record.ts';
import type { Decoder, MessageFacts, ReadingStep } from '../../decoder.ts';
import { bytesJson } from '../../exportForm.ts';
import { Layer } from '../../layer.ts';
import type { Asked, Problem, Reading } from '../../reading.ts';
import { byteCount, oneLine } from '../../summaryText.ts';
import { readMsgpack } from '../../values/msgpack.ts';
import { JsonSlice } from '../json/jsonSlice.ts';
import { headText, unreadLine } from '../json/headText.ts';
import { attachmentOf, withAttachments } from './attachments.ts';
import { readPackedPacket } from './packedPacket.ts';
import { brokenPacket, isWhole, packetReading, type Packet } from './packet.ts';
import { JsonData, readTextPacket, type TextPacket } from './textPacket.ts';

interface Context {
  /** Engine.IO 3, which types binary messages too. */
  readonly isEngine3: boolean;
  /** The packet of each direction whose attachments have not all come. */
  readonly waiting: Readonly<Partial<Record<Direction, Waiting>>>;
}

interface Waiting {
  /** The row that has announced them. */
  readonly seq: number;
  readonly count: number;
  readonly taken: number;
  readonly name: string | undefined;
  readonly topic: string | undefined;
  readonly id: string | undefined;
}

/**
 * Socket.IO of the revisions 3 to 5 over Engine.IO 3 and 4, also with `socket.io-msgpack-parser`.
 *
 * @see https://github.com/socketio/socket.io/blob/main/docs/engine.io-protocol/v4-current.md
 */
export const socketio: Decoder<Context> = {
  name: 'socketio',
  title: 'Socket.IO',
  takes: 'both',
  begin: ({ url }) => ({ isEngine3: /[?&]EIO=3(?!\d)/.test(url), waiting: {} }),
  read: (layer, context, message) =>
    layer.kind === 'bytes' || layer.bytes[0] === base64Type
      ? readBinary(layer, context, message)
      : readText(layer, context, message),
};

const base64Type = 0x62;

/** The types of Engine.IO, in the order of their numbers. */
const engineTypes = ['open', 'close', 'ping', 'pong', 'message', 'upgrade', 'noop'] as const;

function readText(layer: Layer, context: Context, message: MessageFacts): ReadingStep<Context> {
  const { bytes } = layer;
  if (bytes.length === 0) {
    return { severity: 'error', problem: { at: 0, is: 'empty' }, summary: () => '' };
  }
  const type = engineTypes[(bytes[0] ?? 0) - 0x30];
  if (!type) {
    return unread(bytes, { at: 0, is: 'unexpected' });
  }
  switch (type) {
    case 'open':
      return openReading(bytes);
    case 'message':
      return readPacket(bytes, context, message);
    case 'ping':
    case 'pong':
      return {
        type,
        isHeartbeat: true,
        summary: () => oneLine(`${type} ${headText(bytes, 1)}`.trimEnd()),
      };
    case 'close':
    case 'upgrade':
    case 'noop':
      return { type, summary: () => type };
  }
}

/** @param facts what is known of it all the same */
function unread(bytes: Uint8Array, problem: Problem, facts?: Partial<Reading>): Reading {
  return { ...facts, severity: 'error', problem, summary: () => unreadLine(bytes) };
}

function openReading(bytes: Uint8Array): Reading {
  const json = JsonSlice.read(bytes, 1);
  if (typeof json === 'number') {
    return unread(bytes, { at: 1, is: 'bad-json' }, { type: 'open' });
  }
  return {
    type: 'open',
    id: json.member('sid')?.label,
    summary: () => oneLine(`open ${json.shown}`),
    value: () => json.text,
  };
}

function readPacket(
  bytes: Uint8Array,
  context: Context,
  { direction, seq }: MessageFacts,
): ReadingStep<Context> {
  if (bytes.length === 1) {
    return interrupting(
      { type: 'message', summary: () => '', value: () => '""' },
      context,
      direction,
    );
  }
  const packet = readTextPacket(bytes, 1);
  if (!packet) {
    return unread(bytes, { at: 1, is: 'unexpected' }, { type: 'message' });
  }
  const { problem, data, dataBegin, attachments } = packet;
  if (problem ?? !isWhole(packet)) {
    const summary = () => unreadLine(bytes);
    const broken = brokenPacket(packet, problem ?? { at: dataBegin, is: 'unexpected' }, summary);
    return { ...broken, value: data && (() => data.text()) };
  }
  const reading = interrupting(packetReading(packet, direction), context, direction);
  if (attachments === 0) {
    return reading;
  }
  const { name, topic, id } = reading;
  const waiting: Waiting = { seq, count: attachments, taken: 0, name, topic, id };
  return {
    ...reading,
    withParts: (parts, areTexts = []) => {
      const bodies = () =>
        parts.map(
          (part, index) => attachmentOf(part, areTexts[index] ?? false, context.isEngine3).bytes,
        );
      return parts.length < attachments
        ? reading
        : completed({ reading, packet, bytes, direction, bodies });
    },
    context: { ...context, waiting: { ...context.waiting, [direction]: waiting } },
  };
}

/** Receivers close where a packet comes before the attachments of the one before. */
function interrupting(reading: Reading, context: Context, direction: Direction): Reading {
  return context.waiting[direction]
    ? {
        ...reading,
        severity: reading.severity ?? 'warning',
        problem: { at: 0, is: 'unexpected' },
      }
    : reading;
}

interface Complete {
  /** Without the attachments. */
  readonly reading: Reading;
  readonly packet: TextPacket;
  readonly bytes: Uint8Array;
  readonly direction: Direction;
  /** Of the attachments. */
  readonly bodies: () => readonly Uint8Array[];
}

/** A packet all of whose attachments are there. */
function completed({ reading, packet, bytes, direction, bodies }: Complete): Reading {
  const { data } = packet;
  if (!data) {
    return reading;
  }
  const json = bytes.subarray(data.json.begin, data.json.end);
  const summary = (asked?: Asked) => {
    const shown = JsonSlice.read(encoder.encode(withAttachments(json, bodies(), true)));
    return typeof shown === 'number'
      ? reading.summary(asked)
      : packetReading({ ...packet, data: new JsonData(shown) }, direction).summary(asked);
  };
  return { ...reading, value: () => withAttachments(json, bodies(), false), summary };
}

const encoder = new TextEncoder();

/** A message of bytes, or one of base64 instead of it. */
function readBinary(layer: Layer, context: Context, message: MessageFacts): ReadingStep<Context> {
  const { bytes } = layer;
  const { direction } = message;
  const isText = layer.kind === 'text';
  const waiting = context.waiting[direction];
  const packed = waiting || isText ? undefined : readPackedPacket(bytes, context.isEngine3 ? 1 : 0);
  if (packed) {
    return packedReading(bytes, context, packed, direction);
  }
  const { bytes: body, begin, problemAt } = attachmentOf(bytes, isText, context.isEngine3);
  const problem =
    problemAt === undefined ? undefined : ({ at: problemAt, is: 'unexpected' } as const);
  const value = () => bytesJson(body);
  const next =
    begin === undefined || layer.begin === undefined
      ? Layer.ofBytes(body)
      : Layer.ofBytes(body, layer.begin + begin);
  const severity = problem && ('warning' as const);
  const facts = { type: 'attachment', severity, problem, value, next };
  if (!waiting) {
    return {
      ...facts,
      severity: 'warning',
      lead: () => 'attachment that no packet announced',
      summary: () => `${byteCount(body.length)} that no packet announced`,
    };
  }
  const { seq, count, name, topic, id } = waiting;
  const taken = waiting.taken + 1;
  const lead = (asked?: Asked) =>
    `attachment ${taken} of ${count} of ${name ?? asked?.name ?? `#${id ?? ''}`}`;
  const left = taken < count ? { ...waiting, taken } : undefined;
  return {
    ...facts,
    name,
    topic,
    partOf: seq,
    lead: asked => oneLine(lead(asked)),
    summary: asked => oneLine(`${lead(asked)}, ${byteCount(body.length)}`),
    context: { ...context, waiting: { ...context.waiting, [direction]: left } },
  };
}

function packedReading(
  bytes: Uint8Array,
  { isEngine3 }: Context,
  packed: Exclude<ReturnType<typeof readPackedPacket>, undefined>,
  direction: Direction,
): Reading {
  const begin = isEngine3 ? 1 : 0;
  const all = readMsgpack(bytes, begin);
  if (packed === 'unknown') {
    return {
      severity: 'error',
      problem: { at: 0, is: 'unexpected' },
      summary: () => all.summary(),
      value: () => all.value(),
    };
  }
  const { data } = packed;
  const fields = data && (() => readMsgpack(bytes, data.span.begin, data.span.end).fields());
  const whole: Packet = packed;
  return isWhole(whole)
    ? { ...packetReading(whole, direction), fields }
    : {
        ...brokenPacket(whole, { at: data?.span.begin ?? begin, is: 'unexpected' }, () =>
          all.summary(),
        ),
        value: data && (() => data.text()),
        fields,
      };
}

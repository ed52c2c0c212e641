import { batchOf } from '../../batch.ts';
import type { Decoder } from '../../decoder.ts';
import {
  emptyReading,
  problemReading,
  readFrames,
  type Frame,
  type FrameBytes,
} from '../../framing/frames.ts';
import type { Rest } from '../../framing/rest.ts';
import type { Layer } from '../../layer.ts';
import type { Reading } from '../../reading.ts';
import { oneLine } from '../../summaryText.ts';
import { guessVersion } from './guessVersion.ts';
import {
  packetTypes,
  readPacket,
  type MqttVersion,
  type Packet,
  type PacketPlace,
} from './packet.ts';
import { packetReading } from './packetReading.ts';
import { TopicAliases } from './topicAliases.ts';

/** Of one direction. */
interface MqttSide {
  /** Of a packet that is not whole yet. */
  readonly rest: Rest | undefined;
  readonly aliases: TopicAliases;
}

interface MqttContext {
  /** As CONNECT has it, or what packets let guess; `undefined`: not known. */
  readonly version: MqttVersion | undefined;
  readonly in: MqttSide;
  readonly out: MqttSide;
}

const maxLengthBytes = 4;
const auth = 15;
const newSide: MqttSide = { rest: undefined, aliases: TopicAliases.none };

/**
 * MQTT 3.1, 3.1.1 and 5 over WebSocket: a message may hold several packets, or a part of one (MQTT 5, section 6).
 *
 * @see https://docs.oasis-open.org/mqtt/mqtt/v5.0/mqtt-v5.0.html
 */
export const mqtt: Decoder<MqttContext> = {
  name: 'mqtt',
  title: 'MQTT',
  takes: 'both',
  begin: () => ({ version: undefined, in: newSide, out: newSide }),
  read: (layer, context, { direction, seq }) => {
    if (layer.kind === 'text') {
      return notBinary(layer);
    }
    const side = context[direction];
    let { version } = context;
    let { aliases } = side;
    const frameAt = (from: FrameBytes, at: number): Frame => {
      const place = packetAt(from, at, version);
      if ('is' in place) {
        return place;
      }
      version ??= guessVersion(from.bytes, place);
      const source = { from, place, version, direction };
      const packet = readPacket(from.bytes, place, version);
      version = packet.connect?.version ?? version;
      const named = topicOf(packet, aliases);
      ({ aliases } = named);
      return { is: 'whole', end: place.end, reading: packetReading(packet, named.topic, source) };
    };
    const { records, rest } = readFrames(layer, side.rest, seq, 'a packet', frameAt);
    const isChanged = version !== context.version || aliases !== side.aliases || rest !== side.rest;
    return {
      ...(records.length === 0 ? emptyReading : batchOf(records)),
      ...(isChanged && { context: { ...context, version, [direction]: { rest, aliases } } }),
    };
  },
};

function notBinary({ text }: Layer): Reading {
  return {
    severity: 'error',
    problem: { at: 0, is: 'unexpected' },
    summary: () => oneLine(text),
  };
}

/** Where the packet is that begins at `at`: type, flags, and the length of what follows (section 2.1). */
function packetAt(
  from: FrameBytes,
  at: number,
  version: MqttVersion | undefined,
): PacketPlace | Exclude<Frame, { readonly is: 'whole' }> {
  const { bytes } = from;
  let length = 0;
  let begin = at + 1;
  let isLast = false;
  while (!isLast && begin < bytes.length && begin <= at + maxLengthBytes) {
    const byte = bytes[begin] ?? 0;
    length += (byte & 0x7f) << (7 * (begin - at - 1));
    begin++;
    isLast = byte < 0x80;
  }
  const failed = (place: number, is: 'bad-length' | 'reserved') => ({
    is: 'none' as const,
    reading: problemReading(from.offset(place), is, bytes.length - at, 0),
  });
  if (!isLast && begin > at + maxLengthBytes) {
    return failed(at + 1, 'bad-length');
  }
  const number = (bytes[at] ?? 0) >> 4;
  const type = packetTypes[number];
  if (!type || (number === auth && version !== undefined && version !== 5)) {
    return failed(at, 'reserved');
  }
  const end = begin + length;
  if (!isLast) {
    return { is: 'part', until: 'anything', type };
  }
  return end > bytes.length ? { is: 'part', until: end - at, type } : { type, at, begin, end };
}

/** What the topic of a packet is, and the numbers that stand for topics behind it (section 3.3.2.3.4). */
function topicOf(
  { topic = '', properties, problem }: Packet,
  aliases: TopicAliases,
): { readonly topic: string; readonly aliases: TopicAliases } {
  const alias = properties?.topicAlias;
  if (alias === undefined || problem) {
    return { topic, aliases };
  }
  return topic === ''
    ? { topic: aliases.get(alias) ?? `alias ${alias}`, aliases }
    : { topic, aliases: aliases.with(alias, topic) };
}

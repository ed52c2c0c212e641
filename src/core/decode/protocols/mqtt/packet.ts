import type { Problem } from '../../reading.ts';
import { PacketReader, type KnownProperties, type PacketField } from './packetReader.ts';

/** By their numbers; 0 is reserved. */
export const packetTypes = [
  undefined,
  'CONNECT',
  'CONNACK',
  'PUBLISH',
  'PUBACK',
  'PUBREC',
  'PUBREL',
  'PUBCOMP',
  'SUBSCRIBE',
  'SUBACK',
  'UNSUBSCRIBE',
  'UNSUBACK',
  'PINGREQ',
  'PINGRESP',
  'DISCONNECT',
  'AUTH',
] as const;
export type PacketType = NonNullable<(typeof packetTypes)[number]>;

/** Of the protocol, as CONNECT has it: 3 is 3.1, 4 is 3.1.1. */
export type MqttVersion = number;

/** Where a packet is: its first byte, the one behind its length, and the one behind its last. */
export interface PacketPlace {
  readonly type: PacketType;
  readonly at: number;
  readonly begin: number;
  readonly end: number;
}

/** What was read of a packet; all but the problem only as far as its type has it. */
export interface Packet {
  readonly type: PacketType;
  /** The low four bits of its first byte. */
  readonly flags: number;
  /** In the bytes that it was read from. */
  readonly problem: Problem | undefined;
  readonly fields: readonly PacketField[] | undefined;
  readonly id?: number | undefined;
  readonly topic?: string;
  /** Topics and what is asked for them. */
  readonly filters?: readonly { readonly topic: string; readonly options: number }[];
  /** Reasons: of a packet that has one, or of each filter. */
  readonly codes?: readonly number[];
  readonly properties?: KnownProperties & { readonly count: number };
  readonly payload?: { readonly bytes: Uint8Array; readonly begin: number };
  readonly connect?: {
    readonly protocol: string;
    readonly version: MqttVersion;
    readonly keepAlive: number;
    readonly clientId: string;
  };
  readonly isSessionPresent?: boolean;
}

/** Of the first byte: the packet is sent again. */
export const dupFlag = 0x08;
/** Of CONNECT, as those that follow. */
const reservedFlag = 0x01;
const willFlag = 0x04;
const passwordFlag = 0x40;
const userNameFlag = 0x80;

/**
 * Reads a packet (MQTT 5, chapter 3, and 3.1.1, chapter 3).
 *
 * @param version of the session; all but 5 have no properties
 */
export function readPacket(
  bytes: Uint8Array,
  { type, at, begin, end }: PacketPlace,
  version: MqttVersion | undefined,
  hasFields = false,
): Packet {
  const reader = new PacketReader(bytes, begin, end, hasFields);
  const flags = (bytes[at] ?? 0) & 0x0f;
  if (!hasValidFlags(type, flags, version)) {
    reader.fail(at, 'bad-flags');
  }
  const facts = reader.problem ? {} : readBody(reader, type, flags, version === 5);
  if (reader.hasMore) {
    reader.fail(reader.at, 'trailing');
  }
  return { type, flags, ...facts, problem: reader.problem, fields: reader.fields };
}

/** Of the types whose flags are not 0 (section 2.1.3). */
const fixedFlags: ReadonlyMap<PacketType, number> = new Map([
  ['PUBREL', 0x02],
  ['SUBSCRIBE', 0x02],
  ['UNSUBSCRIBE', 0x02],
]);

/**
 * Only those of PUBLISH mean something, and a QoS of 3 is none. Version 3.1 also marks what else is sent again (3.1,
 * section 2.1).
 */
function hasValidFlags(type: PacketType, flags: number, version: MqttVersion | undefined): boolean {
  if (type === 'PUBLISH') {
    return (flags & 0x06) !== 0x06;
  }
  const fixed = fixedFlags.get(type);
  return version === 3 && fixed !== undefined
    ? (flags & ~dupFlag) === fixed
    : flags === (fixed ?? 0);
}

type PacketFacts = Omit<Packet, 'type' | 'flags' | 'problem' | 'fields'>;

function readBody(
  reader: PacketReader,
  type: PacketType,
  flags: number,
  isVersion5: boolean,
): PacketFacts {
  switch (type) {
    case 'CONNECT':
      return readConnect(reader);
    case 'CONNACK': {
      const isSessionPresent = reader.u8('sessionPresent') !== 0;
      const codes = [reader.u8('reasonCode')];
      if (isVersion5 && reader.hasMore) {
        reader.properties('properties');
      }
      return { isSessionPresent, codes };
    }
    case 'PUBLISH':
      return readPublish(reader, flags, isVersion5);
    case 'PUBACK':
    case 'PUBREC':
    case 'PUBREL':
    case 'PUBCOMP':
      return { id: reader.u16('packetId'), codes: readReason(reader, isVersion5) };
    case 'SUBSCRIBE':
    case 'UNSUBSCRIBE':
      return readFilters(reader, type, isVersion5);
    case 'SUBACK':
    case 'UNSUBACK': {
      const id = reader.u16('packetId');
      if (isVersion5) {
        reader.properties('properties');
      }
      return { id, codes: type === 'SUBACK' || isVersion5 ? readCodes(reader) : [] };
    }
    case 'PINGREQ':
    case 'PINGRESP':
      return {};
    case 'DISCONNECT':
      return { codes: readReason(reader, isVersion5) };
    case 'AUTH':
      // There is none before version 5, so that one is read so if the version is not known.
      return { codes: readReason(reader, true) };
  }
}

function readConnect(reader: PacketReader): PacketFacts {
  const protocol = reader.string('protocolName');
  // The highest bit is that of a bridge between two servers.
  const version = reader.u8('protocolVersion') & 0x7f;
  const isVersionRead = !reader.problem;
  const isVersion5 = version === 5;
  const flagsAt = reader.at;
  const flags = reader.u8('connectFlags');
  // Version 3.1 does not use the reserved one, and says nothing of its value.
  const isReservedSet = version !== 3 && (flags & reservedFlag) !== 0;
  if (isReservedSet || (flags & 0x18) === 0x18) {
    reader.fail(flagsAt, 'bad-flags');
  }
  const keepAlive = reader.u16('keepAlive');
  if (isVersion5) {
    reader.properties('properties');
  }
  const clientId = reader.string('clientId');
  if (flags & willFlag) {
    if (isVersion5) {
      reader.properties('will', 'properties');
    }
    reader.string('will', 'topic');
    reader.binary('will', 'payload');
  }
  if (flags & userNameFlag) {
    reader.string('userName');
  }
  if (flags & passwordFlag) {
    reader.binary('password');
  }
  return isVersionRead ? { connect: { protocol, version, keepAlive, clientId } } : {};
}

function readPublish(reader: PacketReader, flags: number, isVersion5: boolean): PacketFacts {
  const topic = reader.string('topic');
  const id = flags & 0x06 ? reader.u16('packetId') : undefined;
  const properties = isVersion5 ? reader.properties('properties') : undefined;
  const begin = reader.at;
  const bytes = reader.payload();
  return { topic, id, ...(properties && { properties }), payload: { bytes, begin } };
}

function readFilters(
  reader: PacketReader,
  type: 'SUBSCRIBE' | 'UNSUBSCRIBE',
  isVersion5: boolean,
): PacketFacts {
  const id = reader.u16('packetId');
  if (isVersion5) {
    reader.properties('properties');
  }
  const filters: { readonly topic: string; readonly options: number }[] = [];
  while (reader.hasMore) {
    const index = filters.length;
    if (type === 'UNSUBSCRIBE') {
      filters.push({ topic: reader.string('filters', index), options: 0 });
    } else {
      const topic = reader.string('filters', index, 'topic');
      const optionsAt = reader.at;
      const options = reader.u8('filters', index, 'options');
      filters.push({ topic, options });
      if ((options & 0x03) === 0x03) {
        reader.fail(optionsAt, 'bad-flags');
      }
    }
  }
  if (filters.length === 0) {
    reader.fail(reader.end, 'truncated');
  }
  return { id, filters };
}

/** Of version 5, and left out if all is well. */
function readReason(reader: PacketReader, isVersion5: boolean): readonly number[] {
  const codes = isVersion5 && reader.hasMore ? [reader.u8('reasonCode')] : [];
  if (isVersion5 && reader.hasMore) {
    reader.properties('properties');
  }
  return codes;
}

function readCodes(reader: PacketReader): readonly number[] {
  const codes: number[] = [];
  while (reader.hasMore) {
    codes.push(reader.u8('codes', codes.length));
  }
  return codes;
}

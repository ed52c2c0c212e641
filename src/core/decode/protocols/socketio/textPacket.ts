import type { Problem } from '../../reading.ts';
import { JsonSlice } from '../json/jsonSlice.ts';
import { labelOf } from '../json/headText.ts';
import { packetTypes, type Packet, type PacketData } from './packet.ts';

const zero = 0x30;
const slash = 0x2f;
const comma = 0x2c;
const dash = 0x2d;

/** `type[attachments-][/namespace,][id][data]` */
export interface TextPacket extends Packet {
  /** How many attachments it announces. */
  readonly attachments: number;
  /** Where the data begins. */
  readonly dataBegin: number;
  readonly data: JsonData | undefined;
  /** The header or the data cannot be read. */
  readonly problem?: Problem;
}

/**
 * Reads a packet, from `begin` on; `undefined` if it has no known type. Of the data only the name is read, nothing is
 * parsed.
 *
 * @see https://github.com/socketio/socket.io/blob/main/docs/socket.io-protocol/v5-current.md
 */
export function readTextPacket(bytes: Uint8Array, begin: number): TextPacket | undefined {
  const type = packetTypes[(bytes[begin] ?? 0) - zero];
  if (!type) {
    return undefined;
  }
  let at = begin + 1;
  let attachments = 0;
  if (type === 'BINARY_EVENT' || type === 'BINARY_ACK') {
    const end = digitsEnd(bytes, at);
    const hasCount = end > at && bytes[end] === dash;
    attachments = hasCount ? Number(labelOf(bytes, at, end)) : 0;
    if (!hasCount || !Number.isSafeInteger(attachments)) {
      const problem = { at, is: hasCount ? 'bad-length' : 'unexpected' } as const;
      return {
        type,
        topic: undefined,
        id: undefined,
        data: undefined,
        attachments,
        dataBegin: at,
        problem,
      };
    }
    at = end + 1;
  }
  let topic = '/';
  if (bytes[at] === slash) {
    const found = bytes.indexOf(comma, at);
    const end = found < 0 ? bytes.length : found;
    topic = labelOf(bytes, at, end);
    at = Math.min(end + 1, bytes.length);
  }
  const idEnd = digitsEnd(bytes, at);
  const id = idEnd > at ? labelOf(bytes, at, idEnd) : undefined;
  const header = { type, topic, id, attachments, dataBegin: idEnd };
  if (idEnd === bytes.length) {
    return { ...header, data: undefined };
  }
  const data = JsonSlice.read(bytes, idEnd);
  return typeof data === 'number'
    ? { ...header, data: undefined, problem: { at: data, is: 'bad-json' } }
    : { ...header, data: new JsonData(data) };
}

function digitsEnd(bytes: Uint8Array, begin: number): number {
  let at = begin;
  while (at < bytes.length && (bytes[at] ?? 0) >= zero && (bytes[at] ?? 0) <= zero + 9) {
    at++;
  }
  return at;
}

export class JsonData implements PacketData {
  readonly json: JsonSlice;

  constructor(json: JsonSlice) {
    this.json = json;
  }

  get isArray(): boolean {
    return this.json.isArray;
  }

  get first(): string | undefined {
    return this.json.firstElement?.label;
  }

  text(): string {
    return this.json.text;
  }

  shown(): string {
    return this.json.shown;
  }

  shownFrom(index: number): string {
    return this.json.shownElements(index);
  }

  message(): string {
    return (this.json.member('message') ?? this.json).message;
  }
}

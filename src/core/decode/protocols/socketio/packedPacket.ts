import { readMsgpack } from '../../values/msgpack.ts';
import { MsgpackSpan } from '../msgpack/msgpackSpan.ts';
import type { Packet, PacketData } from './packet.ts';
import { packetTypes } from './packet.ts';

/** `type`, `nsp`, `data`, `id`, and what a client adds, such as `options`. */
const maxMembers = 16;

/** A packet of `socket.io-msgpack-parser`: one map. */
export interface PackedPacket extends Packet {
  readonly data: PackedData | undefined;
}

/**
 * Reads a message that is one such packet; `undefined` if it is none, `unknown` if it is one of no known type.
 *
 * @see https://github.com/socketio/socket.io-msgpack-parser
 */
export function readPackedPacket(
  bytes: Uint8Array,
  begin: number,
): PackedPacket | 'unknown' | undefined {
  if (!isMap(bytes[begin])) {
    return undefined;
  }
  const { severity, end } = readMsgpack(bytes, begin);
  if (severity === 'error' || end !== bytes.length) {
    return undefined;
  }
  const members = new MsgpackSpan(bytes, begin, end).members(maxMembers);
  const number = members.get('type')?.integer;
  const topic = members.get('nsp');
  if (number === undefined || topic?.string === undefined) {
    return undefined;
  }
  const type = packetTypes[number];
  if (!type || type === 'BINARY_EVENT' || type === 'BINARY_ACK') {
    return 'unknown';
  }
  const data = members.get('data');
  return {
    type,
    topic: topic.string,
    id: members.get('id')?.label,
    data: data && !data.isExtension ? new PackedData(data) : undefined,
  };
}

function isMap(head = 0): boolean {
  return (head & 0xf0) === 0x80 || head === 0xde || head === 0xdf;
}

export class PackedData implements PacketData {
  readonly span: MsgpackSpan;

  constructor(span: MsgpackSpan) {
    this.span = span;
  }

  get isArray(): boolean {
    return this.span.isArray;
  }

  get first(): string | undefined {
    return this.span.elements(1)[0]?.label;
  }

  text(): string {
    return this.span.text;
  }

  shown(): string {
    return this.span.shown;
  }

  shownFrom(index: number): string {
    return this.span.shownElements(index);
  }

  message(): string {
    return (this.span.members(maxMembers).get('message') ?? this.span).message;
  }
}

import { gzipSync } from 'node:zlib';
import { flagsOf, type Direction } from '../../src/core/record/record.ts';
import { packet, prefixed, u16 } from '../support/decode/mqttPackets.ts';

/** A message as a protocol sends them. */
export interface ProtocolRow {
  readonly direction: Direction;
  readonly content: string | Uint8Array;
}

export interface Protocol {
  readonly name: string;
  /** The decoder's name. */
  readonly as: string;
  readonly row: (index: number) => ProtocolRow;
}

/** Of a request and its answer. */
function callOf(
  index: number,
  request: (call: number) => string | Uint8Array,
  answer: (call: number) => string | Uint8Array,
): ProtocolRow {
  const call = index >> 1;
  return index % 2 === 0
    ? { direction: 'out', content: request(call) }
    : { direction: 'in', content: answer(call) };
}

const price = (index: number) => 60_000 + ((index * 7919) % 50_000) / 100;

/** One message of so many is what a filter looks for. */
export const needleInterval = 5000;

/** One event of many is another one. */
export function socketIoEvent(index: number): string {
  const name = index % needleInterval === 1 ? 'needle' : ['trade', 'ticker', 'book'][index % 3];
  return `42["${name}",{"symbol":"BTC-USD","id":${8_000_000_000 + index},"price":${price(index)}}]`;
}

export function jsonMessage(index: number): string {
  const symbol = index % needleInterval === 1 ? 'NEEDLE' : 'BTC-USD';
  return `{"type":"ticker","symbol":"${symbol}","id":${8_000_000_000 + index},"price":${price(index)}}`;
}

export const gzipMessage = (index: number): Uint8Array => gzipSync(jsonMessage(index));

/** What the ordered pass is measured with; all are short. */
export const protocols: readonly Protocol[] = [
  {
    name: 'Socket.IO calls',
    as: 'socketio',
    row: index =>
      callOf(
        index,
        call => `42${call}["order",{"symbol":"BTC-USD","price":${price(call)}}]`,
        call => `43${call}[{"ok":true,"order":${call}}]`,
      ),
  },
  {
    name: 'Socket.IO events',
    as: 'socketio',
    row: index => ({ direction: 'in', content: socketIoEvent(index) }),
  },
  {
    name: 'JSON-RPC',
    as: 'jsonrpc',
    row: index =>
      callOf(
        index,
        id => `{"jsonrpc":"2.0","id":${id},"method":"eth_call","params":["0x${id}","latest"]}`,
        id => `{"jsonrpc":"2.0","id":${id},"result":"0x${id}"}`,
      ),
  },
  {
    name: 'plain JSON',
    as: 'json',
    row: index => ({ direction: 'in', content: jsonMessage(index) }),
  },
  {
    name: 'MQTT',
    as: 'mqtt',
    row: index => {
      const id = (call: number) => u16(1 + (call % 60_000));
      return callOf(
        index,
        call => packet(0x32, prefixed('prices/btc'), id(call), Buffer.from(jsonMessage(call))),
        call => packet(0x40, id(call)),
      );
    },
  },
];

export function flagsOfRow({ direction, content }: ProtocolRow): number {
  return flagsOf(typeof content === 'string' ? 'text' : 'binary', direction);
}

const encoder = new TextEncoder();

export function bytesOfRow({ content }: ProtocolRow): Uint8Array {
  return typeof content === 'string' ? encoder.encode(content) : content;
}

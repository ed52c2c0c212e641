// Messages that hold others: packets of MQTT, several in one message, and JSON that is compressed.
import { gzipSync } from 'node:zlib';
import { flagsOf, type Direction } from '../../../src/core/record/record.ts';
import { connect, packet, prefixed, u16 } from '../decode/mqttPackets.ts';
import { rowMs, startedAt, type RowMaker } from './marketRows.ts';
import type { ConnectionScenario } from './monitorHost.ts';

/** Before it, the connection is opened. */
const firstRow = 2;

type Said = readonly [Direction, string | Uint8Array];

function rowsOf(said: readonly Said[]): RowMaker {
  return seq => {
    const [direction, content] = said[seq - firstRow] ?? (['in', '{}'] as const);
    const isText = typeof content === 'string';
    return {
      at: startedAt + seq * rowMs,
      flags: flagsOf(isText ? 'text' : 'binary', direction),
      payload: isText ? Buffer.from(content) : content,
    };
  };
}

function scenario(name: string, said: readonly Said[]): ConnectionScenario {
  return {
    name,
    url: `wss://${name.toLowerCase()}.example.com/`,
    rowAt: rowsOf(said),
    rowCount: firstRow + said.length,
  };
}

const publish = (topic: string, content: string) =>
  packet(0x30, prefixed(topic), Buffer.from(content));

/** The subscription, and a message of four packets. */
export const sensors = scenario('Sensors', [
  ['out', connect(4, 'panel')],
  ['in', packet(0x20, 0, 0)],
  ['out', packet(0x82, u16(7), prefixed('plant/#'), 0)],
  ['in', packet(0x90, u16(7), 0)],
  [
    'in',
    Buffer.concat([
      publish('plant/boiler', '{"celsius":81.5,"valve":"open"}'),
      publish('plant/pump', '{"rpm":1450}'),
      publish('plant/note', '<b>שלום</b>'),
      packet(0xd0),
    ]),
  ],
]);

/** What is in the text and in the packed message below. */
export const order = '{"order":{"id":17,"item":"<b>lamp</b>"},"paid":true}';

/** A text that holds compressed JSON in base64, and compressed JSON. */
export const packed = scenario('Packed', [
  ['in', JSON.stringify({ kind: 'order', body: gzipSync(order).toString('base64') })],
  ['in', `id=5&body=${gzipSync(order).toString('base64')}`],
  ['in', gzipSync(order)],
  ['in', gzipSync(order)],
  ['in', gzipSync(order)],
]);

/** A message of Protobuf whose field 1 is 5. */
export const quotes = scenario('Quotes', [['in', Uint8Array.of(8, 5)]]);

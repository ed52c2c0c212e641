// What a capture of Socket.IO holds: calls with answers, events, an attachment, a refusal and heartbeats.
import { flagsOf } from '../../../src/core/record/record.ts';
import { rowMs, startedAt, type RowMaker } from './marketRows.ts';
import type { ConnectionScenario } from './monitorHost.ts';

/** Rows of one turn; each row has its place in it. */
const turnLength = 16;
/** Before it, the connection is opened. */
const firstOfTurns = 5;
const turns = 61;

type Said = readonly ['in' | 'out', string | Uint8Array];

const encoder = new TextEncoder();

const opening: readonly Said[] = [
  ['in', '0{"sid":"kQ7h2","upgrades":[],"pingInterval":25000,"pingTimeout":20000}'],
  ['out', '40'],
  ['in', '40{"sid":"vN0c5"}'],
];

function saidIn(turn: number): readonly Said[] {
  const id = turn + 1;
  const price = (50_000 + ((turn * 7919) % 100_000) / 100).toFixed(2);
  return [
    ['out', `42${id}["join",{"room":"lobby","as":"guest ${turn}"}]`],
    ['in', `42["typing",{"user":"anna"}]`],
    ['in', `43${id}["ok",{"members":${turn + 3}}]`],
    ['in', `42["message",{"user":"anna","text":"שלום, <b>all</b>","sent":1794825${turn}}]`],
    ['out', `42/trade,${id}["order.place",{"symbol":"ACME","price":${price},"amount":3}]`],
    ['in', `42/trade,["price.changed",{"symbol":"ACME","price":${price}}]`],
    ['in', `43/trade,${id}[{"code":402,"message":"Not enough money"}]`],
    ['in', `451-["picture",{"of":"anna","bytes":{"_placeholder":true,"num":0}}]`],
    ['in', Uint8Array.from({ length: 64 }, (_, at) => (at * at + turn) % 256)],
    ['out', '40/admin,{"token":"•••"}'],
    ['in', '44/admin,{"message":"Not authorized"}'],
    ['in', '2'],
    ['out', '3'],
    ['in', `42["message",{"user":"ben","text":"hello"}]`],
    ['out', `42${id + 100_000}["history",{"before":${turn * 1000}}]`],
    ['in', turn % 4 === 3 ? '42["cut off' : `42["typing",{"user":"ben"}]`],
  ];
}

const chatRow: RowMaker = seq => {
  const at = startedAt + seq * rowMs;
  const place = seq - firstOfTurns;
  const [direction, content] =
    (place < 0
      ? opening[place + opening.length]
      : saidIn(Math.floor(place / turnLength))[place % turnLength]) ?? (['in', '2'] as const);
  const isText = typeof content === 'string';
  return {
    at,
    flags: flagsOf(isText ? 'text' : 'binary', direction),
    payload: isText ? encoder.encode(content) : content,
  };
};

/** A connection that the monitor decodes, since its URL says what the messages are. */
export const chat: ConnectionScenario = {
  name: 'Chat',
  url: 'wss://chat.example.com/socket.io/?EIO=4&transport=websocket',
  rowAt: chatRow,
  rowCount: firstOfTurns + turns * turnLength,
};

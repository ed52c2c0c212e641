import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import protobufjs from 'protobufjs';
import { centrifugeProtobuf } from '../../../../../src/core/decode/protobuf/centrifuge.ts';
import { testHostile } from '../../../../support/decode/fuzz.ts';
import { sessionOf } from '../../../../support/decode/readings.ts';
import {
  readVectors,
  testVectors,
  type VectorMessage,
  vectorFile,
} from '../../../../support/decode/vectors.ts';

const file = vectorFile('centrifuge');
const isProtobuf = (subprotocol = '') => subprotocol === 'centrifuge-protobuf';
const sessions = file.sessions.filter(({ connection }) => isProtobuf(connection?.subprotocol));
if (sessions.length > 0) {
  testVectors({ ...file, sessions }, () => [centrifugeProtobuf]);
}

/** What the tests need of client.proto. */
const { root } = protobufjs.parse(
  `syntax = "proto3";
  message Command { uint32 id = 1; Connect connect = 4; Publish subscribe = 5; Publish publish = 7; RPC rpc = 13; }
  message Connect { string token = 1; }
  message Publish { string channel = 1; bytes data = 2; }
  message RPC { bytes data = 1; string method = 2; }
  message Error { uint32 code = 1; string message = 2; }
  message Reply { uint32 id = 1; Error error = 2; Push push = 4; Connected connect = 5; Subscribed subscribe = 6; RPC rpc = 13; }
  message Connected { string client = 1; uint32 ping = 7; bool pong = 8; }
  message Subscribed { uint64 offset = 9; }
  message Push { string channel = 2; Publication pub = 4; Left leave = 6; }
  message Left { Info info = 1; } message Info { string user = 1; }
  message Publication { bytes data = 4; uint64 offset = 6; map<string, string> tags = 7; }`,
);
const encode = (type: 'Command' | 'Reply', ...values: readonly object[]) => {
  const found = root.lookupType(type);
  const records = values.map(value => found.encodeDelimited(found.fromObject(value)).finish());
  return Buffer.concat(records).toString('hex');
};
const bytes = (text: string) => Buffer.from(text);

function read(...messages: readonly (readonly [at: number, dir: 'in' | 'out', hex: string])[]) {
  const vector = messages.map(([at, dir, hex]): VectorMessage => ({ at, dir, hex, expect: {} }));
  return readVectors({ name: '', messages: vector }, [centrifugeProtobuf]).map(said => {
    const { as, fields, at, ...facts } = said as Record<string, unknown>;
    assert.deepEqual(as, ['centrifuge-protobuf']);
    assert.ok(fields === undefined || at !== undefined);
    return facts;
  });
}

describe('Centrifugo in Protobuf', () => {
  it('pairs commands with their replies', () => {
    const [connect, connected, failed] = read(
      [0, 'out', encode('Command', { id: 1, connect: { token: 'secret' } })],
      [12, 'in', encode('Reply', { id: 1, connect: { client: 'c', ping: 25, pong: true } })],
      [20, 'in', encode('Reply', { id: 9, error: { code: 108, message: 'not found' } })],
    );
    assert.deepEqual(connect, {
      type: 'connect',
      name: 'connect',
      id: '1',
      summary: 'connect',
      value: '{"id":1,"connect":{"token":"secret"}}',
      call: { role: 'request', of: 0, ms: 0 },
    });
    assert.deepEqual(connected, {
      type: 'connect',
      name: 'connect',
      id: '1',
      summary: 'connect = {"client":"c","ping":25,"pong":true}',
      value: '{"id":1,"connect":{"client":"c","ping":25,"pong":true}}',
      call: { role: 'response', of: 0, ms: 12 },
    });
    assert.deepEqual(failed, {
      type: 'error',
      id: '9',
      severity: 'error',
      summary: '#9 ! 108 not found',
      value: '{"id":9,"error":{"code":108,"message":"not found"}}',
      call: { role: 'response', of: undefined, ms: undefined },
    });
  });

  it('reads several in one message, and JSON in their bytes', () => {
    const subscribe = { id: 2, subscribe: { channel: 'news' } };
    const rpc = { id: 3, rpc: { method: 'time', data: bytes('{ "a": 1.0 }') } };
    const [asked, answered] = read(
      [0, 'out', encode('Command', subscribe, rpc)],
      [5, 'in', encode('Reply', { id: 2, subscribe: {} }, { id: 3, rpc: { data: bytes('x') } })],
    );
    assert.deepEqual(
      [asked?.['type'], asked?.['summary']],
      ['batch', 'subscribe news | time {"a":1.0}'],
    );
    assert.equal(answered?.['summary'], 'subscribe news = {} | time = "x"');
  });

  it('reads what the server pushes', () => {
    const pub = { data: bytes('{"t":"hi"}'), offset: 5, tags: { a: 'b' } };
    const [publication, leave, binary] = read(
      [0, 'in', encode('Reply', { push: { channel: 'news', pub } })],
      [0, 'in', encode('Reply', { push: { channel: 'news', leave: { info: { user: 'u' } } } })],
      [0, 'in', encode('Reply', { push: { pub: { data: Buffer.from([255]) } } })],
    );
    assert.deepEqual(publication, {
      type: 'pub',
      name: 'pub',
      topic: 'news',
      summary: 'pub news {"t":"hi"}',
      value: '{"push":{"channel":"news","pub":{"data":{"t":"hi"},"offset":"5","tags":{"a":"b"}}}}',
    });
    assert.equal(leave?.['summary'], 'leave news {"info":{"user":"u"}}');
    assert.equal(binary?.['summary'], 'pub {"$bytes":"/w=="}');
  });

  it('knows pings and pongs, and what is cut off', () => {
    const [ping, pong, cut, both] = read(
      [0, 'in', '00'],
      [0, 'out', '00'],
      [0, 'in', '0508'],
      [0, 'in', '0005'],
    );
    assert.deepEqual(ping, { type: 'ping', heartbeat: true, summary: 'ping' });
    assert.deepEqual(pong, { type: 'pong', heartbeat: true, summary: 'pong' });
    assert.deepEqual(cut, {
      severity: 'error',
      problem: { at: 2, is: 'truncated' },
      summary: '2 bytes',
    });
    assert.deepEqual([both?.['severity'], both?.['summary']], ['error', 'ping | 1 byte']);
  });
});

testHostile(centrifugeProtobuf, [
  sessionOf(
    encode('Reply', { id: 2, error: { code: 1 } }, { push: { channel: 'c', pub: {} } }, {}),
  ),
]);

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { encode } from '@msgpack/msgpack';
import { wamp } from '../../../../../src/core/decode/protocols/wamp/wamp.ts';
import { NameLog } from '../../../../../src/core/decode/protocols/wamp/nameLog.ts';
import { msgpack } from '../../../../../src/core/decode/values/msgpack.ts';
import { testHostile } from '../../../../support/decode/fuzz.ts';
import { said } from '../../../../support/decode/said.ts';
import { readSession, summariesOf } from '../../../../support/decode/sessions.ts';
import { readVectors, testVectors, vectorFile } from '../../../../support/decode/vectors.ts';

testVectors(vectorFile('wamp'), session =>
  session.connection?.subprotocol === 'wamp.2.msgpack' ? [msgpack, wamp] : [wamp],
);
testHostile(wamp, vectorFile('wamp').sessions);

/** What is said of one message of bytes. */
function readBytes(bytes: Uint8Array, subprotocol: string): Readonly<Record<string, unknown>> {
  const session = {
    name: 'one message',
    connection: { url: 'wss://example.com/ws', subprotocol },
    messages: [{ dir: 'in' as const, hex: Buffer.from(bytes).toString('hex'), expect: {} }],
  };
  return readVectors(session, [wamp])[0] as Readonly<Record<string, unknown>>;
}

function frameOf(bytes: Uint8Array): Uint8Array {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

describe('WAMP', () => {
  it('names what is called, subscribed to and withdrawn by what was said of it before', () => {
    assert.deepEqual(
      summariesOf(
        [wamp],
        [
          ['out', [64, 1, {}, 'p']],
          ['in', [65, 1, 7]],
          ['in', [68, 9, 7, {}, [1], { a: 2 }]],
          ['out', [70, 9, {}]],
          ['out', [66, 2, 7]],
          ['in', [67, 2]],
          ['out', [32, 3, {}, 't']],
          ['in', [33, 3, 50]],
          ['in', [36, 50, 1, { topic: 't.x' }, ['v']]],
          ['out', [34, 4, 50]],
          ['in', [35, 4]],
          ['out', [66, 5, 99]],
          ['out', [16, 6, { acknowledge: true }, 't', [1]]],
          ['in', [17, 6, 70]],
        ],
        'wamp.2.json',
      ),
      [
        'REGISTER p',
        'REGISTER p = 7',
        'p 1 {"a":2}',
        'p =',
        'UNREGISTER p',
        'UNREGISTER p done',
        'SUBSCRIBE t',
        'SUBSCRIBE t = 50',
        'EVENT t.x "v"',
        'UNSUBSCRIBE t',
        'UNSUBSCRIBE t done',
        'UNREGISTER 99',
        'PUBLISH t 1',
        'PUBLISH t = 70',
      ],
    );
  });

  it('ends a subscription that the client gives up, behind which events may come, or the router ends', () => {
    const rows = said(wamp, { subprotocol: 'wamp.2.json' }, [
      ['out', '[32,1,{},"t"]'],
      ['in', '[33,1,50]'],
      ['out', '[34,2,50]'],
      ['in', '[36,50,9,{},[1]]'],
      ['in', '[35,2]'],
      ['out', '[32,3,{},"u"]'],
      ['in', '[33,3,51]'],
      ['in', '[35,0,{"subscription":51,"reason":"wamp.error.gone"}]'],
    ]);
    assert.deepEqual(
      rows.map(({ summary, topic, link }) => [summary, topic, link?.call?.seq, link?.call?.state]),
      [
        ['SUBSCRIBE t', 't', 0, 'cancelled'],
        ['SUBSCRIBE t = 50', 't', 0, 'cancelled'],
        ['UNSUBSCRIBE t', 't', 2, 'done'],
        ['EVENT t 1', 't', 0, 'cancelled'],
        ['UNSUBSCRIBE t done', 't', 2, 'done'],
        ['SUBSCRIBE u', 'u', 5, 'cancelled'],
        ['SUBSCRIBE u = 51', 'u', 5, 'cancelled'],
        ['UNSUBSCRIBED u wamp.error.gone', 'u', 5, 'cancelled'],
      ],
    );
  });

  it('takes what the router withdraws by itself for no answer', () => {
    const rows = said(wamp, { subprotocol: 'wamp.2.json' }, [
      ['in', '[67,0,{"registration":7}]'],
      ['in', '[35,0,{"subscription":8}]'],
      ['in', '[67,0]'],
    ]);
    assert.deepEqual(
      rows.map(({ summary, severity, link }) => [summary, severity, link?.role]),
      [
        ['UNREGISTERED #7', 'warning', undefined],
        ['UNSUBSCRIBED #8', 'warning', undefined],
        ['UNREGISTER #0 done', undefined, 'response'],
      ],
    );
  });

  it('expects an answer to a call that was cancelled', () => {
    const read = readSession(
      [wamp],
      [
        ['out', [48, 1, {}, 'f']],
        ['out', [49, 1, {}]],
        ['in', [8, 48, 1, {}, 'wamp.error.canceled']],
      ],
      'wamp.2.json',
    );
    assert.deepEqual(
      read.map(({ summary, call }) => [summary, call]),
      [
        ['f', { role: 'request', of: 0, ms: 0 }],
        ['f cancelled', { role: 'cancel', of: 0, ms: 10 }],
        ['f ! wamp.error.canceled', { role: 'response', of: 0, ms: 20 }],
      ],
    );
  });

  it('says that a session was refused, with what the realm says of it, and nothing of signatures', () => {
    assert.deepEqual(
      summariesOf(
        [wamp],
        [
          ['out', [1, 'r', {}]],
          ['in', [4, 'ticket', { challenge: 'x' }]],
          ['out', [5, 'secret', {}]],
          ['in', [3, { message: 'no' }, 'wamp.error.denied']],
        ],
        'wamp.2.json',
      ),
      ['HELLO r', 'CHALLENGE ticket', 'AUTHENTICATE', 'HELLO ! wamp.error.denied no'],
    );
  });

  it('reads batches of MessagePack and CBOR, with the places of their records', () => {
    const events = [2, 3].map(id => frameOf(encode([36, 1, id, {}])));
    const both = readBytes(Buffer.concat(events), 'wamp.2.msgpack.batched');
    assert.equal(both['summary'], 'EVENT #1 | EVENT #1');
    assert.deepEqual(
      (both['records'] as { at: unknown; id: unknown; fields: unknown[][] }[]).map(
        ({ at, id, fields }) => [at, id, fields[3]],
      ),
      [
        [[4, 9], '2', ['$[2]', 7, 8, 'int', '2']],
        [[13, 18], '3', ['$[2]', 16, 17, 'int', '3']],
      ],
    );
    const cbor = frameOf(Uint8Array.of(0x84, 0x18, 0x24, 0x01, 0x04, 0xa0));
    assert.equal(readBytes(cbor, 'wamp.2.cbor.batched')['id'], '4');
    assert.equal(readBytes(cbor.subarray(4), 'wamp.2.cbor')['id'], '4');
  });

  it('says where bytes are no batch, and what was before', () => {
    const event = frameOf(encode([36, 1, 2, {}]));
    const cut = readBytes(Buffer.concat([event, event.subarray(0, 7)]), 'wamp.2.msgpack.batched');
    assert.deepEqual(
      [cut['summary'], cut['problem'], cut['severity']],
      ['EVENT #1', { at: 16, is: 'truncated' }, 'error'],
    );
    const trailing = readBytes(
      frameOf(Buffer.concat([encode([36, 1, 2, {}]), Buffer.of(1)])),
      'wamp.2.msgpack.batched',
    );
    assert.deepEqual(trailing['problem'], { at: 9, is: 'trailing' });
    const huge = readBytes(Uint8Array.of(0xff, 0xff, 0xff, 0xff, 1), 'wamp.2.cbor.batched');
    assert.deepEqual([huge['problem'], huge['summary']], [{ at: 5, is: 'truncated' }, '5 bytes']);
  });

  it('expects texts of JSON, and bytes of all else', () => {
    assert.deepEqual(readBytes(Uint8Array.of(1), 'wamp.2.json')['problem'], {
      at: 0,
      is: 'unexpected',
    });
    assert.deepEqual(readSession([wamp], [['in', [36, 1, 2, {}]]], 'wamp.2.cbor')[0]?.['problem'], {
      at: 0,
      is: 'unexpected',
    });
    assert.equal(summariesOf([wamp], [['in', [36, 1, 2, {}]]])[0], 'EVENT #1');
  });
});

describe('A log of names', () => {
  it('keeps what it was, whatever comes, and forgets the oldest', () => {
    const first = NameLog.empty.with('0', 'zero');
    let log = first;
    for (let count = 1; count < 10_000; count++) {
      log = log.with(String(count), `name ${count}`);
    }
    assert.equal(first.get('1'), undefined);
    assert.equal(log.get('0'), undefined);
    assert.equal(log.get('9999'), 'name 9999');
    assert.equal(log.get('6000'), 'name 6000');
  });
});

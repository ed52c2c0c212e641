import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { AnyDecoder } from '../../../../../src/core/decode/decoder.ts';
import { presetDecoder, presets } from '../../../../../src/core/decode/mapping/presets.ts';
import { readMapping } from '../../../../../src/core/decode/mapping/readMapping.ts';
import { json } from '../../../../../src/core/decode/values/json/json.ts';
import { readSession, summariesOf } from '../../../../support/decode/sessions.ts';
import { testVectors, vectorFile } from '../../../../support/decode/vectors.ts';

function preset(name: string): readonly AnyDecoder[] {
  const decoder = presetDecoder(name);
  assert.ok(decoder, name);
  return [decoder];
}

for (const name of ['jsonrpc', 'cdp', 'ocpp', 'pusher', 'actioncable']) {
  testVectors(vectorFile(name), () => preset(name));
  // As they are found by themselves.
  testVectors(vectorFile(name), () => [json, ...preset(name)]);
}

describe('The presets of mappings', () => {
  it('could be written in settings, as they are', () => {
    for (const [name, { mapping }] of presets) {
      const { problems } = readMapping(JSON.parse(JSON.stringify(mapping)));
      assert.deepEqual(problems, undefined, name);
    }
  });

  it('have decoders of their names, and no others', () => {
    for (const [name, { title }] of presets) {
      const [decoder] = preset(name);
      assert.deepEqual([decoder?.name, decoder?.title], [name, title]);
    }
    assert.equal(presetDecoder('constructor'), undefined);
  });

  it('take what is no object, and what is no JSON, for what it is', () => {
    for (const name of presets.keys()) {
      for (const text of ['5', 'null', '[[]]', '"x"', '{}', '', '{', '\u0000']) {
        assert.equal(typeof readSession(preset(name), [['in', text]])[0]?.['summary'], 'string');
      }
    }
  });
});

describe('The preset of JSON-RPC', () => {
  it('takes a string that answers no subscription for the end of the call', () => {
    const read = readSession(preset('jsonrpc'), [
      ['out', { id: 1, method: 'eth_blockNumber', params: [] }],
      ['in', { id: 1, result: '0x10' }],
      ['in', { method: 'eth_subscription', params: { subscription: '0x10' } }],
    ]);
    assert.deepEqual(read[1]?.['call'], { role: 'response', of: 0, ms: 10 });
    assert.equal(read[2]?.['call'], undefined);
    assert.equal(read[2]?.['topic'], undefined);
  });

  it('marks an id that is used again before its answer', () => {
    const read = readSession(preset('jsonrpc'), [
      ['out', { id: 1, method: 'a' }],
      ['out', { id: 1, method: 'b' }],
      ['in', { id: 1, result: 5 }],
    ]);
    assert.deepEqual(
      read.map(({ severity, summary }) => [severity, summary]),
      [
        [undefined, 'a'],
        ['warning', 'b'],
        [undefined, 'b = 5'],
      ],
    );
  });

  it('marks it within a batch as well', () => {
    const [, batch] = readSession(preset('jsonrpc'), [
      ['out', { id: 1, method: 'a' }],
      [
        'out',
        [
          { id: 1, method: 'b' },
          { id: 2, method: 'c' },
        ],
      ],
    ]);
    const records = batch?.['records'] as { severity: unknown }[];
    assert.deepEqual(
      records.map(({ severity }) => severity),
      ['warning', undefined],
    );
  });

  it('says where the records of a batch are, and reads no more of them than there may be', () => {
    const [read] = readSession(preset('jsonrpc'), [['in', ' [ {"method":"ä"}, 7 ]']]);
    const records = read?.['records'] as { at: unknown; summary: unknown; problem: unknown }[];
    assert.deepEqual(
      records.map(({ at, summary, problem }) => [at, summary, problem]),
      [
        [[3, 18], 'ä', undefined],
        [[20, 21], '7', { at: 0, is: 'unexpected' }],
      ],
    );
    const [long] = readSession(preset('jsonrpc'), [['in', `[${'1,'.repeat(20_000)}1]`]]);
    assert.equal((long?.['records'] as unknown[]).length, 10_000);
    assert.deepEqual(long?.['problem'], { at: 20_002, is: 'too-long' });
  });

  it('shows numbers with all their digits', () => {
    assert.deepEqual(
      summariesOf(preset('jsonrpc'), [
        ['in', '{"id":12345678901234567890,"result":[1.50,-0,1e3,9007199254740993]}'],
      ]),
      ['#12345678901234567890 = [1.50,-0,1e3,9007199254740993]'],
    );
  });

  it('skips the header that language servers send in front', () => {
    const header = 'Content-Length: 24\r\nContent-Type: x\r\n\r\n';
    const [read, broken] = readSession(preset('lsp'), [
      ['out', `${header}{"id":1,"method":"shutdown"}`],
      ['out', `${header}{"id"`],
    ]);
    assert.equal(read?.['summary'], 'shutdown');
    assert.deepEqual(broken?.['problem'], { at: header.length + 5, is: 'bad-json' });
  });
});

describe('The other presets', () => {
  it('OCPP: types that are numbers, and ids, actions and codes that are texts', () => {
    const messages = [
      ['2', 'a', 'Reset', {}],
      [2, 'a', 5, {}],
      ['3', 'a', {}],
      [4, 'a', 5, 'why', {}],
      [5, 'a', null, 'why', {}],
      [6, 'a', {}, {}],
      [2, 'a', 'Reset', null],
    ];
    const read = readSession(
      preset('ocpp'),
      messages.map(each => ['in', each] as const),
      'ocpp2.1',
    );
    assert.deepEqual(
      read.map(each => each['type']),
      [...Array.from({ length: 6 }, () => undefined), 'CALL'],
    );
  });

  it('DAP: requests of both sides, and events', () => {
    assert.deepEqual(
      summariesOf(preset('dap'), [
        ['out', { seq: 1, type: 'request', command: 'next', arguments: { threadId: 1 } }],
        ['in', { seq: 1, type: 'request', command: 'runInTerminal' }],
        ['in', { seq: 2, type: 'response', request_seq: 1, command: 'next', success: true }],
        ['in', { seq: 3, type: 'event', event: 'stopped', body: { reason: 'step' } }],
        [
          'out',
          {
            seq: 2,
            type: 'response',
            request_seq: 1,
            command: 'runInTerminal',
            success: false,
            message: 'no',
          },
        ],
      ]),
      [
        'next {"threadId":1}',
        'runInTerminal',
        'next done',
        'stopped {"reason":"step"}',
        'runInTerminal ! no',
      ],
    );
  });

  it('Pusher: no tokens', () => {
    assert.deepEqual(
      summariesOf(preset('pusher'), [
        ['out', { event: 'pusher:subscribe', data: { channel: 'private-a', auth: 'key:secret' } }],
        ['out', { event: 'pusher:signin', data: { auth: 'key:secret', user_data: '{}' } }],
      ]),
      ['subscribe private-a', 'pusher:signin'],
    );
  });

  it('Home Assistant: what comes of a subscription, and no tokens', () => {
    const read = readSession(preset('homeassistant'), [
      ['out', { type: 'auth', access_token: 'secret' }],
      ['out', { id: 1, type: 'subscribe_events', event_type: 'state_changed' }],
      ['in', { id: 1, type: 'result', success: true, result: null }],
      ['in', { id: 1, type: 'event', event: { event_type: 'state_changed', data: 5 } }],
      ['out', { id: 2, type: 'ping' }],
      ['in', { id: 2, type: 'pong' }],
      ['out', { id: 3, type: 'nope' }],
      ['in', { id: 3, type: 'result', success: false, error: { code: 'c', message: 'm' } }],
    ]);
    assert.deepEqual(
      read.map(({ summary }) => summary),
      [
        'auth',
        'subscribe_events {"id":1,"event_type":"state_changed"}',
        'subscribe_events = null',
        'state_changed {"data":5}',
        'ping',
        'pong',
        'nope {"id":3}',
        'nope ! c m',
      ],
    );
    assert.deepEqual(read[3]?.['call'], { role: 'item', of: 1, ms: 20 });
    assert.equal(read[5]?.['heartbeat'], true);
  });

  it('Discord: names of its numbers, the latency of heartbeats, and no token', () => {
    const read = readSession(preset('discord'), [
      ['in', { op: 10, d: { heartbeat_interval: 41_250 } }],
      ['out', { op: 2, d: { token: 'secret' } }],
      ['in', { op: 0, s: 1, t: 'READY', d: { v: 10 } }],
      ['out', { op: 1, d: 1 }],
      ['in', { op: 11 }],
      ['in', { op: 9, d: false }],
    ]);
    assert.deepEqual(
      read.map(({ type, summary }) => [type, summary]),
      [
        ['hello', 'hello {"heartbeat_interval":41250}'],
        ['identify', 'identify'],
        ['dispatch', 'READY {"v":10}'],
        ['heartbeat', 'heartbeat'],
        ['heartbeat ack', 'heartbeat'],
        ['invalid session', 'invalid session ! resumable false'],
      ],
    );
    assert.deepEqual(read[4]?.['call'], { role: 'response', of: 3, ms: 10 });
  });

  it('Ably: attaching, and messages that are acknowledged', () => {
    assert.deepEqual(
      summariesOf(preset('ably'), [
        ['in', { action: 4, connectionId: 'x', connectionDetails: { connectionKey: 'secret' } }],
        ['out', { action: 10, channel: 'a' }],
        ['in', { action: 11, channel: 'a' }],
        ['out', { action: 15, channel: 'a', msgSerial: 0, messages: [{ name: 'n', data: 1 }] }],
        ['in', { action: 1, msgSerial: 0, count: 1 }],
        ['in', { action: 9, error: { code: 40_140, message: 'expired' } }],
      ]),
      [
        'CONNECTED',
        'ATTACH a',
        'ATTACH a done',
        'MESSAGE a n {"name":"n","data":1}',
        'n done',
        'ERROR ! 40140 expired',
      ],
    );
  });

  it('OpenAI Realtime: events without their name twice', () => {
    assert.deepEqual(
      summariesOf(preset('openai-realtime'), [
        ['out', { type: 'response.create' }],
        ['in', { type: 'response.output_text.delta', delta: 'Hi' }],
        ['in', { type: 'error', error: { code: 'c', message: 'm' } }],
      ]),
      ['response.create', 'response.output_text.delta {"delta":"Hi"}', 'error ! c m'],
    );
  });

  it('OBS: requests and events', () => {
    assert.deepEqual(
      summariesOf(preset('obs'), [
        ['in', { op: 0, d: { authentication: { salt: 'secret' } } }],
        ['out', { op: 1, d: { authentication: 'secret' } }],
        ['in', { op: 2, d: { negotiatedRpcVersion: 1 } }],
        ['out', { op: 6, d: { requestType: 'GetStats', requestId: 'a' } }],
        [
          'in',
          {
            op: 7,
            d: {
              requestType: 'GetStats',
              requestId: 'a',
              requestStatus: { result: false, code: 604, comment: 'no' },
            },
          },
        ],
        ['in', { op: 5, d: { eventType: 'StreamStateChanged', eventData: { a: 1 } } }],
      ]),
      [
        'Hello',
        'Identify',
        'Identify done',
        'GetStats',
        'GetStats ! 604 no',
        'StreamStateChanged {"a":1}',
      ],
    );
  });

  it('DDP: methods and subscriptions', () => {
    assert.deepEqual(
      summariesOf(preset('ddp'), [
        ['out', { msg: 'connect', version: '1', support: ['1'] }],
        ['in', { msg: 'connected', session: 's' }],
        ['out', { msg: 'method', method: 'login', params: [{ password: 'secret' }], id: '1' }],
        ['in', { msg: 'result', id: '1', error: { error: 403, reason: 'no' } }],
        ['out', { msg: 'sub', id: 'q', name: 'tasks', params: [5] }],
        ['in', { msg: 'added', collection: 'tasks', id: 't', fields: { a: 1 } }],
        ['in', { msg: 'ready', subs: ['q'] }],
        ['in', { msg: 'ping' }],
      ]),
      [
        'connect 1',
        'connect = "s"',
        'login',
        'login ! 403 no',
        'sub tasks 5',
        'added tasks t {"a":1}',
        'tasks done',
        'ping',
      ],
    );
  });

  it('rosbridge: topics and services', () => {
    assert.deepEqual(
      summariesOf(preset('rosbridge'), [
        ['out', { op: 'subscribe', topic: '/a', type: 't' }],
        ['in', { op: 'publish', topic: '/a', msg: { data: 1 } }],
        ['out', { op: 'call_service', id: '1', service: '/s', args: [1, 'x'] }],
        ['in', { op: 'service_response', id: '1', service: '/s', result: true, values: {} }],
      ]),
      ['subscribe /a {"type":"t"}', 'publish /a {"data":1}', '/s 1, "x"', '/s = {}'],
    );
  });

  it('Binance: streams and requests, and no signatures', () => {
    assert.deepEqual(
      summariesOf(preset('binance'), [
        ['out', { method: 'SUBSCRIBE', params: ['btcusdt@trade'], id: 1 }],
        ['in', { result: null, id: 1 }],
        ['in', { e: 'trade', s: 'BTCUSDT', p: '1.0' }],
        ['in', { stream: 'btcusdt@trade', data: { e: 'trade', p: '1' } }],
        ['out', { id: 2, method: 'order.place', params: { signature: 'secret', apiKey: 'k' } }],
        ['in', { id: 2, status: 400, error: { code: -1, msg: 'no' } }],
      ]),
      [
        'SUBSCRIBE "btcusdt@trade"',
        'SUBSCRIBE = null',
        'trade BTCUSDT {"p":"1.0"}',
        'btcusdt@trade {"e":"trade","p":"1"}',
        'order.place',
        'order.place ! -1 no',
      ],
    );
  });

  it('Kraken: both versions', () => {
    assert.deepEqual(
      summariesOf(preset('kraken'), [
        ['out', { method: 'subscribe', params: { channel: 'executions', token: 's' }, req_id: 1 }],
        ['in', { method: 'subscribe', req_id: 1, success: false, error: 'no' }],
        ['in', { channel: 'heartbeat' }],
        ['in', { channel: 'trade', type: 'update', data: [{ symbol: 'A/B', price: 1 }] }],
        ['in', [1, [['5', '6']], 'trade', 'A/B']],
        ['in', { event: 'systemStatus', status: 'online' }],
      ]),
      [
        'subscribe executions',
        'subscribe ! no',
        'heartbeat',
        'trade update {"symbol":"A/B","price":1}',
        'trade A/B [["5","6"]]',
        'systemStatus "online"',
      ],
    );
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as zlib from 'node:zlib';
import { encode } from '@msgpack/msgpack';
import fc from 'fast-check';
import type { SeenMessage } from '../../../../../src/core/decode/detect/detection.ts';
import { detect, Detector } from '../../../../../src/core/decode/detect/detector.ts';
import { nativeInflate } from '../../../../../src/node/captureWorker/decoding/nativeInflate.ts';

const anywhere = { url: 'wss://example.com/ws', subprotocol: '' };

function seen(direction: 'in' | 'out', content: string | Uint8Array): SeenMessage {
  const isText = typeof content === 'string';
  return { direction, isText, bytes: isText ? Buffer.from(content) : content };
}

function received(...contents: (string | Uint8Array)[]): SeenMessage[] {
  return contents.map(each => seen('in', each));
}

function shown(messages: readonly SeenMessage[], session: Partial<typeof anywhere> = {}): string {
  const { as, from, shown } = detect({ ...anywhere, ...session }, messages, nativeInflate);
  return [shown, from ?? '-', ...as].join(' ');
}

const json = '{"ch":"market.btcusdt","ts":1764334800123,"tick":{"price":101.25}}';

describe('What a session is decoded as', () => {
  for (const [name, messages, expected, session] of [
    [
      'base64 of gzip is offered, not applied',
      received(...Array<string>(4).fill(zlib.gzipSync(json).toString('base64'))),
      'suggested messages base64 gzip json',
    ],
    ['a text that only begins as base64 of gzip', received('H4sIcould be a word'), 'none -'],
    [
      'the gateway of Discord',
      [],
      'applied url zlib-stream json discord',
      { url: 'wss://gateway.discord.gg/?v=10&encoding=json&compress=zlib-stream' },
    ],
    [
      'frames of STOMP where a capture begins in the middle',
      received(
        ...[1, 2, 3].map(id => `MESSAGE\ndestination:/t\nmessage-id:${id}\nsubscription:s\n\nx\0`),
      ),
      'applied? messages stomp',
    ],
    [
      'the gateway of Discord in one stream of zstd',
      [],
      'none -',
      { url: 'wss://gateway.discord.gg/?v=10&encoding=json&compress=zstd-stream' },
    ],
    [
      'an action of OCPP 2.1 that waits for no answer',
      [seen('out', '[6,"a","NotifyPeriodicEventStream",{"id":1}]')],
      'applied? messages json ocpp',
    ],
    [
      'an action that OCPP does not have',
      [seen('out', '[2,"a","NotifyNothing",{"id":1}]')],
      'suggested messages json ocpp',
    ],
    [
      'a subprotocol with a version',
      [],
      'applied subprotocol json ocpp',
      { subprotocol: 'ocpp2.0.1' },
    ],
    [
      'WAMP in MessagePack',
      [],
      'applied subprotocol msgpack wamp',
      { subprotocol: 'wamp.2.msgpack' },
    ],
    [
      'digits before JSON in a chat',
      received('42["is","the answer"]', 'hello'),
      'suggested messages socketio',
    ],
    [
      'a port forward of Kubernetes',
      [],
      'applied subprotocol kubernetes',
      { subprotocol: 'v4.channel.k8s.io' },
    ],
    [
      'Supabase Realtime',
      [],
      'applied url phoenix',
      { url: 'wss://x.supabase.co/realtime/v1/websocket?apikey=k&vsn=1.0.0' },
    ],
    [
      'items of CBOR one behind the other',
      received(
        ...['00', '01', '02'].map(seq =>
          Buffer.from(
            `a2626f7001617467${Buffer.from('#commit').toString('hex')}a163736571${seq}`,
            'hex',
          ),
        ),
      ),
      'applied? messages cbor-sequence',
    ],
    [
      'values of CBOR',
      received(...['00', '01', '02'].map(seq => Buffer.from(`a2626f700163736571${seq}`, 'hex'))),
      'applied? messages cbor',
    ],
    ['zlib with its checksum', received(zlib.deflateSync(json)), 'applied messages zlib json'],
    [
      'MessagePack in gzip',
      received(...[1, 2, 3].map(index => zlib.gzipSync(encode({ index, name: 'trade' })))),
      'applied? messages gzip msgpack',
    ],
    [
      'JSON-RPC in gzip, asked for in text',
      [
        seen('in', zlib.gzipSync('{"jsonrpc":"2.0","id":1,"result":1}')),
        seen('out', '{"jsonrpc":"2.0","id":1,"method":"a"}'),
        seen('in', zlib.gzipSync('{"jsonrpc":"2.0","method":"b"}')),
      ],
      'applied messages gzip json jsonrpc',
    ],
    [
      'gzip beside other bytes',
      received(zlib.gzipSync(json), Uint8Array.of(1, 2, 3)),
      'suggested messages gzip json',
    ],
    ['the mark of gzip in front of rubbish', received(Uint8Array.of(0x1f, 0x8b, 8, 0)), 'none -'],
    [
      'one message of JSON-RPC',
      received('{"jsonrpc":"2.0","id":1}'),
      'suggested messages json jsonrpc',
    ],
    [
      'the mark of JSON-RPC at the end of long messages',
      received(...Array<string>(3).fill(`{"params":"${'x'.repeat(9000)}","jsonrpc":"2.0"}`)),
      'applied messages json jsonrpc',
    ],
    [
      'the inspector of Node without its URL',
      received(
        '{"id":1,"result":{}}',
        ...Array<string>(3).fill('{"method":"Runtime.consoleAPICalled","params":{}}'),
      ),
      'applied? messages json cdp',
    ],
    [
      'GraphQL without its subprotocol',
      [
        seen('out', '{"type":"connection_init"}'),
        seen('in', '{"type":"connection_ack"}'),
        seen('out', '{"id":"1","type":"subscribe","payload":{"query":"{a}"}}'),
        seen('in', '{"id":"1","type":"next","payload":{"data":{}}}'),
        seen('in', '{"id":"1","type":"next","payload":{"data":{}}}'),
      ],
      'applied? messages graphql-transport-ws',
    ],
    [
      'packets of MQTT in the middle',
      received(
        ...[1, 2, 3].map(index => Buffer.from(`\u0030\u0006\u0000\u0003a/b${index}`, 'latin1')),
      ),
      'applied? messages mqtt',
    ],
    [
      'updates of Yjs',
      received(...[1, 2, 3].map(index => Uint8Array.of(0, 2, 3, index, 0xff, 0))),
      'applied? messages yjs',
    ],
    ['the greeting of NATS', received('INFO {"server_id":"x"}\r\n'), 'applied messages nats'],
    ['nothing', [], 'none -'],
    ['a URL that is none', [], 'none -', { url: 'a URL' }],
    [
      'a subprotocol that is named like a member of objects',
      [],
      'none -',
      { subprotocol: 'toString' },
    ],
    ['ordinary texts', received('hello', 'Grüße', '12', '{"a":1}', '[1,2]', ''), 'none -'],
  ] as readonly (readonly [string, SeenMessage[], string, Partial<typeof anywhere>?])[]) {
    it(name, () => {
      assert.equal(shown(messages, session), expected);
    });
  }

  it('is nothing if the setting says so', () => {
    const messages = received(zlib.gzipSync(json));
    const { as, from, shown } = detect(anywhere, messages, nativeInflate, []);
    assert.deepEqual([as, from, shown], [[], 'setting', 'none']);
  });

  it('is not changed by messages behind the first of each direction', () => {
    const detector = new Detector(anywhere, nativeInflate);
    for (let index = 0; index < 16; index++) {
      assert.equal(detector.isSettled, false);
      detector.take(seen('in', `{"a":${index}}`));
      detector.take(seen('out', `{"b":${index}}`));
    }
    assert.equal(detector.isSettled, true);
    detector.take(seen('in', zlib.gzipSync(json)));
    assert.equal(detector.detection.shown, 'none');
  });

  it('is settled at once by what is said before the first message', () => {
    for (const session of [
      { ...anywhere, subprotocol: 'mqtt' },
      { ...anywhere, url: 'wss://example.com/socket.io/?EIO=4' },
    ]) {
      assert.equal(new Detector(session, nativeInflate).isSettled, true);
    }
    const sockjs = { ...anywhere, url: 'wss://example.com/x/123/abcdefgh/websocket' };
    assert.equal(new Detector(sockjs, nativeInflate).isSettled, false);
  });

  it('does not throw, whatever the messages and the URL are', () => {
    const content = fc.oneof(fc.uint8Array({ maxLength: 40 }), fc.string({ unit: 'binary' }));
    const marks = fc.constantFrom(
      '',
      '\u001f\u008b\u0008',
      'x\u009c',
      'H4sI',
      '42[',
      '[2,"',
      'a["',
      '{"type":"',
    );
    const message = fc
      .tuple(fc.constantFrom('in' as const, 'out' as const), marks, content)
      .map(([direction, mark, rest]) =>
        seen(
          direction,
          typeof rest === 'string'
            ? mark + rest
            : Buffer.concat([Buffer.from(mark, 'latin1'), rest]),
        ),
      );
    fc.assert(
      fc.property(fc.array(message, { maxLength: 8 }), fc.string(), (messages, url) => {
        for (const session of [
          anywhere,
          { url, subprotocol: url },
          { ...anywhere, url: 'wss://x/1/123/abcdefgh/websocket' },
        ]) {
          const { points, as } = detect(session, messages, nativeInflate);
          assert.ok(points >= 0 && points <= 100);
          assert.equal(as.length > 0, points > 0);
        }
      }),
      { numRuns: 200 },
    );
  });
});

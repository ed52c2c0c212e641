import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { encode } from '@msgpack/msgpack';
import type { KnownReading } from '../../../../../src/core/decode/knownReading.ts';
import { decodersOf, decoderTable } from '../../../../../src/core/decode/registry/decoders.ts';
import { nativeInflate } from '../../../../../src/node/captureWorker/decoding/nativeInflate.ts';
import { said } from '../../../../support/decode/said.ts';

const table = decoderTable(nativeInflate);
const secret = 'hunter2-tail';
const json = JSON.stringify;
const init = json({ type: 'connection_init', payload: { token: secret } });
const connect = `CONNECT\nhost:h\nlogin:u\npasscode:${secret}\n\n\0`;
const wampSession = { subprotocol: 'wamp.2.json' };

function mqttConnect(): Uint8Array {
  const text = (of: string) => [0, of.length, ...Buffer.from(of)];
  const body = [...text('MQTT'), 4, 0xc2, 0, 60, ...text('client'), ...text('user')];
  body.push(...text(secret));
  return Uint8Array.from([0x10, body.length, ...body]);
}

type Message = string | Uint8Array;

/** Messages that sign a client in, by the decoders that read them. */
const messages: readonly (readonly [decoders: string, ...messages: readonly Message[]])[] = [
  ['mqtt', mqttConnect()],
  ['mqtt', mqttConnect().subarray(0, -2)],
  ['stomp', connect],
  ['stomp', connect.slice(0, 40), connect.slice(40)],
  ['sockjs stomp', json([connect])],
  ['gzip stomp', gzipSync(connect)],
  ['gzip stomp', gzipSync(connect).subarray(0, -9)],
  ['graphql-transport-ws', init],
  ['gzip graphql-transport-ws', gzipSync(init)],
  ['gzip json graphql-transport-ws', gzipSync(init)],
  ['sockjs graphql-transport-ws', json([init])],
  ['subscriptions-transport-ws', init],
  ['socketio', `40${json({ token: secret })}`],
  ['socketio', `40/a?token=${secret},`],
  ['socketio', encode({ type: 0, nsp: `/a?token=${secret}`, data: { auth: { any: secret } } })],
  ['phoenix', json(['1', '1', 'room', 'phx_join', { token: secret }])],
  ['json phoenix', json({ topic: 'room', event: 'phx_join', ref: '1', payload: { jwt: secret } })],
  ['pusher', json({ event: 'pusher:subscribe', data: { auth: `k:${secret}`, channel: 'a' } })],
  ['pusher', json({ event: 'pusher:signin', data: { auth: `k:${secret}` } })],
  ['nats', `CONNECT ${json({ pass: secret, auth_token: secret, jwt: secret, sig: secret })}\r\n`],
  ['nats', `CONNECT ${json({ auth: { any: secret }, pass: [secret] })}\r\n`],
  ['nats', `CONNECT ${json({ pass: secret })}`, '\r\n'],
  ['centrifuge', json({ id: 1, connect: { token: secret, data: { token: secret } } })],
  ['centrifuge', json({ id: 1, refresh: { token: secret } })],
  ['wamp', json([1, 'realm', { authextra: { token: secret } }]), json([5, secret, {}])],
  ['msgpack wamp', encode([5, secret, {}])],
  ['homeassistant', json({ type: 'auth', access_token: secret })],
  ['discord', json({ op: 2, d: { token: secret } })],
  ['obs', json({ op: 1, d: { authentication: secret } })],
  ['ably', json({ action: 17, auth: { accessToken: secret } })],
  ['ddp', json({ msg: 'method', method: 'login', id: '1', params: [{ resume: secret }] })],
  ['ddp', json({ msg: 'method', method: 'resetPassword', id: '1', params: [secret, secret] })],
  ['rosbridge', json({ op: 'auth', mac: secret })],
  ['binance', json({ id: 1, method: 'session.logon', params: { signature: secret } })],
  ['kraken', json({ method: 'subscribe', params: { channel: 'a', token: secret } })],
  ['firebase', json({ t: 'd', d: { r: 1, a: 'auth', b: { cred: secret } } })],
];

/** The same where they cannot be read. */
const broken: typeof messages = [
  ['stomp', 'CONNECT\npasscode : hunter2-tail\nbroken\n\n\0'],
  ['graphql-transport-ws', init.slice(0, -1)],
  ['graphql-transport-ws', init.replace('connection_init', 'init')],
  ['socketio', `40${json({ token: secret }).slice(0, -1)}`],
  ['socketio', `40/a?token=${secret},{`],
  ['phoenix', json(['1', '1', 'room', 'phx_join', { token: secret }, 1])],
  ['sockjs graphql-transport-ws', json([init.slice(0, -1)])],
  ['pusher', json({ event: 'pusher:signin', data: { auth: `k:${secret}` } }).slice(0, -1)],
  ['pusher', json({ evnt: 'pusher:signin', data: { auth: `k:${secret}` } })],
  ['nats', `CONNECT ${json({ pass: secret }).slice(0, -1)}\r\n`],
  ['nats', `CONECT ${json({ pass: secret })}\r\n`],
  ['centrifuge', json({ id: 1, connect: { token: secret } }).slice(0, -1)],
  ['homeassistant', json({ type: 'auth', access_token: secret }).slice(0, -1)],
];

/** What rows, columns, exports and lines of the output say of it, but for its value. */
function textOf({ type, name, topic, id, summary, records = [] }: KnownReading): string {
  return [type, name, topic, id, summary, ...records.map(textOf)].join('\n');
}

describe('What is said of a message that signs somebody in', () => {
  for (const [kind, list] of Object.entries({ whole: messages, broken })) {
    for (const [index, [decoders, ...sent]] of list.entries()) {
      it(`has no secret of it: ${kind}, ${index}, ${decoders}`, () => {
        const chain = decodersOf(decoders.split(' '), table);
        const read = said(
          chain,
          wampSession,
          sent.map(each => ['out', each]),
        );
        assert.doesNotMatch(read.map(textOf).join('\n'), /hunter2|not read/);
      });
    }
  }
});

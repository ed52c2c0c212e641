import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { firebase } from '../../../../../src/core/decode/protocols/firebase.ts';
import { testHostile } from '../../../../support/decode/fuzz.ts';
import { said } from '../../../../support/decode/said.ts';
import { testVectors, type VectorFile } from '../../../../support/decode/vectors.ts';

const connection = { url: 'wss://s-usc1c-nss-1.firebaseio.com/.ws?v=5&ns=demo', subprotocol: '' };
const put = '{"t":"d","d":{"r":1,"a":"p","b":{"p":"/rooms/1","d":{"n":1}}}}';
const listen = '{"t":"d","d":{"r":2,"a":"q","b":{"p":"/secret","h":""}}}';
const auth = '{"t":"d","d":{"r":3,"a":"auth","b":{"cred":"token"}}}';
const handshake =
  '{"t":"c","d":{"t":"h","d":{"ts":1,"v":"5","h":"s-usc1c-nss-1.firebaseio.com","s":"id"}}}';

/** Made by hand after the sources of the JavaScript SDK. */
const file: VectorFile = {
  decoder: 'firebase',
  sessions: [
    {
      name: 'requests, answers and pushes',
      connection,
      messages: [
        {
          dir: 'in',
          at: 1,
          text: handshake,
          expect: {
            type: 'handshake',
            value: handshake,
            summary: 'handshake 5 s-usc1c-nss-1.firebaseio.com',
          },
        },
        {
          dir: 'out',
          at: 5,
          text: put,
          expect: {
            type: 'request',
            name: 'put',
            topic: '/rooms/1',
            id: '1',
            value: put,
            summary: 'put /rooms/1 {"n":1}',
            call: { role: 'request' },
          },
        },
        {
          dir: 'in',
          at: 9,
          text: '{"t":"d","d":{"r":1,"b":{"s":"ok","d":""}}}',
          expect: {
            type: 'response',
            name: 'put',
            topic: '/rooms/1',
            id: '1',
            value: '{"t":"d","d":{"r":1,"b":{"s":"ok","d":""}}}',
            summary: 'put /rooms/1 done',
            call: { role: 'response', of: 1, ms: 4 },
          },
        },
        {
          dir: 'out',
          at: 10,
          text: listen,
          expect: {
            type: 'request',
            name: 'listen',
            topic: '/secret',
            id: '2',
            value: listen,
            summary: 'listen /secret',
            call: { role: 'request' },
          },
        },
        {
          dir: 'in',
          at: 12,
          text: '{"t":"d","d":{"r":2,"b":{"s":"permission_denied","d":"Permission denied"}}}',
          expect: {
            type: 'response',
            name: 'listen',
            topic: '/secret',
            id: '2',
            value: '{"t":"d","d":{"r":2,"b":{"s":"permission_denied","d":"Permission denied"}}}',
            severity: 'error',
            summary: 'listen /secret ! permission_denied: Permission denied',
            call: { role: 'response', of: 3, ms: 2 },
          },
        },
        {
          dir: 'in',
          text: '{"t":"d","d":{"a":"d","b":{"p":"rooms/1","d":{"n":2}}}}',
          expect: {
            type: 'push',
            name: 'set',
            topic: '/rooms/1',
            value: '{"t":"d","d":{"a":"d","b":{"p":"rooms/1","d":{"n":2}}}}',
            summary: 'set /rooms/1 > {"n":2}',
          },
        },
        {
          dir: 'out',
          text: '0',
          expect: { type: 'keep-alive', heartbeat: true, summary: 'keep-alive' },
        },
        {
          dir: 'out',
          at: 20,
          text: auth,
          expect: {
            type: 'request',
            name: 'auth',
            id: '3',
            value: auth,
            summary: 'auth',
            call: { role: 'request' },
          },
        },
        {
          dir: 'in',
          text: '{"t":"c","d":{"t":"k","d":"moving"}}',
          expect: {
            type: 'shutdown',
            value: '{"t":"c","d":{"t":"k","d":"moving"}}',
            severity: 'warning',
            summary: 'shutdown ! moving',
          },
        },
      ],
    },
    {
      name: 'a request in three messages, and what comes between them from the other side',
      connection,
      messages: [
        {
          dir: 'out',
          at: 1,
          text: '3',
          expect: { summary: '3 parts follow', call: { role: 'part', of: null } },
        },
        {
          dir: 'out',
          at: 1,
          text: put.slice(0, 20),
          expect: { summary: 'part, 20 bytes', call: { role: 'part', of: null } },
        },
        {
          dir: 'in',
          at: 2,
          text: '{"t":"c","d":{"t":"p","d":{}}}',
          expect: {
            type: 'ping',
            heartbeat: true,
            value: '{"t":"c","d":{"t":"p","d":{}}}',
            summary: 'ping',
          },
        },
        {
          dir: 'out',
          at: 2,
          text: put.slice(20, 30),
          expect: { summary: 'part, 10 bytes', call: { role: 'part', of: null } },
        },
        {
          dir: 'out',
          at: 3,
          text: put.slice(30),
          expect: {
            type: 'request',
            name: 'put',
            topic: '/rooms/1',
            id: '1',
            value: put,
            summary: 'put /rooms/1 {"n":1}',
            call: { role: 'request' },
            parts: [0, 1, 3],
          },
        },
        {
          dir: 'in',
          at: 7,
          text: '{"t":"d","d":{"r":1,"b":{"s":"ok","d":{"x":1}}}}',
          expect: {
            type: 'response',
            name: 'put',
            topic: '/rooms/1',
            id: '1',
            value: '{"t":"d","d":{"r":1,"b":{"s":"ok","d":{"x":1}}}}',
            summary: 'put /rooms/1 = {"x":1}',
            call: { role: 'response', of: 4, ms: 4 },
          },
        },
      ],
    },
    {
      name: 'what is wrong',
      connection,
      messages: [
        {
          dir: 'in',
          text: '{"t":',
          expect: { problem: { at: 5, is: 'bad-json' }, severity: 'error' },
        },
        { dir: 'in', text: '', expect: { problem: { at: 0, is: 'empty' }, severity: 'error' } },
        {
          dir: 'in',
          text: '{"t":"x","d":{}}',
          expect: {
            problem: { at: 0, is: 'unexpected' },
            severity: 'error',
            value: '{"t":"x","d":{}}',
          },
        },
        {
          dir: 'in',
          text: '2',
          expect: { summary: '2 parts follow', call: { role: 'part', of: null } },
        },
        {
          dir: 'in',
          text: '{"t"',
          expect: { summary: 'part, 4 bytes', call: { role: 'part', of: null } },
        },
        {
          dir: 'in',
          text: ':1,,}',
          expect: { problem: { at: 3, is: 'bad-json' }, severity: 'error', parts: [3, 4] },
        },
      ],
    },
  ],
};

testVectors(file, () => [firebase]);
testHostile(firebase, file.sessions);

describe('Firebase', () => {
  it('keeps no more of a message in parts than it may', () => {
    const part = `"${'x'.repeat(400_000)}"`;
    const rows = said(firebase, connection, [
      ['in', '4'],
      ['in', part],
      ['in', part],
      ['in', part],
      ['in', 'end'],
      ['in', '0'],
    ]);
    assert.deepEqual(
      rows.map(({ summary, problem }) => [summary, problem?.is]),
      [
        ['4 parts follow', undefined],
        ['part, 400002 bytes', undefined],
        ['part, 400002 bytes', undefined],
        ['part, 400002 bytes', undefined],
        ['last part of 4, 3 bytes', 'too-long'],
        ['keep-alive', undefined],
      ],
    );
  });

  it('tells what the server says of the connection, and nothing that is secret', () => {
    const control = (t: string, d: unknown) => JSON.stringify({ t: 'c', d: { t, d } });
    const rows = said(firebase, connection, [
      ['in', control('r', 'other.firebaseio.com')],
      ['in', control('e', 'bad')],
      ['out', control('o', {})],
      ['out', control('n', {})],
      ['out', control('z', 1)],
      ['in', '{"t":"d","d":{"a":"ac","b":{"s":"expired_token","d":"gone"}}}'],
      ['out', '{"t":"d","d":{"r":9,"a":"appcheck","b":{"token":"secret","d":"secret"}}}'],
      ['in', '{"t":"d","d":{"r":8,"b":{"s":"ok","d":null}}}'],
    ]);
    assert.deepEqual(
      rows.map(({ summary, severity }) => [summary, severity]),
      [
        ['reset other.firebaseio.com', undefined],
        ['error ! bad', 'error'],
        ['pong', undefined],
        ['end', undefined],
        ['control {"t":"z","d":1}', undefined],
        ['auth revoked > "gone"', 'warning'],
        ['appcheck', undefined],
        ['#8 done', undefined],
      ],
    );
  });
});

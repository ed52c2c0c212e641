import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { yjs } from '../../../../../src/core/decode/protocols/yjs.ts';
import { testHostile } from '../../../../support/decode/fuzz.ts';
import { said } from '../../../../support/decode/said.ts';
import { bytesOfVector, testVectors, type VectorFile } from '../../../../support/decode/vectors.ts';

const connection = { url: 'wss://example.com/room', subprotocol: '' };

/** Made by hand after PROTOCOL.md of y-protocols, and what y-websocket adds to it. */
const file: VectorFile = {
  decoder: 'yjs',
  sessions: [
    {
      name: 'two sides get to know what the other misses',
      connection,
      messages: [
        {
          dir: 'out',
          at: 5,
          hex: '00000401810107',
          expect: {
            type: 'sync',
            name: 'sync step 1',
            value: '{"$map":[[129,7]]}',
            summary: 'sync step 1, 1 client',
            call: { role: 'request' },
            fields: [
              ['@.type', 0, 1, 'uint', '0'],
              ['@.sync', 1, 2, 'uint', '0'],
              ['$', 3, 7, 'state vector', '1 client'],
            ],
          },
        },
        {
          dir: 'in',
          at: 15,
          hex: '0001020000',
          expect: {
            type: 'sync',
            name: 'sync step 2',
            value: '{"$bytes":"AAA="}',
            summary: 'sync step 2, 2 bytes',
            call: { role: 'response', of: 0, ms: 10 },
          },
        },
        {
          dir: 'in',
          at: 16,
          hex: '00000100',
          expect: {
            type: 'sync',
            name: 'sync step 1',
            value: '{"$map":[]}',
            summary: 'sync step 1, 0 clients',
            call: { role: 'request' },
          },
        },
        {
          dir: 'out',
          at: 20,
          hex: '0002020000',
          expect: {
            type: 'sync',
            name: 'sync update',
            value: '{"$bytes":"AAA="}',
            summary: 'sync update, 2 bytes',
            fields: [
              ['@.type', 0, 1, 'uint', '0'],
              ['@.sync', 1, 2, 'uint', '2'],
              ['$', 3, 5, 'update', '2 bytes'],
            ],
          },
        },
      ],
    },
    {
      name: 'who is there',
      connection,
      messages: [
        {
          dir: 'in',
          hex: '0112020101077b2261223a317d0203046e756c6c',
          expect: {
            type: 'awareness',
            name: 'awareness',
            value: '[{"client":1,"clock":1,"state":{"a":1}},{"client":2,"clock":3,"state":null}]',
            summary: 'awareness 1 {"a":1} | 2 null',
          },
        },
        {
          dir: 'out',
          hex: '03',
          expect: { type: 'query awareness', name: 'query awareness', summary: 'query awareness' },
        },
        {
          dir: 'in',
          hex: '0200026e6f',
          expect: {
            type: 'auth',
            name: 'auth',
            severity: 'error',
            value: '"no"',
            summary: 'auth ! no',
          },
        },
      ],
    },
    {
      name: 'what is wrong',
      connection,
      messages: [
        { dir: 'in', hex: '', expect: { problem: { at: 0, is: 'empty' }, severity: 'error' } },
        {
          dir: 'in',
          hex: '64',
          expect: { problem: { at: 0, is: 'unexpected' }, severity: 'error' },
        },
        {
          dir: 'in',
          hex: '0005',
          expect: { type: 'sync', problem: { at: 1, is: 'unexpected' }, severity: 'error' },
        },
        {
          dir: 'in',
          hex: '00020500',
          expect: {
            type: 'sync',
            name: 'sync update',
            problem: { at: 4, is: 'truncated' },
            severity: 'error',
          },
        },
        {
          dir: 'in',
          hex: '0002ffffffffffffffffff01',
          expect: {
            type: 'sync',
            name: 'sync update',
            problem: { at: 2, is: 'bad-varint' },
            severity: 'error',
          },
        },
        {
          dir: 'in',
          hex: '0002010000',
          expect: {
            type: 'sync',
            name: 'sync update',
            value: '{"$bytes":"AA=="}',
            problem: { at: 4, is: 'trailing' },
            severity: 'warning',
          },
        },
        {
          dir: 'in',
          hex: '0105010101027b',
          expect: {
            type: 'awareness',
            name: 'awareness',
            problem: { at: 7, is: 'truncated' },
            severity: 'error',
          },
        },
        {
          dir: 'in',
          hex: '0105010101017b',
          expect: {
            type: 'awareness',
            name: 'awareness',
            value: '[{"client":1,"clock":1,"state":"{"}]',
            problem: { at: 7, is: 'bad-json' },
            severity: 'warning',
          },
        },
      ],
    },
  ],
};

testVectors(file, () => [yjs]);
testHostile(yjs, file.sessions);

describe('Yjs', () => {
  it('tells where the states are', () => {
    const [message] = file.sessions[1]?.messages ?? [];
    const [row] = said(yjs, {}, [['in', message ? bytesOfVector(message) : '']]);
    assert.deepEqual(row?.fields?.(), [
      ['@.type', 0, 1, 'uint', '1'],
      ['$', 2, 20, 'awareness', '2 clients'],
      ['$[0]', 3, 13, 'client', '1'],
      ['$[0].state', 6, 13, 'json', '{"a":1}'],
      ['$[1]', 13, 20, 'client', '2'],
      ['$[1].state', 16, 20, 'json', 'null'],
    ]);
  });

  it('reads numbers of 53 bits', () => {
    const bytes = (hex: string) => Uint8Array.from(Buffer.from(hex, 'hex'));
    const [most, more] = said(yjs, {}, [
      ['out', bytes('00000a01ffffffffffffff0f01')],
      ['out', bytes('00000a01ffffffffffffff1f01')],
    ]);
    assert.equal(most?.value?.(), '{"$map":[[9007199254740991,1]]}');
    assert.deepEqual(more?.problem, { at: 4, is: 'bad-varint' });
  });
});

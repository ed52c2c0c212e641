import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { kubernetes } from '../../../../../src/core/decode/protocols/kubernetes.ts';
import { testHostile } from '../../../../support/decode/fuzz.ts';
import { said } from '../../../../support/decode/said.ts';
import { testVectors, vectorFile } from '../../../../support/decode/vectors.ts';

const file = vectorFile('kubernetes');
const base64 = {
  name: 'exec in base64',
  connection: {
    url: 'wss://k8s/api/v1/namespaces/default/pods/p/exec?command=sh',
    subprotocol: 'base64.channel.k8s.io',
  },
  messages: [
    { dir: 'in', text: '1YS50eHQNCg==', expect: {} },
    { dir: 'in', text: '3eyJzdGF0dXMiOiJTdWNjZXNzIn0=', expect: {} },
  ],
} as const;
testVectors(file, () => [kubernetes]);
testHostile(kubernetes, [...file.sessions, base64]);

const bytesOf = (channel: number, text: string) =>
  Uint8Array.of(channel, ...new TextEncoder().encode(text));
const exec = (subprotocol: string) => ({ url: 'wss://k8s/exec', subprotocol });

describe('Kubernetes', () => {
  it('reads streams in base64', () => {
    const rows = said(kubernetes, base64.connection, [
      ['in', '1YS50eHQNCg=='],
      ['in', '3eyJzdGF0dXMiOiJTdWNjZXNzIn0='],
      ['out', '0'],
      ['in', 'x'],
      ['in', ''],
    ]);
    assert.deepEqual(
      rows.map(({ type, summary, value, problem }) => [type, summary, value?.(), problem?.is]),
      [
        ['stdout', 'stdout a.txt', '"a.txt\\r\\n"', undefined],
        ['error', 'exit 0', '{"status":"Success"}', undefined],
        ['stdin', 'stdin', undefined, undefined],
        [undefined, 'x', undefined, 'unexpected'],
        [undefined, '', undefined, 'empty'],
      ],
    );
  });

  it('says where base64 is none, and shows what is before', () => {
    const rows = said(kubernetes, base64.connection, [
      ['in', '1aGVs*bG8='],
      ['in', '1aGVsb'],
      ['in', '1aGVsbG8'],
    ]);
    assert.deepEqual(
      rows.map(({ summary, severity, problem }) => [summary, severity, problem]),
      [
        ['stdout hel', 'warning', { at: 5, is: 'unexpected' }],
        ['stdout hel', 'warning', { at: 6, is: 'truncated' }],
        ['stdout hello', undefined, undefined],
      ],
    );
  });

  it('shows what a terminal gets as text, and what is no text as bytes', () => {
    const [colours, bytes, json] = said(kubernetes, exec('v4.channel.k8s.io'), [
      ['in', bytesOf(1, '\u001b[31mred')],
      ['in', Uint8Array.of(1, 0xff, 0xfe)],
      ['in', bytesOf(1, '{"a":1}')],
    ]);
    assert.equal(colours?.value?.(), '"\\u001b[31mred"');
    assert.deepEqual([bytes?.value?.(), bytes?.summary], ['{"$bytes":"//4="}', 'stdout 2 bytes']);
    assert.deepEqual(
      [json?.value?.(), json?.next?.kind, json?.next?.begin],
      ['{"a":1}', 'text', 1],
    );
    assert.deepEqual(json?.fields?.(), [
      ['@.channel', 0, 1, 'uint', '1'],
      ['$', 1, 8, 'payload', '7 bytes'],
    ]);
  });

  it('says what ends a command', () => {
    const rows = said(kubernetes, exec('v4.channel.k8s.io'), [
      ['in', bytesOf(3, '{"status":"Failure","message":"no such container"}')],
      ['in', bytesOf(3, '{"status":"Failure","reason":"NotFound"}')],
      ['in', bytesOf(3, 'connection lost')],
    ]);
    assert.deepEqual(
      rows.map(({ summary, severity }) => [summary, severity]),
      [
        ['exit ! no such container', 'error'],
        ['exit ! NotFound', 'error'],
        ['error connection lost', undefined],
      ],
    );
  });

  it('says what cannot be', () => {
    const rows = said(kubernetes, exec('v5.channel.k8s.io'), [
      ['out', bytesOf(4, '{"Width":80')],
      ['out', Uint8Array.of(255)],
      ['out', Uint8Array.of(255, 9)],
      ['in', Uint8Array.of(9, 1)],
      ['in', new Uint8Array()],
    ]);
    assert.deepEqual(
      rows.map(({ type, summary, problem, severity }) => [type, summary, problem, severity]),
      [
        ['resize', 'resize {"Width":80', { at: 12, is: 'bad-json' }, 'error'],
        ['close', 'close', { at: 1, is: 'bad-length' }, 'error'],
        ['close', 'close 9', undefined, undefined],
        [undefined, 'channel 9, 1 byte', { at: 0, is: 'unexpected' }, 'error'],
        [undefined, '', { at: 0, is: 'empty' }, 'error'],
      ],
    );
    const [older] = said(kubernetes, exec('v4.channel.k8s.io'), [['out', Uint8Array.of(255, 0)]]);
    assert.equal(older?.summary, 'channel 255, 1 byte');
  });

  it('takes a first message of another length for data of a port', () => {
    const portForward = {
      url: 'wss://k8s/pods/p/portforward?ports=80',
      subprotocol: 'v4.channel.k8s.io',
    };
    const rows = said(kubernetes, portForward, [
      ['in', bytesOf(2, 'data')],
      ['in', Uint8Array.of(2, 0x1f, 0x90)],
      ['in', Uint8Array.of(3, 0x90, 0x1f)],
    ]);
    assert.deepEqual(
      rows.map(({ type, topic, summary }) => [type, topic, summary]),
      [
        ['data', 'data 1', 'port 1, data data'],
        ['data', 'data 1', 'port 1, data 2 bytes'],
        ['port', 'error 1', 'port 1, error: 8080'],
      ],
    );
  });
});

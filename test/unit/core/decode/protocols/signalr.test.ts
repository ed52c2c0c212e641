import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { encode } from '@msgpack/msgpack';
import { signalr } from '../../../../../src/core/decode/protocols/signalr/signalr.ts';
import { testHostile } from '../../../../support/decode/fuzz.ts';
import { readVectors, testVectors, vectorFile } from '../../../../support/decode/vectors.ts';

const vectors = vectorFile('signalr');
testVectors(vectors, () => [signalr]);
testHostile(signalr, vectors.sessions);

interface Said {
  readonly type?: string;
  readonly name?: string;
  readonly id?: string;
  readonly summary?: string;
  readonly value?: string;
  readonly severity?: string;
  readonly problem?: object;
  readonly at?: readonly number[];
  readonly call?: { readonly role: string; readonly of?: number };
  readonly records?: readonly Said[];
}
type Sent = readonly ['in' | 'out', ...(object | string | Uint8Array)[]];

/** Objects become records of JSON, texts stay as they are; bytes are one message. */
function saidOf(...sent: readonly Sent[]): readonly Said[] {
  const session = {
    name: '',
    messages: sent.map(([dir, ...parts]) => ({
      dir,
      ...(parts.some(part => part instanceof Uint8Array)
        ? { hex: Buffer.concat(parts.map(bytesOf)).toString('hex') }
        : { text: parts.map(textOf).join('') }),
      expect: {},
    })),
  };
  return readVectors(session, [signalr]);
}

function textOf(part: object | string): string {
  return typeof part === 'string' ? part : `${JSON.stringify(part)}\u001e`;
}

function bytesOf(part: object | string): Uint8Array {
  return part instanceof Uint8Array ? part : Buffer.from(textOf(part));
}

function packed(...elements: readonly unknown[]): Uint8Array {
  const body = encode(elements);
  const prefix: number[] = [];
  for (let length = body.length; prefix.length === 0 || length > 0; length >>>= 7) {
    prefix.push((length & 0x7f) | (length > 0x7f ? 0x80 : 0));
  }
  return Buffer.concat([Uint8Array.from(prefix), body]);
}

const handshake = [
  ['out', { protocol: 'json', version: 1 }],
  ['in', {}],
] as const;
const packedHandshake = [
  ['out', { protocol: 'messagepack', version: 1 }],
  ['in', {}],
] as const;

describe('SignalR', () => {
  it('has uploads, whose items and ends bear the ids of their streams', () => {
    const said = saidOf(
      ...handshake,
      [
        'out',
        { type: 1, invocationId: '1', target: 'Upload', arguments: [], streamIds: ['1', '2'] },
      ],
      ['out', { type: 2, invocationId: '2', item: 5 }],
      ['out', { type: 3, invocationId: '2' }],
      ['out', { type: 2, invocationId: '1', item: 6 }],
      ['in', { type: 3, invocationId: '1', result: 11 }],
      ['out', { type: 3, invocationId: '1', error: 'late' }],
      ['out', { type: 3, invocationId: '2' }],
    );
    assert.deepEqual(
      said.slice(2).map(({ summary, call }) => [summary, call?.role, call?.of]),
      [
        ['Upload', 'request', 2],
        ['Upload > 5', 'item', 2],
        ['Upload done', 'item', 2],
        ['Upload > 6', 'item', 2],
        ['Upload = 11', 'response', 2],
        ['Upload ! late', 'item', 2],
        ['#2 done', 'response', undefined],
      ],
    );
  });

  it('answers a stream that was cancelled', () => {
    const said = saidOf(
      ...handshake,
      ['out', { type: 4, invocationId: '1', target: 'Count', arguments: [] }],
      ['out', { type: 5, invocationId: '1' }],
      ['in', { type: 2, invocationId: '1', item: 1 }],
      ['in', { type: 3, invocationId: '1' }],
    );
    assert.deepEqual(
      said.slice(2).map(({ summary, call }) => [summary, call?.role, call?.of]),
      [
        ['Count', 'request', 2],
        ['Count cancelled', 'cancel', 2],
        ['Count > 1', 'item', 2],
        ['Count done', 'response', 2],
      ],
    );
  });

  it('has calls of both sides, of the same ids', () => {
    const said = saidOf(
      ...handshake,
      ['out', { type: 1, invocationId: '1', target: 'A', arguments: [] }],
      ['in', { type: 1, invocationId: '1', target: 'B', arguments: [] }],
      ['in', { type: 3, invocationId: '1', result: null }],
      ['out', { type: 3, invocationId: '1', result: 2 }],
    );
    assert.deepEqual(
      said.slice(4).map(({ summary }) => summary),
      ['A = null', 'B = 2'],
    );
  });

  it('says which record of several is of an unknown type, is no JSON, or has no end', () => {
    const [said] = saidOf(['in', { type: 6 }, { type: 12 }, '[1,\u001e', '{"type":6', '}']);
    assert.deepEqual(
      said?.records?.map(({ type, problem }) => problem ?? type),
      [
        'Ping',
        { at: 11, is: 'unexpected' },
        { at: 26, is: 'bad-json' },
        { at: 27, is: 'unterminated' },
      ],
    );
    assert.equal(said.severity, 'error');
    assert.deepEqual(
      said.records.map(({ at }) => at),
      [
        [0, 10],
        [11, 22],
        [23, 26],
        [27, 37],
      ],
    );
  });

  it('says nothing of a message without a record', () => {
    const [, , empty] = saidOf(...handshake, ['in', '']);
    assert.deepEqual([empty?.summary, empty?.records, empty?.problem], ['', undefined, undefined]);
  });

  it('closes without an error, which may be an empty text', () => {
    const said = saidOf(...handshake, ['in', { type: 7 }], ['in', { type: 7, error: '' }]);
    assert.deepEqual(
      said.slice(2).map(({ summary, severity }) => [summary, severity]),
      [
        ['close', undefined],
        ['close', undefined],
      ],
    );
  });

  it('takes more elements than it knows', () => {
    const said = saidOf(
      ...packedHandshake,
      ['in', packed(1, {}, null, 'Tell', [1.5, new Uint8Array(2)], [], { later: true }, 1)],
      ['in', packed(6, 'more')],
    );
    assert.equal(said[2]?.summary, 'Tell 1.5, {"$bytes":"AAA="}');
    assert.equal(said[3]?.summary, 'ping');
    assert.equal(said[3].severity, undefined);
  });

  it('has completions of three kinds, and uploads, in MessagePack too', () => {
    const said = saidOf(
      ...packedHandshake,
      ['out', packed(1, {}, 'a', 'Void', [], ['s'])],
      ['out', packed(2, {}, 's', { x: 1 })],
      ['out', packed(3, {}, 's', 2)],
      ['in', packed(3, {}, 'a', 2)],
      ['out', packed(4, {}, 'b', 'Fails', [])],
      ['in', packed(3, {}, 'b', 1, 'No')],
      ['out', packed(5, {}, 'c')],
      ['in', packed(7, null, true)],
      ['in', packed(7, 'Gone')],
      ['in', packed(8, 3), packed(9, 4)],
    );
    assert.deepEqual(
      said.slice(2).map(({ summary }) => summary),
      [
        'Void',
        'Void > {"x":1}',
        'Void done',
        'Void done',
        'Fails',
        'Fails ! No',
        '#c cancelled',
        'close',
        'close ! Gone',
        'ack 3 | sequence 4',
      ],
    );
  });

  it('says where lengths of records lie', () => {
    const cases = [
      [Uint8Array.of(5, 0x91, 6), { at: 3, is: 'truncated' }],
      [Uint8Array.of(0x80), { at: 1, is: 'truncated' }],
      [Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0x08, 1), { at: 0, is: 'bad-length' }],
      [Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0x07, 1), { at: 6, is: 'truncated' }],
      [Uint8Array.of(0x80, 0x80, 0x80, 0x80, 0x80, 0), { at: 0, is: 'bad-length' }],
      [Uint8Array.of(3, 0x91, 6, 6), { at: 3, is: 'trailing' }],
      [Uint8Array.of(0), { at: 1, is: 'truncated' }],
      [Uint8Array.of(1, 6), { at: 1, is: 'unexpected' }],
      [Uint8Array.of(2, 0x91, 77), { at: 0, is: 'unexpected' }],
      [Uint8Array.of(2, 0x92, 6, 2, 0x91, 6), { at: 3, is: 'truncated' }],
    ] as const;
    for (const [bytes, problem] of cases) {
      const said = saidOf(...packedHandshake, ['in', bytes]);
      assert.deepEqual(said[2]?.problem, problem, Buffer.from(bytes).toString('hex'));
    }
  });

  it('reads the handshake and records of MessagePack in one message of bytes', () => {
    const [, said] = saidOf(
      ['out', { protocol: 'blazorpack', version: 1 }, Uint8Array.of()],
      ['in', {}, packed(1, {}, null, 'JS.RenderBatch', [0, new Uint8Array(3)]), packed(6)],
    );
    assert.equal(said?.summary, 'handshake done | JS.RenderBatch 0, {"$bytes":"AAAA"} | ping');
  });

  it('reads on where a capture begins behind the handshake', () => {
    const said = saidOf(
      ['in', { type: 1, target: 'Tick', arguments: [1] }],
      ['out', packed(6)],
      ['in', '{}\u001e'],
    );
    assert.equal(said[0]?.summary, 'Tick 1');
    assert.equal(said[1]?.summary, 'ping');
    assert.deepEqual(said[2]?.problem, { at: 0, is: 'unexpected' });
  });

  it('reads so many records, and says that there are more', () => {
    const [, , said] = saidOf(...handshake, ['in', '{"type":6}\u001e'.repeat(10_001)]);
    assert.equal(said?.records?.length, 10_000);
    assert.deepEqual(said.problem, { at: 110_000, is: 'too-long' });
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { AnyDecoder } from '../../../../../src/core/decode/decoder.ts';
import { phoenix } from '../../../../../src/core/decode/protocols/phoenix/phoenix.ts';
import { msgpack } from '../../../../../src/core/decode/values/msgpack.ts';
import { testHostile } from '../../../../support/decode/fuzz.ts';
import { readVectors, testVectors, vectorFile } from '../../../../support/decode/vectors.ts';

const vectors = vectorFile('phoenix');
testVectors(vectors, () => [phoenix]);
testHostile(phoenix, vectors.sessions);

interface Said {
  readonly type?: string;
  readonly name?: string;
  readonly topic?: string;
  readonly id?: string;
  readonly summary?: string;
  readonly value?: string;
  readonly severity?: string;
  readonly problem?: object;
  readonly heartbeat?: boolean;
  readonly call?: { readonly of?: number };
  readonly fields?: readonly unknown[];
  readonly metadata?: string;
}
type Sent = readonly ['in' | 'out', object | Uint8Array | string];

function saidOf(sent: readonly Sent[], more: readonly AnyDecoder[] = []): readonly Said[] {
  const session = {
    name: '',
    messages: sent.map(([dir, body]) => ({
      dir,
      ...(body instanceof Uint8Array
        ? { hex: Buffer.from(body).toString('hex') }
        : { text: typeof body === 'string' ? body : JSON.stringify(body) }),
      expect: {},
    })),
  };
  return readVectors(session, [phoenix, ...more]);
}

/** A message of bytes. @param encoding of the body, where its kind says that */
function binary(
  kind: number,
  texts: readonly string[],
  body: string | Uint8Array,
  encoding?: number,
): Uint8Array {
  const parts = texts.map(text => Buffer.from(text));
  const head = [kind, ...parts.map(({ length }) => length)];
  const encodings = encoding === undefined ? [] : [encoding];
  return Buffer.concat([Uint8Array.from([...head, ...encodings]), ...parts, Buffer.from(body)]);
}

describe('Phoenix', () => {
  it('masks in the summary who joins', () => {
    const said = saidOf([
      ['out', ['1', '1', 'realtime:a', 'phx_join', { access_token: 'hunter2', config: {} }]],
      ['out', ['1', '2', 'realtime:a', 'access_token', { access_token: 'hunter2' }]],
    ]);
    assert.deepEqual(
      said.map(({ summary }) => summary),
      ['phx_join {"access_token":"•••","config":{}}', 'access_token {"access_token":"•••"}'],
    );
  });

  it('has pushes and broadcasts of users of Supabase, of JSON and of bytes', () => {
    const said = saidOf([
      ['out', binary(3, ['1', '7', 'realtime:a', 'move', '{"x":1}'], '{"y": 2}', 1)],
      ['in', { topic: 'realtime:a', event: 'phx_reply', payload: { status: 'ok' }, ref: '7' }],
      ['in', binary(4, ['realtime:a', 'moved', ''], Uint8Array.of(1, 2), 0)],
      ['in', binary(4, ['realtime:a', 'moved', ''], '{"y":', 1)],
      ['in', binary(4, ['realtime:a', 'moved', ''], 'z', 2)],
      ['out', binary(3, ['', '', 'realtime:a', 'move', ''], '1', 1)],
    ]);
    assert.deepEqual(
      said.map(({ summary }) => summary),
      ['move {"y":2}', 'move =', 'moved 2 bytes', 'moved 5 bytes', 'moved 1 byte', 'move 1'],
    );
    assert.equal(said[0]?.value, '{"y": 2}');
    assert.equal(said[0].id, '7');
    assert.equal(said[0].metadata, '{"x":1}');
    assert.equal(said[1]?.call?.of, 0);
    assert.equal(said[2]?.value, '{"$bytes":"AQI="}');
    assert.deepEqual(said[3]?.problem, { at: 25, is: 'bad-json' });
    assert.deepEqual(said[4]?.problem, { at: 4, is: 'reserved' });
    assert.equal(said[5]?.id, undefined);
    assert.deepEqual(saidOf([['in', binary(4, ['t', 'e', 'm'], '[]', 1)]])[0]?.fields, [
      ['@.kind', 0, 1, 'uint', '4'],
      ['@.encoding', 4, 5, 'uint', '1'],
      ['@.topic', 5, 6, 'text', '"t"'],
      ['@.user_event', 6, 7, 'text', '"e"'],
      ['@.metadata', 7, 8, 'text', '"m"'],
      ['$', 8, 10, 'json', '2 bytes'],
    ]);
  });

  it('says a ref in pushes of bytes to the server only', () => {
    const said = saidOf([
      ['out', binary(0, ['1', '2', 't', 'e'], 'x')],
      ['in', binary(0, ['1', 't', 'e'], 'x')],
      ['in', binary(1, ['1', '2', 't', 'error'], 'xy')],
    ]);
    assert.deepEqual(
      said.map(({ type, id, summary }) => [type, id, summary]),
      [
        ['push', '2', 'e 1 byte'],
        ['broadcast', undefined, 'e 1 byte'],
        ['reply', '2', 'e ! error 2 bytes'],
      ],
    );
    assert.equal(said[2]?.severity, 'error');
  });

  it('says what is wrong with bytes', () => {
    const cases = [
      [Uint8Array.of(), { at: 0, is: 'empty' }],
      [Uint8Array.of(5, 0), { at: 0, is: 'unexpected' }],
      [Uint8Array.of(2, 1), { at: 2, is: 'truncated' }],
      [Uint8Array.of(2, 200, 1, 65), { at: 4, is: 'truncated' }],
      [Uint8Array.of(2, 1, 2, 65, 66, 0xff), { at: 4, is: 'bad-utf8' }],
      [Uint8Array.of(4, 0, 0, 0), { at: 4, is: 'truncated' }],
    ] as const;
    for (const [bytes, problem] of cases) {
      assert.deepEqual(saidOf([['in', bytes]])[0]?.problem, problem);
    }
  });

  it('answers pushes of one ref in several topics', () => {
    const said = saidOf([
      ['out', ['1', '1', 'a', 'one', {}]],
      ['out', ['1', '1', 'b', 'two', {}]],
      ['in', ['1', '1', 'b', 'phx_reply', { status: 'ok', response: 2 }]],
      ['in', ['1', '1', 'a', 'phx_reply', { status: 'timeout', response: {} }]],
      ['in', ['1', '9', 'a', 'phx_reply', { response: {} }]],
    ]);
    assert.deepEqual(
      said.slice(2).map(({ summary }) => summary),
      ['two = 2', 'one ! timeout {}', '#9 ! {}'],
    );
  });

  it('finds texts unexpected that are no message', () => {
    for (const text of ['[1,2,3]', '[1,2,"t","e",{},6]', '[1,2,3,"e",{}]', '{"topic":"t"}', '1']) {
      const [said] = saidOf([['in', text]]);
      assert.deepEqual(said?.problem, { at: 0, is: 'unexpected' }, text);
      assert.equal(said.value, text);
    }
    assert.deepEqual(saidOf([['in', '["1",']])[0]?.problem, { at: 5, is: 'bad-json' });
  });

  it('can be decoded further', () => {
    const [said] = saidOf([['in', binary(2, ['t', 'e'], Uint8Array.of(0x91, 1))]], [msgpack]);
    assert.equal(said?.summary, 'e [1]');
    assert.equal(said.value, '[1]');
    assert.equal(said.topic, 't');
  });
});

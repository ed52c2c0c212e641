import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { encode } from '@msgpack/msgpack';
import type { AnyDecoder } from '../../../../../src/core/decode/decoder.ts';
import { socketio } from '../../../../../src/core/decode/protocols/socketio/socketio.ts';
import { msgpack } from '../../../../../src/core/decode/values/msgpack.ts';
import { testHostile } from '../../../../support/decode/fuzz.ts';
import { readVectors, testVectors, vectorFile } from '../../../../support/decode/vectors.ts';

const vectors = vectorFile('socketio');
testVectors(vectors, () => [socketio]);
testHostile(socketio, vectors.sessions);

type Said = Readonly<Record<string, unknown>>;
type Sent = readonly ['in' | 'out', string | Uint8Array];

function saidOf(sent: readonly Sent[], version = 4, more: readonly AnyDecoder[] = []) {
  const url = `wss://example.com/socket.io/?EIO=${version}&transport=websocket`;
  const session = {
    name: '',
    connection: { url, subprotocol: '' },
    messages: sent.map(([dir, body]) => ({
      dir,
      ...(typeof body === 'string' ? { text: body } : { hex: Buffer.from(body).toString('hex') }),
      expect: {},
    })),
  };
  return readVectors(session, [socketio, ...more]) as Said[];
}

const summariesOf = (said: readonly Said[]) => said.map(({ summary }) => summary);
const bytes = (...values: number[]) => Uint8Array.from(values);
const placeholder = (num: number) => `{"_placeholder":true,"num":${num}}`;

describe('Attachments of Socket.IO', () => {
  it('are announced and missing: the packet keeps its placeholders', () => {
    const [header, first] = saidOf([
      ['in', `452-["a",${placeholder(0)},${placeholder(1)}]`],
      ['in', bytes(1)],
    ]);
    assert.equal(header?.['value'], `["a",${placeholder(0)},${placeholder(1)}]`);
    assert.deepEqual(header['parts'], [1]);
    assert.equal(first?.['summary'], 'attachment 1 of 2 of a, 1 byte');
  });

  it('are more than were announced: those are of no packet', () => {
    const said = saidOf([
      ['in', `451-["a",${placeholder(0)}]`],
      ['in', bytes(1)],
      ['in', bytes(2, 3)],
    ]);
    assert.equal(said[0]?.['value'], '["a",{"$bytes":"AQ=="}]');
    assert.equal(said[2]?.['summary'], '2 bytes that no packet announced');
    assert.equal(said[2]['severity'], 'warning');
  });

  it('may be crossed by heartbeats and the other direction, but not by another packet', () => {
    const said = saidOf([
      ['in', `452-["a",${placeholder(1)},${placeholder(0)}]`],
      ['in', bytes(1)],
      ['in', '2'],
      ['out', '42["mine"]'],
      ['out', bytes(9)],
      ['in', '42["between"]'],
      ['in', bytes(2)],
    ]);
    assert.equal(said[0]?.['value'], '["a",{"$bytes":"Ag=="},{"$bytes":"AQ=="}]');
    assert.equal(said[2]?.['severity'], undefined);
    assert.equal(said[3]?.['severity'], undefined);
    assert.equal(said[4]?.['summary'], '1 byte that no packet announced');
    assert.deepEqual(said[5]?.['problem'], { at: 0, is: 'unexpected' });
    assert.equal(said[5]['severity'], 'warning');
    assert.equal(said[5]['name'], 'between');
    assert.equal(said[6]?.['summary'], 'attachment 2 of 2 of a, 1 byte');
  });

  it('are only in the places of their numbers, the outermost ones', () => {
    const body =
      `["a",${placeholder(7)},{"_placeholder":true,"num":-1},{"_placeholder":true,"num":0.5},` +
      `{"_placeholder":"true","num":0},{"num":0},["_placeholder",true],"{\\"_placeholder\\":true}",` +
      `{ "num" : 0 , "x":${placeholder(0)}, "_placeholder" : true }]`;
    const [said] = saidOf([
      ['in', `451-${body}`],
      ['in', bytes(1)],
    ]);
    const outer = body.slice(body.indexOf('{ "num"'), -1);
    assert.equal(said?.['value'], body.replace(outer, '{"$bytes":"AQ=="}'));
  });

  it('are none of a packet that announces none: a user may have sent a placeholder', () => {
    const text = `["a",${placeholder(0)}]`;
    const [said] = saidOf([
      ['in', `42${text}`],
      ['in', bytes(1)],
    ]);
    assert.equal(said?.['value'], text);
    assert.equal(said['parts'], undefined);
  });

  it('may be ten thousand', () => {
    const count = 10_000;
    const places = Array.from({ length: count }, (_, num) => placeholder(num));
    const [header] = saidOf([
      ['in', `45${count}-["a",${places.join()}]`],
      ...places.map((): Sent => ['in', bytes(1)]),
    ]);
    assert.equal((header?.['parts'] as number[]).length, count);
    assert.equal((header?.['value'] as string).split('AQ==').length, count + 1);
  });

  it('grow no text without end, though all places name the same large one', () => {
    const large = new Uint8Array(1024 * 1024);
    const places = Array.from({ length: 10_000 }, () => placeholder(0));
    const [header] = saidOf([
      ['in', `451-["a",${places.join()}]`],
      ['in', large],
    ]);
    assert.ok((header?.['value'] as string).length < 100 * 1024 * 1024);
    assert.equal((header?.['summary'] as string).length, 512);
  });

  it('of an answer are called as what it answers', () => {
    const said = saidOf([
      ['out', '427["get",1]'],
      ['in', `461-7[${placeholder(0)}]`],
      ['in', bytes(1, 2)],
    ]);
    assert.deepEqual(summariesOf(said), [
      'get 1',
      'get = {"$bytes":"AQI="}',
      'attachment 1 of 1 of get, 2 bytes',
    ]);
    assert.equal(said[2]?.['name'], 'get');
  });

  it('are base64 where a client sends no bytes', () => {
    const said = saidOf([
      ['out', `451-["a",${placeholder(0)}]`],
      ['out', 'bAQID'],
      ['out', 'bAQ*D'],
    ]);
    assert.equal(said[0]?.['value'], '["a",{"$bytes":"AQID"}]');
    assert.equal(said[1]?.['summary'], 'attachment 1 of 1 of a, 3 bytes');
    assert.deepEqual(said[2]?.['problem'], { at: 3, is: 'unexpected' });
    assert.equal(said[2]['value'], '{"$bytes":"AQ=="}');
  });

  it('are typed in Engine.IO 3', () => {
    const said = saidOf(
      [
        ['in', `452-["a",${placeholder(0)},${placeholder(1)}]`],
        ['in', bytes(4, 1)],
        ['in', 'b4Ag=='],
        ['in', bytes(5, 1)],
      ],
      3,
    );
    assert.equal(said[0]?.['value'], '["a",{"$bytes":"AQ=="},{"$bytes":"Ag=="}]');
    assert.equal(said[1]?.['summary'], 'attachment 1 of 2 of a, 1 byte');
    assert.equal(said[2]?.['summary'], 'attachment 2 of 2 of a, 1 byte');
    assert.deepEqual(said[3]?.['problem'], { at: 0, is: 'unexpected' });
  });

  it('can be decoded further', () => {
    const said = saidOf(
      [
        ['in', `451-["a",${placeholder(0)}]`],
        ['in', encode({ price: 1 })],
      ],
      4,
      [msgpack],
    );
    assert.equal(said[1]?.['summary'], 'attachment 1 of 1 of a {"price":1}');
    assert.equal(said[1]['value'], '{"price":1}');
  });
});

describe('Socket.IO', () => {
  it('has acknowledgements with ids of many digits, of each side and namespace by itself', () => {
    const id = '1'.repeat(400);
    const said = saidOf([
      ['out', `42${id}["mine"]`],
      ['in', `42${id}["theirs"]`],
      ['out', `42/a,${id}["elsewhere"]`],
      ['in', `43${id}[1]`],
      ['out', `43${id}[2]`],
      ['in', `43/a,${id}[3]`],
      ['in', `43${id}[4]`],
    ]);
    assert.deepEqual(summariesOf(said.slice(3)), [
      'mine = 1',
      'theirs = 2',
      'elsewhere = 3',
      `#${id} = 4`,
    ]);
    assert.equal(said[0]?.['id'], id);
  });

  it('asks for a namespace with a query, up to revision 4, and is refused with a text', () => {
    const said = saidOf(
      [
        ['in', '40'],
        ['out', '40/admin?token=x,'],
        ['in', '40/admin,'],
        ['out', '40/other,'],
        ['in', '44/other,"Not authorized"'],
        ['out', '2'],
        ['in', '3'],
      ],
      3,
    );
    assert.deepEqual(summariesOf(said), [
      'connect',
      'connect /admin?token=x',
      'connect /admin',
      'connect /other',
      'connect /other ! Not authorized',
      'ping',
      'pong',
    ]);
    assert.deepEqual(
      said.map(({ call }) => (call as { of?: number } | undefined)?.of),
      [undefined, 1, 1, 3, 3, undefined, undefined],
    );
  });

  it('masks in summary and topic who asks for a namespace', () => {
    const said = saidOf([
      ['out', '40/admin,{"auth":{"password":"hunter2"},"room":"lobby"}'],
      ['out', encode({ type: 0, nsp: '/', data: { token: 'hunter2' } })],
      ['out', '40/admin?token=hunter2&room=lobby,'],
    ]);
    assert.deepEqual(summariesOf(said), [
      'connect /admin {"auth":{"password":"•••"},"room":"lobby"}',
      'connect {"token":"•••"}',
      'connect /admin?token=•••&room=lobby',
    ]);
    assert.equal(said[2]?.['topic'], '/admin?token=•••&room=lobby');
  });

  it('reads packets that are one map of MessagePack', () => {
    const said = saidOf([
      ['out', encode({ type: 0, nsp: '/', data: { token: 'x' } })],
      ['in', encode({ type: 0, nsp: '/', data: { sid: 'a' } })],
      ['out', encode({ type: 2, nsp: '/chat', data: ['say', 'hi', bytes(1)], id: 0 })],
      ['in', encode({ type: 3, nsp: '/chat', data: [true], id: 0 })],
      ['in', encode({ type: 4, nsp: '/x', data: { message: 'No' } })],
      ['in', encode({ type: 1, nsp: '/chat' })],
      ['in', encode({ type: 9, nsp: '/' })],
      ['in', encode({ type: 2, nsp: '/', data: { no: 'array' } })],
      ['in', encode({ type: 'EVENT', nsp: '/' })],
    ]);
    assert.deepEqual(summariesOf(said), [
      'connect {"token":"x"}',
      'connect = {"sid":"a"}',
      'say "hi", {"$bytes":"AQ=="}',
      'say = true',
      'connect /x ! No',
      'disconnect /chat',
      '{"type":9,"nsp":"/"}',
      '{"type":2,"nsp":"/","data":{"no":"array"}}',
      '18 bytes that no packet announced',
    ]);
    assert.equal(said[2]?.['value'], '["say","hi",{"$bytes":"AQ=="}]');
    assert.deepEqual(
      [6, 7].map(index => said[index]?.['severity']),
      ['error', 'error'],
    );
  });

  it('says the numbers of attachments that nobody can send, and headers without their parts', () => {
    const said = saidOf([
      ['in', `45${'9'.repeat(400)}-["a"]`],
      ['in', '45["a"]'],
      ['in', '45-["a"]'],
      ['in', '4'],
      ['in', ''],
      ['in', '42[]'],
      ['in', '42[{}]'],
      ['in', '43'],
      ['in', '42/only-a-namespace'],
      ['in', '0{"sid"'],
    ]);
    assert.deepEqual(
      said.map(({ problem }) => problem),
      [
        { at: 2, is: 'bad-length' },
        { at: 2, is: 'unexpected' },
        { at: 2, is: 'unexpected' },
        undefined,
        { at: 0, is: 'empty' },
        { at: 2, is: 'unexpected' },
        { at: 2, is: 'unexpected' },
        { at: 2, is: 'unexpected' },
        { at: 19, is: 'unexpected' },
        { at: 1, is: 'bad-json' },
      ],
    );
  });

  it('names events by numbers too', () => {
    assert.deepEqual(summariesOf(saidOf([['in', '42[7, "a"]']])), ['7 "a"']);
  });
});

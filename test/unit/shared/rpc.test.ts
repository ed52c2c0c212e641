import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { CancellationError, UserError } from '../../../src/core/base/errors.ts';
import { answer } from '../../../src/shared/rpc.ts';
import {
  maxBodyLength,
  maxBytesAsked,
  maxRowsAsked,
  maxTailRows,
} from '../../../src/shared/limits.ts';
import {
  requestSchemas,
  type RequestHandlers,
  type RequestName,
} from '../../../src/shared/monitorProtocol.ts';

const names = Object.keys(requestSchemas) as readonly RequestName[];

/** Handlers that give back what they were given, and a way to ask them. */
function setUp(own: Partial<RequestHandlers> = {}) {
  const failures: string[] = [];
  const echoing = Object.fromEntries(names.map(name => [name, (params: unknown) => ({ params })]));
  const handlers = { ...echoing, ...own } as unknown as RequestHandlers;
  const ask = (message: unknown) =>
    answer(requestSchemas, message, handlers, (request, error) =>
      failures.push(`${request}: ${String(error)}`),
    );
  return { ask, failures };
}

const connection = 'c1';
const generation = 4;
const find = {
  generation,
  text: 'x',
  isPattern: false,
  isCaseSensitive: true,
  from: 0,
  direction: 'next',
};
const bodies = [
  ...['text', 'json', 'hex', 'base64', 'ping'].map(as => ({ as, text: '${a}' })),
  { as: 'text', text: 'x'.repeat(maxBodyLength) },
  { as: 'file', path: 'a.json', isText: true },
  { as: 'close', code: 4000, reason: 'done' },
];
const badBodies = [
  undefined,
  null,
  {},
  'text',
  { as: 'text' },
  { as: 'text', text: 1 },
  { text: 'x' },
  { as: 'shell', text: 'x' },
  { as: 'text', text: 'x', more: 1 },
  { as: 'text', text: 'x'.repeat(maxBodyLength + 1) },
  { as: 'ping', text: 'x'.repeat(4097) },
  { as: 'file', path: '', isText: true },
  { as: 'file', path: 'a' },
  ...[-1, 0.5, 65_536, '1000'].map(code => ({ as: 'close', code, reason: '' })),
];
const good: Readonly<Record<RequestName, readonly unknown[]>> = {
  'ready': [undefined, { timeZone: 'America/New_York' }],
  'view.set': [
    {},
    { following: true },
    { selected: connection, merged: ['c1', 'c2'] },
    { filter: 'after:10:30', clock: { startOfDay: 0, timeZone: 'Europe/Amsterdam' } },
    { filter: 'in: x' },
    { showHeartbeats: true, showControl: false },
  ],
  'layout.keep': [{ text: '' }, { text: 'x'.repeat(10_000) }],
  'rows': [
    { generation, from: 0, count: 0 },
    { generation, from: Number.MAX_SAFE_INTEGER, count: maxRowsAsked },
  ],
  'tail': [{ count: 0 }, { count: maxTailRows }],
  'locate': [
    { generation, place: { connection, seq: 0 } },
    { generation, place: { at: 1e12 } },
  ],
  'row': [{ connection, seq: 3 }],
  'row.at': [{ at: 1e12 }],
  'find': [find, { ...find, isPattern: true, direction: 'previous' }],
  'frame': [{ connection, seq: 3 }],
  'decoded': [{ connection, seq: 3 }],
  'layer': [{ connection, seq: 3, layer: 1, from: 0, length: 16 }],
  'selection.decode': [{ connection, direction: 'in', bytes: new Uint8Array(3) }],
  'decoder.choose': [{ connection }, { connection, seq: 3 }],
  'decoder.open': [{ connection, name: 'acme' }],
  'script.open': [{ connection, seq: 3, call: 0 }],
  'page.reload': [{ connection, seq: 3 }],
  'handshake.plain': [{ key: 'x'.repeat(100) }],
  'series': [
    { connection, span: 'recent' },
    { connection, span: 'all' },
  ],
  'payload': [
    { connection, seq: 0, from: 0, length: 1 },
    { connection: '', seq: 5, from: 7, length: maxBytesAsked },
  ],
  'connect.ask': [undefined],
  'start.open': [{ what: 'demo' }, { what: 'walkthrough' }, { what: 'tap' }],
  'connect': [{ connection }],
  'disconnect': [{ connection }],
  'reconnect': [{ connection: 'x'.repeat(200) }],
  'socket.close': [{ connection }],
  'clear': [{ connections: [connection] }, { connections: [connection, connection] }],
  'clear.undo': [undefined],
  'setting.open': [{ connection }],
  'copy': [
    { generation, ranges: [[0, 5]], format: 'json' },
    { row: { connection, seq: 3 }, format: 'text' },
  ],
  'copy.text': [{ text: '$.a[0]' }],
  'editor.open': [{ connection, seq: 3 }],
  'editor.compare': [
    { generation, positions: [7, 3] },
    { left: { connection, seq: 3 }, right: { connection: 'c2', seq: 0 } },
  ],
  'editor.text': [
    {
      generation,
      ranges: [
        [0, 5],
        [7, 8],
      ],
    },
  ],
  'decoder.new': [{ generation }, { generation, ranges: [[0, 1]] }],
  'help.keys': [undefined],
  'export': [{ generation }, { generation, ranges: [[0, 1]] }],
  'filter.save': [{ text: 'in:' }],
  'filter.remove': [{ name: 'mine' }],
  'output.show': [undefined],
  'compose.check': bodies.map(body => ({ connection, body })),
  'compose.send': bodies.map(body => ({ connection, body })),
  'compose.pickFile': [undefined],
  'compose.save': bodies.map(body => ({ body })),
  'queue.cancel': [{ connection }],
  'library.run': [{ connection, origin: 'user', path: 'Orders/New' }],
  'library.body': [{ origin: 'workspace', path: 'x'.repeat(4096) }],
  'run.stop': [{ id: 'r1' }],
  'held.release': [{ connection, number: 1 }],
  'held.releaseEdited': [{ connection, number: 1, body: { as: 'json', text: '{}' } }],
  'held.drop': [{ connection, number: 1 }],
  'held.inject': [{ connection, to: 'client', body: { as: 'text', text: 'a' } }],
  'held.releaseAll': [{ connection }],
  'held.body': [{ connection, number: 1 }],
  'rule.add': [{ connection, seq: 0 }],
};

const rows = { generation, from: 0, count: 1 };
const row = [{}, { connection }, { connection, seq: -1 }, { connection, seq: 0, more: 1 }];
const payload = { connection, seq: 0, from: 0, length: 1 };
const named = [undefined, {}, { connection: 1 }, { connection, more: 1 }, [connection], connection];
const bad: Readonly<Record<RequestName, readonly unknown[]>> = {
  'ready': [null, {}, 'now', { timeZone: 'Nowhere/Land' }, { timeZone: 'UTC', more: 1 }],
  'view.set': [
    undefined,
    { following: 'yes' },
    { selected: 1 },
    { merged: 'c1' },
    { more: 1 },
    { clock: { startOfDay: 0, timeZone: 'Nowhere/Else' } },
    { filter: 'x'.repeat(2001) },
    { showHeartbeats: 1 },
    { showControl: null },
  ],
  'decoded': [{}, { connection }, { connection, seq: -1 }],
  'layer': [
    {},
    { connection, seq: 3, layer: -1, from: 0, length: 16 },
    { connection, seq: 3, layer: 1, from: 0, length: 0 },
  ],
  'selection.decode': [
    {},
    { connection, direction: 'in', bytes: [1, 2, 3] },
    { connection, direction: 'in', bytes: new Uint8Array() },
    { connection, direction: 'up', bytes: new Uint8Array(3) },
  ],
  'decoder.choose': [{}, { connection, seq: 'x' }],
  'decoder.open': [
    { connection },
    { connection, name: 'x'.repeat(201) },
    { connection, file: '/x' },
  ],
  'layout.keep': [{}, { text: 1 }, { text: 'x'.repeat(10_001) }, { text: '', more: 1 }],
  'rows': [
    { ...rows, from: -1 },
    { ...rows, from: 0.5 },
    { ...rows, from: 2 ** 53 },
    { ...rows, count: maxRowsAsked + 1 },
    { ...rows, count: NaN },
    { ...rows, more: 1 },
    { from: 0, count: 1 },
    { ...rows, generation: -1 },
  ],
  'tail': [{}, { count: -1 }, { count: 0.5 }, { count: maxTailRows + 1 }, { count: 1, more: 1 }],
  'locate': [
    { generation },
    { generation, place: {} },
    { generation, place: { at: NaN } },
    { place: { at: 1 } },
    { generation, place: { connection, seq: 0.5 } },
  ],
  'row': row,
  'row.at': [{}, { at: NaN }, { at: 1, connection }],
  'find': [
    { ...find, text: '' },
    { ...find, direction: 'up' },
    { ...find, from: -1 },
  ],
  'frame': row,
  'script.open': [...row, { connection, seq: 3 }, { connection, seq: 3, call: -1 }],
  'page.reload': row,
  'handshake.plain': [{}, { key: 1 }, { key: 'x'.repeat(101) }, { key: '', more: 1 }],
  'series': [{ connection }, { connection, span: 'day' }],
  'payload': [
    { ...payload, length: 0 },
    { ...payload, length: maxBytesAsked + 1 },
    { ...payload, seq: '0' },
    { ...payload, seq: -1 },
    { ...payload, from: Infinity },
  ],
  'connect.ask': [{ url: 'ws://evil.test/' }],
  'start.open': [undefined, { what: 'workbench.action.quit' }],
  'connect': [...named, { connection, url: 'ws://evil.test/' }],
  'disconnect': named,
  'reconnect': [...named, { connection: 'x'.repeat(201) }],
  'socket.close': [...named],
  'clear': [...named, { connections: [] }, { connections: [1] }],
  'clear.undo': [0],
  'setting.open': [...named, { connection, setting: 'proxy' }],
  'copy': [
    { generation },
    { row: { connection }, format: 'text' },
    { generation, ranges: [], format: 'text' },
    { generation, ranges: [[0]], format: 'text' },
    { generation, ranges: [[0, 1]], format: 'sh' },
  ],
  'copy.text': [{}, { text: 'x'.repeat(maxBytesAsked + 1) }],
  'editor.open': row,
  'editor.compare': [
    { left: { connection, seq: 3 } },
    { left: { connection, seq: 3 }, right: { connection, seq: -1 } },
    { generation, positions: [1] },
    { positions: [1, 2] },
  ],
  'export': [{}, { generation, ranges: [[-1, 0]] }, { generation, uri: 'file:///x' }],
  'filter.save': [{}, { text: '' }],
  'filter.remove': [{}, { name: 'x'.repeat(201) }],
  'editor.text': [{ generation }, { generation, ranges: [] }, { generation, ranges: [[0]] }],
  'decoder.new': [{}, { generation, ranges: [] }, { generation, path: '/x' }],
  'help.keys': [{ url: 'x' }],
  'output.show': [0],
  'compose.check': [...badBodies.map(body => ({ connection, body })), { body: bodies[0] }],
  'compose.send': [
    ...badBodies.map(body => ({ connection, body })),
    { connection },
    { connection, body: bodies[0], to: 'both' },
  ],
  'compose.pickFile': [{ path: '/etc/passwd' }],
  'compose.save': [...badBodies.map(body => ({ body })), { body: bodies[0], name: 'x' }],
  'queue.cancel': named,
  'library.run': [
    { connection, path: 'x' },
    { connection, origin: 'web', path: 'x' },
    { origin: 'user', path: 'x' },
    { connection, origin: 'user', path: '' },
  ],
  'library.body': [{ path: 'x' }, { origin: 'user', path: 'x'.repeat(4097) }, undefined],
  'run.stop': [undefined, {}, { id: 1 }, { id: 'x'.repeat(201) }],
  'held.release': [{ connection }, { connection, number: 0 }, { connection, number: 1, to: 'x' }],
  'held.releaseEdited': [
    { connection, number: 1 },
    { connection, number: 1, body: { as: 'file', path: '/etc/passwd', isText: true } },
    { connection, number: 1, body: { as: 'text' } },
  ],
  'held.drop': [{ number: 1 }, { connection, number: 1.5 }],
  'held.inject': [
    { connection, body: { as: 'text', text: 'a' } },
    { connection, to: 'both', body: { as: 'text', text: 'a' } },
    { connection, to: 'client', body: { as: 'file', path: '/etc/passwd', isText: true } },
  ],
  'held.releaseAll': named,
  'held.body': [{ connection }, { connection, number: -1 }],
  'rule.add': [{ connection }, { connection, seq: -1 }, { connection, seq: 0, rule: {} }],
};

describe('A request of the page', () => {
  it('of every name reaches its handler with parameters that will do', async () => {
    const { ask, failures } = setUp();
    for (const name of names) {
      for (const [id, params] of good[name].entries()) {
        const expected = { id, result: { params } };
        assert.deepEqual(await ask({ id, request: name, params }), expected, name);
      }
    }
    assert.deepEqual(failures, []);
  });

  it('of every name is answered by an error where its parameters will not do', async () => {
    for (const name of names) {
      for (const params of bad[name]) {
        const { ask, failures } = setUp();
        const reply = await ask({ id: 1, request: name, params });
        assert.ok(reply && 'error' in reply, `${name} takes ${JSON.stringify(params)}`);
        assert.match(reply.error, new RegExp(`^${name}: .`));
        assert.deepEqual([reply.id, failures.length], [1, 1]);
      }
    }
  });

  it('without parameters is answered although JSON leaves the member out', async () => {
    const { ask } = setUp();
    const message: unknown = JSON.parse(
      JSON.stringify({ id: 0, request: 'ready', params: undefined }),
    );
    assert.deepEqual(await ask(message), { id: 0, result: { params: undefined } });
  });

  it('of a name that does not exist is answered by an error', async () => {
    const strange = [
      'toString',
      '__proto__',
      'constructor',
      'hasOwnProperty',
      '',
      'Ready',
      'rows ',
    ];
    const { ask, failures } = setUp();
    for (const request of strange) {
      assert.deepEqual(await ask({ id: 7, request, params: undefined }), {
        id: 7,
        error: `There is no request ${request}`,
      });
    }
    assert.equal(failures.length, strange.length);
  });

  it('whose handler fails is answered by what the failure says', async () => {
    const { ask, failures } = setUp({
      'ready': () => {
        throw new UserError('Not connected.');
      },
      'output.show': () => Promise.reject(new Error('late')),
    });
    assert.deepEqual(
      {
        replies: [
          await ask({ id: 1, request: 'ready' }),
          await ask({ id: 2, request: 'output.show' }),
        ],
        failures,
      },
      {
        replies: [
          { id: 1, error: 'Not connected.' },
          { id: 2, error: 'late' },
        ],
        failures: ['ready: UserError: Not connected.', 'output.show: Error: late'],
      },
    );
  });

  it('without a number to answer to is reported and left alone', async () => {
    const { ask, failures } = setUp();
    const garbage = [
      undefined,
      null,
      0,
      'ready',
      [],
      {},
      { id: 1 },
      { request: 'ready' },
      ...[-1, 1.5, '1', NaN, 2 ** 53].map(id => ({ id, request: 'ready' })),
    ];
    for (const message of garbage) {
      assert.equal(await ask(message), undefined);
    }
    assert.deepEqual(
      failures,
      garbage.map(() => '?: TypeError: The message is no request'),
    );
  });

  it('has no result, and is no failure, if the user cancelled it', async () => {
    const { ask, failures } = setUp({ export: () => Promise.reject(new CancellationError()) });
    const given = await ask({ id: 3, request: 'export', params: { generation } });
    assert.deepEqual(given, { id: 3, result: undefined });
    assert.deepEqual(failures, []);
  });

  it('is answered exactly where it can be, whatever it is', async () => {
    const { ask } = setUp();
    const request = fc.oneof(fc.constantFrom(...names), fc.string());
    const message = fc.oneof(
      fc.anything(),
      fc.record({ id: fc.nat(), request, params: fc.anything() }),
    );
    await fc.assert(
      fc.asyncProperty(message, async message => {
        const reply = await ask(message);
        assert.ok(reply === undefined || ('id' in reply && Number.isSafeInteger(reply.id)));
      }),
    );
  });
});

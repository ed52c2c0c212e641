import assert from 'node:assert/strict';
import { it } from 'node:test';
import { MemoryStore } from '../../../../../src/core/capture/log/memoryStore.ts';
import type { Condition } from '../../../../../src/core/filter/condition.ts';
import { parseFilter } from '../../../../../src/core/filter/parseFilter.ts';
import { flagsOf, rowKinds, type RowKind } from '../../../../../src/core/record/record.ts';
import {
  blockOf,
  judged,
  matched,
  searchingMatcher,
} from '../../../../support/capture/foundRows.ts';

const encoder = new TextEncoder();

function rowOf(payload: string | Uint8Array, kind: RowKind = 'text', direction = 'in' as const) {
  const bytes = typeof payload === 'string' ? encoder.encode(payload) : payload;
  return { at: 0, flags: flagsOf(kind, direction), payload: bytes };
}

type Rows = readonly ReturnType<typeof rowOf>[];

function storeOf(rows: Rows, rowsPerBlock = rows.length): MemoryStore {
  const store = new MemoryStore();
  for (let seq = 0; seq < rows.length; seq += rowsPerBlock) {
    store.append(blockOf(seq, rows.slice(seq, seq + rowsPerBlock)));
  }
  return store;
}

/** What a store finds, which is what the matcher finds row by row. */
function findIn(store: MemoryStore, rows: Rows, query: { condition: Condition; hide?: Condition }) {
  const test = searchingMatcher(query);
  const { first, next } = store.extent;
  const found = judged(store.find(test, 0, Infinity, false), test);
  assert.deepEqual(found.rows, matched(rows.slice(first, next), test, first));
  return found;
}

function findText(rows: Rows, filter: string, hide?: Condition) {
  const { condition } = parseFilter(filter, { now: 0, startOfDay: 0 });
  assert.ok(condition);
  return findIn(storeOf(rows), rows, { condition, ...(hide && { hide }) });
}

it('finds texts and members in a row of any kind, whatever is stored with it', () => {
  const payloads = [
    '',
    'a',
    'B',
    'aé中',
    '\u0000a',
    '{"severity":"error","text":"ab"}',
    'ab'.repeat(40_000),
    JSON.stringify({ severity: 'x'.repeat(80_000) }),
    Uint8Array.of(0x03, 0xe9, 0x61, 0xc3, 0x00, 0x61, 0xff),
  ];
  const needles = ['a', 'A', 'b', 'é', '中', '"', '\u0000a', '\ufffd', '1001'];
  const conditions: readonly Condition[] = [
    { is: 'field', path: ['severity'], comparison: 'has', value: null },
    { is: 'error' },
    ...needles.map(text => ({ is: 'text', text, exact: true }) as const),
    ...needles.map(text => ({ is: 'text', text, exact: false }) as const),
  ];
  for (const kind of rowKinds) {
    for (const payload of payloads) {
      const rows = [rowOf('ab'), rowOf(payload, kind), rowOf('ab')];
      const store = storeOf(rows);
      for (const condition of conditions) {
        findIn(store, rows, { condition });
      }
    }
  }
});

it('decides on most rows without the matcher', () => {
  const rows = Array.from({ length: 1000 }, (_, seq) =>
    rowOf(JSON.stringify({ symbol: seq === 500 ? 'NEEDLE' : 'BTC', id: seq })),
  );
  const openFor = (filter: string) => findText(rows, filter).open;
  assert.equal(openFor('needle'), 0);
  assert.equal(openFor('"NEEDLE"'), 0);
  assert.equal(openFor('$.symbol:NEEDLE'), 1);
  assert.equal(openFor('$.symbol:~needle'), 1);
  assert.equal(openFor('$.none:1'), 0);
  assert.equal(openFor('/N[E]+DLE/'), 1);
  assert.equal(openFor('/needle/i out:'), 0);
  assert.equal(openFor('size:>1k'), 0);
  assert.equal(openFor('-needle'), 0);
});

it('finds in many blocks, also when the oldest rows are gone', () => {
  const rows = Array.from({ length: 5000 }, (_, seq) =>
    seq === 2500
      ? rowOf(Uint8Array.of(0x03, 0xe9), 'close')
      : rowOf(seq < 2048 ? `{"b":${seq}}` : seq % 9 > 0 ? 'ab' : 'a1001'),
  );
  const store = storeOf(rows, 100);
  const text: Condition = { is: 'text', text: '1001', exact: false };
  const field: Condition = { is: 'field', path: ['a'], comparison: 'has', value: null };
  const find = () => {
    const found = [text, field].map(condition => findIn(store, rows, { condition }).rows);
    return found.map(({ shown, unread }) => [shown.length, unread]);
  };
  // In blocks that are known to be JSON, they are not looked at again.
  assert.deepEqual(find(), find());
  store.enforce({ maxRows: 3000, maxBytes: Infinity });
  assert.ok(store.extent.first > 0);
  assert.deepEqual(find(), find());
});

it('finds text behind a NUL, and names that are escaped', () => {
  const rows = ['x\0needle', '{"\\u0061":"B"}', 'plain'].map(text => rowOf(text));
  const find = (condition: Condition) => findIn(storeOf(rows), rows, { condition }).rows.shown;
  for (const exact of [true, false]) {
    assert.deepEqual(find({ is: 'text', text: 'needle', exact }), [0]);
    assert.deepEqual(find({ is: 'not', of: { is: 'text', text: 'needle', exact } }), [1, 2]);
  }
  assert.deepEqual(find({ is: 'field', path: ['a'], comparison: '=', value: 'B' }), [1]);
});

it('takes a condition that is nested deeply, and a long one', () => {
  let condition: Condition = { is: 'text', text: 'ab', exact: true };
  for (let depth = 0; depth < 1500; depth++) {
    condition = { is: 'not', of: condition };
  }
  const rows = [rowOf('ab')];
  assert.deepEqual(findIn(storeOf(rows), rows, { condition }).rows.shown, [0]);
  const long: Condition = { is: 'text', text: 'x'.repeat(60_000), exact: false };
  assert.deepEqual(findIn(storeOf(rows), rows, { condition: long }).rows.shown, []);
});

it('finds what is written in another way than it is asked for', () => {
  const a = (comparison: '=' | '~', value: string): Condition => {
    return { is: 'field', path: ['a'], comparison, value };
  };
  const cases: readonly (readonly [payload: string, condition: Condition])[] = [
    ['{"a":NaN}', a('=', 'NaN')],
    ['{"a":-Infinity}', a('=', '-Infinity')],
    ['{"a":None}', a('~', 'nu')],
    ['{"a":"\u212a"}', a('~', 'k')],
    ['{"a":"\u0130"}', a('~', 'i')],
    ['{"a":[1, 2]}', a('~', '1,2')],
    ["{'a':'b'}", a('=', 'b')],
    ['{"a":"\\u0062"}', a('=', 'b')],
    ['{"\\u0061":"b"}', a('=', 'b')],
    ['\\u004b', { is: 'text', text: 'k', exact: false }],
    ['\u212a', { is: 'text', text: 'k', exact: false }],
    ['\\u00e9', { is: 'text', text: 'é', exact: false }],
    ['e\u0301', { is: 'text', text: 'é', exact: false }],
    ['ſ', { is: 'pattern', source: 's', flags: 'iu' }],
    ['😀', { is: 'pattern', source: '\ud83d', flags: '' }],
  ];
  for (const [payload, condition] of cases) {
    const rows = ['plain', payload, '{"b":1}'].map(text => rowOf(text));
    assert.deepEqual(findIn(storeOf(rows), rows, { condition }).rows.shown, [1], payload);
    const others: Condition = { is: 'not', of: condition };
    assert.deepEqual(
      findIn(storeOf(rows), rows, { condition: others }).rows.shown,
      [0, 2],
      payload,
    );
  }
  const half: Condition = { is: 'text', text: '\ud83d', exact: false };
  const rows = [rowOf('\ufffd')];
  assert.deepEqual(findIn(storeOf(rows), rows, { condition: half }).rows.shown, []);
});

it('keeps the payloads that it leaves to the matcher, whatever is searched next', () => {
  const rows = Array.from({ length: 200 }, (_, seq) => rowOf(`{"a":${seq}}`));
  const store = storeOf(rows, 50);
  const test = searchingMatcher({
    condition: { is: 'field', path: ['a'], comparison: '>=', value: 0 },
  });
  const open = [...store.find(test, 0, 200, false)];
  const others = store.find(test, 0, 200, false);
  others.next();
  assert.equal([...store.find(test, 0, 200, false)].length, 200);
  const payloads = open.flatMap(each => (each.is === 'open' ? [each.record.payload] : []));
  assert.deepEqual(
    payloads,
    rows.map(({ payload }) => payload),
  );
});

it('does not take the end of a row and the beginning of the next one for a text', () => {
  const rows = ['xneed', 'le', '', 'needle', 'need', '', 'leneedle'].map(text => rowOf(text));
  for (const filter of ['needle', '"needle"', '/needle/']) {
    assert.deepEqual(findText(rows, filter).rows.shown, [3, 6]);
  }
});

it('counts messages that a path cannot look into, as far as they may be meant', () => {
  const texts = [
    '{"type":1}',
    '{"type":1}\x1e',
    '42["chat",{"room":"lobby"}]',
    '{"type":2}\n{"type":1}',
    'plain',
    '',
    '5',
    '"type"',
    "{'type': 1}",
    '\ufeff{"type":1}',
    '{"type":NaN}',
    '[1,2',
  ];
  const rows = [
    ...texts.map(text => rowOf(text)),
    ...(['binary', 'ping', 'close'] as const).map(kind => rowOf(Uint8Array.of(3, 232), kind)),
    { ...rowOf('plain'), flags: flagsOf('text', 'out') },
  ];
  const resultFor = (filter: string, hide?: Condition) => {
    const { shown, unread } = findText(rows, filter, hide).rows;
    return [shown, unread];
  };
  assert.deepEqual(resultFor('$.type:1'), [[0, 8, 9], 8]);
  assert.deepEqual(resultFor('$.type:1 in:'), [[0, 8, 9], 7]);
  assert.deepEqual(resultFor('$.type:1 room'), [[], 1]);
  assert.deepEqual(resultFor('$.type:1 or plain'), [[0, 4, 8, 9, 15], 6]);
  assert.deepEqual(resultFor('$.type:1', { is: 'kind', kinds: ['binary'] }), [[0, 8, 9], 7]);
  // What is shown is not missed.
  assert.equal(resultFor('-$.type:1')[1], 0);
  assert.equal(resultFor('plain')[1], 0);
});

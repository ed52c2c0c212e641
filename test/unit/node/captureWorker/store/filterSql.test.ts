import assert from 'node:assert/strict';
import { join } from 'node:path';
import { it } from 'node:test';
import fc from 'fast-check';
import type { CaptureStore } from '../../../../../src/core/capture/captureStore.ts';
import { MemoryStore } from '../../../../../src/core/capture/memoryStore.ts';
import {
  flagsOf,
  flagsOfTap,
  RowFlag,
  rowKinds,
  tapActions,
} from '../../../../../src/core/record/record.ts';
import { RowMatch, ViewMatcher } from '../../../../../src/core/capture/viewMatcher.ts';
import type { Condition } from '../../../../../src/core/filter/condition.ts';
import { parseFilter } from '../../../../../src/core/filter/parseFilter.ts';
import {
  findSqlite,
  SqliteStore,
} from '../../../../../src/node/captureWorker/store/sqliteStore.ts';
import { batchOf, scratchFolder, type TestRow } from '../../../../support/capture/captures.ts';

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

const texts = fc.oneof(
  fc.constantFrom(
    'a',
    'B',
    'ab',
    '%',
    '_',
    '\\',
    '*',
    '[a',
    ']',
    '?',
    '"',
    'é',
    '中',
    'ſ',
    '\u0000',
    '\u0000a',
    '�',
    '\\u0041',
    '\\u00e9',
    'e\u0301',
    '\\/',
    '/',
    'k',
    '\u212a',
    'É',
    '\\u0042',
    "'",
    '\\n',
    '\n',
    '\\d',
    '\\\\d',
  ),
  fc.string({ maxLength: 4 }),
);
const payloads = fc.oneof(
  fc.array(texts, { maxLength: 6 }).map(parts => encoder.encode(parts.join(''))),
  fc.record({ a: texts, b: fc.integer() }).map(value => encoder.encode(JSON.stringify(value))),
  fc
    .constantFrom(
      '{"\\u0061":"B"}',
      '{"a":"B"}',
      '{"severity":"error","text":"ab"}',
      "{'a': None, 'b': 'B'}",
      '\ufeff{"a":1}',
      '{"a":NaN}',
      '{"a":9007199254740993}',
      '{"a":"9007199254740993","b":1.50}',
      '{"a":9007199254740992}',
      "{'a':1e400}",
      '{"a":-Infinity}',
      '{"a":0.1000000000000000055}',
    )
    .map(text => encoder.encode(text)),
  fc.uint8Array({ maxLength: 8 }),
  fc.constant(encoder.encode('ab'.repeat(40_000))),
);
const mixedRows: fc.Arbitrary<readonly TestRow[]> = fc.array(
  fc.record({
    at: fc.integer({ min: 0, max: 5 }),
    flags: fc
      .tuple(
        fc.constantFrom('text' as const, ...rowKinds),
        fc.boolean(),
        fc.boolean(),
        fc.boolean(),
        fc.constantFrom(0, RowFlag.Held, ...tapActions.map(flagsOfTap)),
      )
      .map(([kind, isOut, isHeartbeat, isCompressed, tap]) => {
        const flags = flagsOf(kind, isOut ? 'out' : 'in', isHeartbeat) | tap;
        return isCompressed ? flags | RowFlag.Compressed : flags;
      }),
    payload: payloads,
  }),
  { minLength: 1, maxLength: 12 },
);
/** What is searched another way than where other rows are among them. */
const plainTexts = mixedRows.map(all =>
  all
    .map(row => ({ ...row, flags: (row.flags & ~RowFlag.OpcodeMask) | flagsOf('text', 'in') }))
    .filter(({ payload }) => !payload.includes(0)),
);
const rows = fc.oneof(mixedRows, plainTexts);
const numbers = [
  0.1,
  9_007_199_254_740_992,
  { exact: '9007199254740993' },
  { exact: '1e400' },
  'NaN',
  '-Infinity',
  '1.5',
  '1.50',
];
const comparisons = fc.constantFrom('=', '!=', '<', '<=', '>', '>=');
const { condition: anyCondition } = fc.letrec<{ condition: Condition }>(tie => ({
  condition: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    fc.record({ is: fc.constant('text'), text: texts, exact: fc.boolean() }),
    fc.record({
      is: fc.constant('pattern'),
      source: fc.constantFrom('a', '^b', '[^a]'),
      flags: fc.constant('i'),
    }),
    fc.record({ is: fc.constant('direction'), direction: fc.constantFrom('in', 'out') }),
    fc.record({
      is: fc.constant('tap'),
      action: fc.constantFrom('injected', 'edited', 'dropped', 'held'),
    }),
    fc.record({ is: fc.constant('kind'), kinds: fc.subarray([...rowKinds]) }),
    fc.record({
      is: fc.constant('size'),
      comparison: comparisons,
      bytes: fc.constantFrom(0, 2, 80_000),
    }),
    fc.record({
      is: fc.constant('time'),
      comparison: fc.constantFrom('<', '>='),
      at: fc.integer({ min: 0, max: 5 }),
    }),
    fc.record({
      is: fc.constant('field'),
      path: fc.constantFrom(['a'], ['b'], [{ any: true }], []),
      comparison: fc.oneof(comparisons, fc.constantFrom('~', 'has')),
      value: fc.oneof(texts, fc.integer(), fc.constantFrom(null, ...numbers)),
    }),
    fc.constantFrom({ is: 'error' }, { is: 'heartbeat' }, { is: 'compressed' }),
    fc.record({
      is: fc.constantFrom('all', 'any'),
      of: fc.array(tie('condition'), { maxLength: 3 }),
    }),
    fc.record({ is: fc.constant('not'), of: tie('condition') }),
  ),
}));

/** The rows that a view shows, and how many it hides or cannot look into, by what the store finds for it. */
function resultOf(store: CaptureStore, test: ViewMatcher, isEach: boolean) {
  const shown: number[] = [];
  let hidden = 0;
  let unread = 0;
  for (const found of store.find(test, 0, store.extent.next, isEach)) {
    if (found.is === 'shown') {
      shown.push(...Array.from({ length: found.count }, (_, row) => found.seq + row));
    } else if (found.is === 'hidden') {
      hidden += found.count;
    } else if (found.is === 'unread') {
      unread += found.count;
    } else {
      const { seq, at, flags, payload } = found.record;
      const verdict = test.match({ flags, at, size: payload.length, payload: () => payload });
      hidden += verdict === RowMatch.Hidden ? 1 : 0;
      unread += verdict === RowMatch.Unread ? 1 : 0;
      shown.push(...(verdict === RowMatch.Shown ? [seq] : []));
    }
  }
  return { shown, hidden, unread };
}

/** The same by the matcher alone, row by row. */
function expected(all: readonly TestRow[], test: ViewMatcher) {
  const verdicts = all.map(({ at, flags, payload }) =>
    test.match({ flags, at, size: payload.length, payload: () => payload }),
  );
  return {
    shown: verdicts.flatMap((verdict, seq) => (verdict === RowMatch.Shown ? [seq] : [])),
    hidden: verdicts.filter(verdict => verdict === RowMatch.Hidden).length,
    unread: verdicts.filter(verdict => verdict === RowMatch.Unread).length,
  };
}

it('finds the same in SQLite, in memory and by the matcher', () => {
  using folder = scratchFolder();
  const sqlite = findSqlite();
  assert.ok(sqlite);
  let file = 0;
  fc.assert(
    fc.property(rows, anyCondition, fc.option(anyCondition), (all, condition, hide) => {
      const test = new ViewMatcher({ condition, ...(hide && { hide }) }, bytes =>
        decoder.decode(bytes),
      );
      // Files take their time: the first ones are opened again, as those of ended windows are.
      const isFile = file < 20;
      const path = isFile ? join(folder.path, `${file++}.db`) : ':memory:';
      const options = { name: 'test', url: 'ws://test', startedAt: 0 };
      const written = new SqliteStore(sqlite, path, options);
      const memory = new MemoryStore();
      for (const [seq, row] of all.entries()) {
        written.append(batchOf(seq, [row]));
        memory.append(batchOf(seq, [row]));
      }
      const wanted = expected(all, test);
      for (const isEach of [false, true]) {
        assert.deepEqual(resultOf(written, test, isEach), wanted);
        assert.deepEqual(resultOf(memory, test, isEach), wanted);
      }
      written.close();
      if (isFile) {
        const reopened = new SqliteStore(sqlite, path, options);
        assert.deepEqual(resultOf(reopened, test, false), wanted);
        reopened.close();
      }
    }),
    { numRuns: 300 },
  );
});

it('finds texts and members in a row of any kind, whatever is stored with it', () => {
  const sqlite = findSqlite();
  assert.ok(sqlite);
  const ofTexts = [
    '',
    'a',
    'B',
    'aé中',
    '\u0000a',
    '{"severity":"error","text":"ab"}',
    'ab'.repeat(40_000),
    JSON.stringify({ severity: 'x'.repeat(80_000) }),
  ].map(text => encoder.encode(text));
  const notUtf8 = Uint8Array.of(0x03, 0xe9, 0x61, 0xc3, 0x00, 0x61, 0xff);
  const needles = ['a', 'A', 'b', 'é', '中', '"', '\u0000a', '�', '1001'];
  const conditions: readonly Condition[] = [
    { is: 'field', path: ['severity'], comparison: 'has', value: null },
    ...needles.map(text => ({ is: 'text', text, exact: true }) as const),
    ...needles.map(text => ({ is: 'text', text, exact: false }) as const),
  ];
  const tests = conditions.map(
    condition => new ViewMatcher({ condition }, bytes => decoder.decode(bytes)),
  );
  const options = { name: 'test', url: 'ws://test', startedAt: 0 };
  const plain = { at: 0, flags: flagsOf('text', 'in'), payload: encoder.encode('ab') };
  for (const kind of rowKinds) {
    for (const payload of [...ofTexts, notUtf8]) {
      const all = [plain, { at: 0, flags: flagsOf(kind, 'in'), payload }, plain];
      const store: SqliteStore = new SqliteStore(sqlite, ':memory:', options);
      store.append(batchOf(0, all));
      for (const test of tests) {
        assert.deepEqual(resultOf(store, test, false), expected(all, test));
      }
      store.close();
    }
  }
});

it('knows apart what blocks of rows hold', () => {
  const sqlite = findSqlite();
  assert.ok(sqlite);
  const store = new SqliteStore(sqlite, ':memory:', {
    name: 'test',
    url: 'ws://test',
    startedAt: 0,
  });
  const all = Array.from({ length: 5000 }, (_, seq) => ({
    at: 0,
    flags: flagsOf(seq === 2500 ? 'close' : 'text', 'in'),
    payload:
      seq === 2500
        ? Uint8Array.of(0x03, 0xe9)
        : encoder.encode(seq < 2048 ? `{"b":${seq}}` : seq % 9 ? 'ab' : 'a1001'),
  }));
  for (let seq = 0; seq < all.length; seq += 100) {
    store.append(batchOf(seq, all.slice(seq, seq + 100)));
  }
  const condition: Condition = { is: 'text', text: '1001', exact: false };
  const test = new ViewMatcher({ condition }, bytes => decoder.decode(bytes));
  assert.deepEqual(resultOf(store, test, false), expected(all, test));
  const field: Condition = { is: 'field', path: ['a'], comparison: 'has', value: null };
  for (const again of [0, 1]) {
    const asks: ViewMatcher = new ViewMatcher({ condition: field }, bytes => decoder.decode(bytes));
    assert.deepEqual(resultOf(store, asks, false), expected(all, asks), String(again));
  }
  store.enforce({ maxRows: 3000, maxBytes: Infinity });
  const { shown } = resultOf(store, test, false);
  assert.deepEqual(
    shown,
    expected(all, test).shown.filter(seq => seq >= store.extent.first),
  );
  store.close();
});

it('lets the matcher decide where SQLite takes no more', () => {
  using folder = scratchFolder();
  const sqlite = findSqlite();
  assert.ok(sqlite);
  const store = new SqliteStore(sqlite, join(folder.path, 'deep.db'), {
    name: 'test',
    url: 'ws://test',
    startedAt: 0,
  });
  store.append(
    batchOf(0, [{ at: 0, flags: flagsOf('text', 'in'), payload: encoder.encode('ab') }]),
  );
  let condition: Condition = { is: 'text', text: 'ab', exact: true };
  for (let depth = 0; depth < 1500; depth++) {
    condition = { is: 'not', of: condition };
  }
  const long: Condition = { is: 'text', text: 'x'.repeat(60_000), exact: false };
  const decode = (bytes: Uint8Array) => decoder.decode(bytes);
  assert.deepEqual(resultOf(store, new ViewMatcher({ condition }, decode), false).shown, [0]);
  assert.deepEqual(resultOf(store, new ViewMatcher({ condition: long }, decode), false).shown, []);
  store.close();
});

it('finds what SQL alone would miss: text behind a NUL, and names that are escaped', () => {
  const sqlite = findSqlite();
  assert.ok(sqlite);
  const store = new SqliteStore(sqlite, ':memory:', {
    name: 'test',
    url: 'ws://test',
    startedAt: 0,
  });
  const payloads = ['x\0needle', '{"\\u0061":"B"}', 'plain'];
  const all = payloads.map(text => ({
    at: 0,
    flags: flagsOf('text', 'in'),
    payload: encoder.encode(text),
  }));
  store.append(batchOf(0, all));
  const find = (condition: Condition) =>
    resultOf(store, new ViewMatcher({ condition }, bytes => decoder.decode(bytes)), false).shown;
  for (const exact of [true, false]) {
    assert.deepEqual(find({ is: 'text', text: 'needle', exact }), [0]);
    assert.deepEqual(find({ is: 'not', of: { is: 'text', text: 'needle', exact } }), [1, 2]);
  }
  assert.deepEqual(find({ is: 'field', path: ['a'], comparison: '=', value: 'B' }), [1]);
  store.close();
});

it('counts messages that a path cannot look into, as far as they may be meant', () => {
  const sqlite = findSqlite();
  assert.ok(sqlite);
  const store = new SqliteStore(sqlite, ':memory:', {
    name: 'test',
    url: 'ws://test',
    startedAt: 0,
  });
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
  const all = [
    ...texts.map(text => ({ at: 0, flags: flagsOf('text', 'in'), payload: encoder.encode(text) })),
    ...(['binary', 'ping', 'close'] as const).map(kind => ({
      at: 0,
      flags: flagsOf(kind, 'in'),
      payload: Uint8Array.of(3, 232),
    })),
    { at: 0, flags: flagsOf('text', 'out'), payload: encoder.encode('plain') },
  ];
  store.append(batchOf(0, all));
  const resultFor = (filter: string, hide?: Condition) => {
    const { condition } = parseFilter(filter, { now: 0, startOfDay: 0 });
    assert.ok(condition);
    const test = new ViewMatcher({ condition, ...(hide && { hide }) }, bytes =>
      decoder.decode(bytes),
    );
    const result = resultOf(store, test, false);
    assert.deepEqual(result, expected(all, test));
    return [result.shown, result.unread];
  };
  assert.deepEqual(resultFor('$.type:1'), [[0, 8, 9], 8]);
  assert.deepEqual(resultFor('$.type:1 in:'), [[0, 8, 9], 7]);
  assert.deepEqual(resultFor('$.type:1 room'), [[], 1]);
  assert.deepEqual(resultFor('$.type:1 or plain'), [[0, 4, 8, 9, 15], 6]);
  assert.deepEqual(resultFor('$.type:1', { is: 'kind', kinds: ['binary'] }), [[0, 8, 9], 7]);
  // What is shown is not missed.
  assert.equal(resultFor('-$.type:1')[1], 0);
  assert.equal(resultFor('plain')[1], 0);
  store.close();
});

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { it } from 'node:test';
import fc from 'fast-check';
import type { CaptureStore } from '../../../src/core/capture/captureStore.ts';
import { MemoryStore } from '../../../src/core/capture/memoryStore.ts';
import { flagsOf, RowFlag, rowKinds } from '../../../src/core/capture/record.ts';
import { Verdict, ViewTest } from '../../../src/core/capture/viewTest.ts';
import type { Condition } from '../../../src/core/filter/condition.ts';
import { findSqlite, SqliteStore } from '../../../src/node/sqliteStore.ts';
import { batchOf, scratchFolder, type TestRow } from '../../support/captures.ts';

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
  ),
  fc.string({ maxLength: 4 }),
);
const payloads = fc.oneof(
  fc.array(texts, { maxLength: 6 }).map(parts => encoder.encode(parts.join(''))),
  fc.record({ a: texts, b: fc.integer() }).map(value => encoder.encode(JSON.stringify(value))),
  fc
    .constantFrom('{"\\u0061":"B"}', '{"a":"B"}', '{"severity":"error","text":"ab"}')
    .map(text => encoder.encode(text)),
  fc.uint8Array({ maxLength: 8 }),
  fc.constant(encoder.encode('ab'.repeat(40_000))),
);
const rows: fc.Arbitrary<readonly TestRow[]> = fc.array(
  fc.record({
    at: fc.integer({ min: 0, max: 5 }),
    flags: fc
      .tuple(
        fc.constantFrom('text' as const, ...rowKinds),
        fc.boolean(),
        fc.boolean(),
        fc.boolean(),
      )
      .map(([kind, isOut, isHeartbeat, isCompressed]) => {
        const flags = flagsOf(kind, isOut ? 'out' : 'in', isHeartbeat);
        return isCompressed ? flags | RowFlag.Compressed : flags;
      }),
    payload: payloads,
  }),
  { minLength: 1, maxLength: 12 },
);
const comparisons = fc.constantFrom('=', '!=', '<', '<=', '>', '>=');
const { condition: conditions } = fc.letrec<{ condition: Condition }>(tie => ({
  condition: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    fc.record({ is: fc.constant('text'), text: texts, exact: fc.boolean() }),
    fc.record({
      is: fc.constant('pattern'),
      source: fc.constantFrom('a', '^b', '[^a]'),
      flags: fc.constant('i'),
    }),
    fc.record({ is: fc.constant('direction'), direction: fc.constantFrom('in', 'out') }),
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
      value: fc.oneof(texts, fc.integer(), fc.constant(null)),
    }),
    fc.constantFrom({ is: 'error' }, { is: 'heartbeat' }, { is: 'compressed' }),
    fc.record({
      is: fc.constantFrom('all', 'any'),
      of: fc.array(tie('condition'), { maxLength: 3 }),
    }),
    fc.record({ is: fc.constant('not'), of: tie('condition') }),
  ),
}));

/** The rows that a view shows, and how many it hides, by what the store finds for it. */
function resultOf(store: CaptureStore, test: ViewTest, isEach: boolean) {
  const shown: number[] = [];
  let hidden = 0;
  for (const found of store.find(test, 0, store.extent.next, isEach)) {
    if (found.is === 'shown') {
      shown.push(...Array.from({ length: found.count }, (_, row) => found.seq + row));
    } else if (found.is === 'hidden') {
      hidden += found.count;
    } else {
      const { seq, at, flags, payload } = found.record;
      const verdict = test.judge({ flags, at, size: payload.length, payload: () => payload });
      hidden += verdict === Verdict.Hidden ? 1 : 0;
      shown.push(...(verdict === Verdict.Shown ? [seq] : []));
    }
  }
  return { shown, hidden };
}

/** The same by the matcher alone, row by row. */
function expected(all: readonly TestRow[], test: ViewTest) {
  const verdicts = all.map(({ at, flags, payload }) =>
    test.judge({ flags, at, size: payload.length, payload: () => payload }),
  );
  return {
    shown: verdicts.flatMap((verdict, seq) => (verdict === Verdict.Shown ? [seq] : [])),
    hidden: verdicts.filter(verdict => verdict === Verdict.Hidden).length,
  };
}

it('finds the same in SQLite, in memory and by the matcher', () => {
  using folder = scratchFolder();
  const sqlite = findSqlite();
  assert.ok(sqlite);
  let file = 0;
  fc.assert(
    fc.property(rows, conditions, fc.option(conditions), (all, condition, hide) => {
      const test = new ViewTest({ condition, ...(hide && { hide }) }, bytes =>
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
    { numRuns: 150 },
  );
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
  assert.deepEqual(resultOf(store, new ViewTest({ condition }, decode), false).shown, [0]);
  assert.deepEqual(resultOf(store, new ViewTest({ condition: long }, decode), false).shown, []);
  store.close();
});

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { BatchReader, singleRowBatch } from '../../../../../src/core/record/batch.ts';
import type { CaptureLimits } from '../../../../../src/core/capture/capture.ts';
import { recordsIn, type CaptureStore } from '../../../../../src/core/capture/captureStore.ts';
import type { MatchedRows } from '../../../../../src/core/capture/matchedRows.ts';
import { MemoryStore } from '../../../../../src/core/capture/log/memoryStore.ts';
import { RowMatch, ViewMatcher } from '../../../../../src/core/capture/viewMatcher.ts';
import { flagsOf, RowFlag } from '../../../../../src/core/record/record.ts';
import { copyCapture, scratchFolder } from '../../../../support/capture/captures.ts';
import { openLog } from '../../../../support/capture/logs.ts';
import { ModelStore, type ModelRow } from '../../../../support/capture/modelStore.ts';
import { blockOfRows } from '../../../../support/capture/rowBlocks.ts';

/** Less than some blocks have, so that a log soon has many. */
const segmentByteLength = 5000;

const flags = [
  flagsOf('text', 'in'),
  flagsOf('text', 'out'),
  flagsOf('binary', 'in'),
  flagsOf('ping', 'out', true),
  flagsOf('state', 'in'),
  flagsOf('text', 'in') | RowFlag.Compressed,
];

type NewRow = Omit<ModelRow, 'seq'>;

const row: fc.Arbitrary<NewRow> = fc
  .record({
    at: fc.double({ min: 0, max: 2e12, noNaN: true }),
    flags: fc.constantFrom(...flags),
    payload: fc.uint8Array({ maxLength: 30 }),
    fragmentCount: fc.option(fc.integer({ min: 1, max: 9 }), { nil: undefined }),
  })
  .map(({ fragmentCount, ...rest }) => ({
    ...rest,
    frame:
      fragmentCount === undefined
        ? undefined
        : {
            fragmentCount,
            wireByteLength: 2 * rest.payload.length,
            isCompressed: (rest.flags & RowFlag.Compressed) !== 0,
            durationMs: rest.at / 7,
          },
  }));

const place = fc.double({ min: 0, max: 1, noNaN: true });

/** What is done to a store and its model. */
type Step =
  | { readonly is: 'append'; readonly rows: readonly NewRow[]; readonly gap: number }
  | { readonly is: 'enforce'; readonly rows: number; readonly bytes: number }
  | { readonly is: 'clear' | 'restore' | 'forget' | 'sweep' | 'crash' | 'end' }
  | { readonly is: 'read'; readonly from: number; readonly to: number };

const oneByOne = fc.record({
  is: fc.constant('append' as const),
  rows: fc.array(row, { minLength: 1, maxLength: 1 }),
  gap: fc.constant(0),
});
const many = fc.record({
  is: fc.constant('append' as const),
  rows: fc.array(row, { minLength: 1, maxLength: 90 }),
  gap: fc.oneof(fc.constant(0), fc.nat(200)),
});
/** What is alike is decided for many rows at once; what is long has its payload read in parts. */
const alike = fc
  .record({ count: fc.integer({ min: 1, max: 5000 }), flags: fc.constantFrom(...flags) })
  .map(({ count, flags }) => ({
    is: 'append' as const,
    rows: Array.from({ length: count }, (_, index) => ({
      at: index,
      flags,
      payload: Uint8Array.of(index),
      frame: undefined,
    })),
    gap: 0,
  }));
const long = fc.integer({ min: 1, max: 1_500_000 }).map(length => ({
  is: 'append' as const,
  rows: [
    { at: 5, flags: flagsOf('binary', 'out'), payload: longPayload(length), frame: undefined },
  ],
  gap: length % 3,
}));
const enforce = fc.record({ is: fc.constant('enforce' as const), rows: place, bytes: place });
const read = fc.record({ is: fc.constant('read' as const), from: place, to: place });
const plain = (...kinds: readonly ('clear' | 'restore' | 'forget' | 'sweep' | 'crash' | 'end')[]) =>
  fc.constantFrom(...kinds).map(is => ({ is }));
const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: oneByOne },
    { weight: 4, arbitrary: many },
    { weight: 1, arbitrary: alike },
    { weight: 1, arbitrary: long },
    { weight: 3, arbitrary: enforce },
    { weight: 3, arbitrary: read },
    { weight: 5, arbitrary: plain('clear', 'restore', 'forget', 'sweep') },
    { weight: 2, arbitrary: plain('crash', 'end') },
  ),
  { maxLength: 30 },
);

function longPayload(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => index % 251);
}

/** A store, and what becomes of it where its process ends. */
interface Subject {
  readonly store: CaptureStore;
  /** Goes on with what is left; absent where nothing is. */
  readonly reopen?: (how: 'crash' | 'end') => CaptureStore;
}

const subjects: Readonly<Record<string, (folder: string) => Subject>> = {
  'in memory': () => ({ store: new MemoryStore() }),
  'in files': folder => {
    let number = 0;
    let path = join(folder, 'log0');
    const first = openLog(path, { segmentByteLength }).store;
    let current = first;
    return {
      store: first,
      reopen: how => {
        const before = current;
        if (how === 'crash') {
          const copy = join(folder, `log${++number}`);
          copyCapture(path, copy);
          before.close();
          path = copy;
        } else {
          before.close();
        }
        current = openLog(path, { segmentByteLength }).store;
        return current;
      },
    };
  },
};

/** Runs the steps, comparing after each, and closes the store. */
function follow({ store: first, reopen }: Subject, all: readonly Step[]): void {
  const model = new ModelStore();
  let store = first;
  try {
    for (const step of all) {
      switch (step.is) {
        case 'append': {
          const firstSeq = model.extent.next + step.gap;
          model.append(step.rows.map((each, index) => ({ ...each, seq: firstSeq + index })));
          store.append(blockOfRows(firstSeq, step.rows));
          break;
        }
        case 'enforce': {
          const limits = limitsFor(model, step);
          assert.equal(store.enforce(limits), model.enforce(limits));
          break;
        }
        case 'sweep':
          assert.equal(store.sweep(), false);
          break;
        case 'crash':
        case 'end':
          if (step.is === 'end' && reopen) {
            model.forget();
          }
          store = reopen?.(step.is) ?? store;
          break;
        case 'read':
          assertSameRows(store, model, step);
          break;
        case 'clear':
        case 'restore':
        case 'forget':
          assert.equal(store[step.is](), model[step.is]());
      }
      assert.deepEqual(store.extent, model.extent, step.is);
    }
    assertSameRows(store, model, { from: 0, to: 1 });
  } finally {
    store.close();
  }
}

function limitsFor(
  { extent }: ModelStore,
  { rows, bytes }: { readonly rows: number; readonly bytes: number },
): CaptureLimits {
  return {
    maxRows: Math.ceil((extent.next - extent.first) * 2 * rows),
    maxBytes: Math.ceil(extent.byteLength * 2 * bytes),
  };
}

const matchers = [
  { is: 'kind', kinds: ['text'] } as const,
  { is: 'direction', direction: 'out' } as const,
].map(condition => new ViewMatcher({ condition }, bytes => String(bytes)));

/** Compares the rows of a part of the numbers, as all methods give them. */
function assertSameRows(
  store: CaptureStore,
  model: ModelStore,
  part: { readonly from: number; readonly to: number },
): void {
  const { first, next } = model.extent;
  const at = (fraction: number) => first - 2 + Math.ceil((next - first + 4) * fraction);
  const [from, to] = [at(Math.min(part.from, part.to)), at(Math.max(part.from, part.to))];
  const expected = model.rows.filter(({ seq }) => from <= seq && seq < to);
  const records = Array.from(recordsIn(store, from, to), record => ({
    ...record,
    payload: new Uint8Array(record.payload),
  }));
  assert.deepEqual(
    records,
    expected.map(({ seq, at, flags, payload }) => ({ seq, at, flags, payload })),
  );
  assert.deepEqual(
    store.rows(from, to - from).map(({ seq, at, byteLength }) => ({ seq, at, byteLength })),
    expected.map(({ seq, at, payload }) => ({ seq, at, byteLength: payload.length })),
  );
  // Each of thousands would be read anew.
  for (const { seq, payload, frame } of thinned(expected)) {
    const begin = payload.length >> 1;
    assert.deepEqual(store.payload(seq, begin, 99), {
      bytes: payload.slice(begin, begin + 99),
      byteLength: payload.length,
    });
    assert.deepEqual(store.frame(seq), frame);
  }
  for (const test of matchers) {
    const shown = expected.filter(({ flags }) => test.matchFlags(flags) === RowMatch.Shown);
    for (const isEach of [true, false]) {
      const seqs = Array.from(store.find(test, from, to, isEach), seqsOf).flat();
      assert.deepEqual(
        seqs,
        shown.map(({ seq }) => seq),
      );
    }
  }
}

function thinned<T>(all: readonly T[]): readonly T[] {
  const step = Math.max(1, Math.floor(all.length / 40));
  return all.filter((_, index) => index % step === 0);
}

function seqsOf(found: MatchedRows): readonly number[] {
  assert.equal(found.is, 'shown');
  return Array.from({ length: found.count }, (_, index) => found.seq + index);
}

for (const [where, open] of Object.entries(subjects)) {
  describe(`A store of blocks ${where}`, () => {
    it('has the rows that an array would have, whatever is done to it', () => {
      fc.assert(
        fc.property(steps, all => {
          using folder = scratchFolder();
          follow(open(folder.path), all);
        }),
        { numRuns: 40 },
      );
    });

    it('gives any part of a payload of any length', () => {
      using folder = scratchFolder();
      const { store } = open(folder.path);
      const lengths = [0, 1, 1_048_575, 1_048_576, 3_000_001];
      for (const [seq, length] of lengths.entries()) {
        store.append(new BatchReader(singleRowBatch(seq, 0, 2, longPayload(length))));
      }
      for (const [seq, length] of lengths.entries()) {
        const payload = longPayload(length);
        for (const from of [-3, 0, 1, 13, length - 5, length, length + 9]) {
          for (const count of [0, 1, 7, Infinity]) {
            const begin = Math.max(0, from);
            assert.deepEqual(
              store.payload(seq, from, count),
              { bytes: payload.slice(begin, Math.max(begin, from + count)), byteLength: length },
              `${count} from ${from} of ${length}`,
            );
          }
        }
      }
      store.close();
    });

    it('takes a block without a row for nothing', () => {
      using folder = scratchFolder();
      const { store, reopen } = open(folder.path);
      store.append(blockOfRows(5, []));
      assert.deepEqual(store.extent, { first: 0, next: 0, byteLength: 0, dropped: 0 });
      store.append(blockOfRows(0, [newRow('a')]));
      store.append(blockOfRows(9, []));
      store.append(blockOfRows(1, [newRow('b')]));
      const again = reopen?.('crash') ?? store;
      assert.deepEqual(
        again.rows(0, 9).map(({ preview }) => preview),
        ['a', 'b'],
      );
      again.close();
    });

    it('drops by the numbers of the rows, and by bytes no more than it must', () => {
      using folder = scratchFolder();
      const { store } = open(folder.path);
      const payload = new Uint8Array(100);
      const rows = Array.from({ length: 64 }, () => ({ ...newRow(''), payload }));
      store.append(blockOfRows(0, rows));
      store.append(blockOfRows(100, rows));
      const unlimited = { maxRows: Infinity, maxBytes: Infinity };
      assert.equal(store.enforce({ ...unlimited, maxBytes: 6400 }), 66);
      assert.deepEqual(store.extent, { first: 102, next: 164, byteLength: 6200, dropped: 66 });
      assert.equal(store.enforce({ ...unlimited, maxRows: 32 }), 31);
      assert.deepEqual(store.extent, { first: 133, next: 164, byteLength: 3100, dropped: 97 });
      assert.equal(store.enforce({ maxRows: 0, maxBytes: 0 }), 31);
      assert.deepEqual(store.extent, { first: 164, next: 164, byteLength: 0, dropped: 128 });
      store.append(blockOfRows(200, rows));
      assert.deepEqual(store.extent, { first: 200, next: 264, byteLength: 6400, dropped: 128 });
      store.close();
    });
  });
}

function newRow(text: string): NewRow {
  const payload = new TextEncoder().encode(text);
  return { at: 0, flags: flagsOf('text', 'in'), payload, frame: undefined };
}

import assert from 'node:assert/strict';
import { copyFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import * as sqlite from 'node:sqlite';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { BatchReader, singleRowBatch } from '../../../../../src/core/record/batch.ts';
import type { CaptureStore } from '../../../../../src/core/capture/captureStore.ts';
import { MemoryStore } from '../../../../../src/core/capture/memoryStore.ts';
import { flagsOf, flagsOfTap, RowFlag } from '../../../../../src/core/record/record.ts';
import { SqliteStore } from '../../../../../src/node/captureWorker/store/sqliteStore.ts';
import {
  batchOf,
  contentOf,
  numberedBatch,
  scratchFolder,
  textRow,
  type TestRow,
} from '../../../../support/capture/captures.ts';

const options = { name: 'test', url: 'ws://localhost', startedAt: 1000.5 };
const encoder = new TextEncoder();

function inMemory(): SqliteStore {
  return new SqliteStore(sqlite, ':memory:', options);
}

function single(seq: number, flags: number, payload: Uint8Array): BatchReader {
  return new BatchReader(singleRowBatch(seq, 0, flags, payload));
}

const testRow: fc.Arbitrary<TestRow> = fc.record(
  {
    at: fc.double({ min: 0, max: 2e12, noNaN: true }),
    flags: fc.constantFrom(0, 1, 2, 8, 9, 10, 0x11, 0x12, 0x29, 0x3a),
    payload: fc.oneof(
      fc.uint8Array({ maxLength: 40 }),
      fc.uint8Array({ minLength: 0, maxLength: 40 }).map(bytes => {
        const long = new Uint8Array(70_000);
        long.set(bytes);
        return long;
      }),
    ),
  },
  { noNullPrototype: true },
);

type Step = (store: CaptureStore) => unknown;

const append = fc.array(testRow, { maxLength: 3 }).map(
  (rows): Step =>
    store =>
      rows.length > 0 && store.append(batchOf(store.extent.next, rows)),
);
/** What many rows in a row have in common is stored otherwise than what they have not. */
const appendMany = fc
  .record({
    count: fc.integer({ min: 1, max: 400 }),
    atOnce: fc.constantFrom(1, 50, 1000),
    ofAKind: fc.constantFrom(1, 50, 1000),
  })
  .map(({ count, atOnce, ofAKind }): Step => {
    const rows = Array.from({ length: count }, (_, index) => ({
      ...textRow(`#${index}`, Math.floor(index / atOnce)),
      flags: flagsOf(Math.floor(index / ofAKind) % 2 === 0 ? 'text' : 'binary', 'in'),
    }));
    return store => store.append(batchOf(store.extent.next, rows));
  });
const skip = fc.integer({ min: 1, max: 9 }).map(
  (gap): Step =>
    store =>
      store.append(numberedBatch(store.extent.next + gap, 2)),
);
const enforce = fc
  .record({
    maxRows: fc.integer({ min: 0, max: 500 }),
    maxBytes: fc.integer({ min: 0, max: 3000 }),
  })
  .map(
    (limits): Step =>
      store =>
        store.enforce(limits),
  );
const read = fc.tuple(fc.nat(500), fc.nat(50)).map(
  ([from, count]): Step =>
    store =>
      store.rows(from, count),
);
const readPayload = fc.tuple(fc.nat(500), fc.nat(50), fc.nat(50)).map(
  ([seq, from, length]): Step =>
    store =>
      store.payload(seq, from, length),
);
const clear = fc.constant<Step>(store => store.clear());
const restore = fc.constant<Step>(store => store.restore());
const forget = fc.constant<Step>(store => store.forget());
const sweep = fc.constant<Step>(store => void store.sweep());
const undoing = fc.oneof(clear, restore, forget, sweep);

describe('the SQLite store', () => {
  it('answers as the memory store does, whatever is done to both', () => {
    const reading = fc.oneof(read, readPayload);
    const step = fc.oneof(append, append, appendMany, skip, enforce, reading, undoing);
    fc.assert(
      fc.property(fc.array(step, { maxLength: 12 }), steps => {
        const stores = [inMemory(), new MemoryStore()] as const;
        try {
          const [stored, kept] = stores.map(store => [
            ...steps.map(run => ({ result: run(store), extent: store.extent })),
            contentOf(store),
          ]);
          assert.deepEqual(stored, kept);
        } finally {
          stores.forEach(store => store.close());
        }
      }),
      { numRuns: 60 },
    );
  });

  it('keeps every byte of a text: NUL, bidi marks, what is not UTF-8, 5 MB', () => {
    const payloads = [
      encoder.encode('a\0b\0'),
      encoder.encode('\u202eevil\u2066 \ufeff'),
      Uint8Array.of(0xed, 0xa0, 0x80, 0xff, 0x61),
      new Uint8Array(),
      encoder.encode('é'.repeat(2_500_000)),
    ];
    const store = inMemory();
    payloads.forEach((payload, seq) => store.append(single(seq, flagsOf('text', 'in'), payload)));
    assert.deepEqual(
      payloads.map((_, seq) => store.payload(seq, 0, Infinity)),
      payloads.map(bytes => ({ bytes, byteLength: bytes.length })),
    );
    assert.deepEqual(store.payload(4, 4_999_998, 100)?.bytes, encoder.encode('é'));
    store.close();
  });

  it('continues a file: its rows, its numbers, also after all rows were cleared', () => {
    using folder = scratchFolder();
    const path = join(folder.path, 'a.sqlite');
    const reopen = (use: (store: SqliteStore) => void) => {
      const store = new SqliteStore(sqlite, path, { ...options, name: 'other' });
      use(store);
      const { extent } = store;
      store.close();
      return extent;
    };
    const extents = [
      reopen(store => store.append(numberedBatch(0, 200))),
      reopen(store => store.enforce({ maxRows: 100, maxBytes: Infinity })),
      reopen(() => undefined),
      reopen(store => store.clear()),
      reopen(store => store.append(numberedBatch(200, 1))),
    ];
    assert.deepEqual(rowsIn(path, 'record'), [200]);
    assert.deepEqual(extents, [
      { first: 0, next: 200, byteLength: 690, dropped: 0 },
      { first: 103, next: 200, byteLength: 388, dropped: 103 },
      { first: 103, next: 200, byteLength: 388, dropped: 103 },
      { first: 200, next: 200, byteLength: 0, dropped: 0 },
      { first: 200, next: 201, byteLength: 4, dropped: 0 },
    ]);
  });

  it('has its rows as they were when all that is cleared is brought back, in any order', () => {
    const stepsOfOne = fc.array(fc.oneof(append, appendMany, skip, read), { maxLength: 5 });
    fc.assert(
      fc.property(fc.array(stepsOfOne, { minLength: 1, maxLength: 4 }), parts => {
        const stores = [inMemory(), inMemory()] as const;
        const [cleared, kept] = stores;
        try {
          for (const part of parts) {
            part.forEach(step => stores.map(step));
            cleared.clear();
            assert.equal(cleared.rows(0, Infinity).length, 0);
            assert.equal([...cleared.records(0, Infinity)].length, 0);
            assert.equal(cleared.payload(kept.extent.next - 1, 0, 9), undefined);
          }
          cleared.restore();
          assert.deepEqual([cleared.extent, contentOf(cleared)], [kept.extent, contentOf(kept)]);
          assert.equal(cleared.restore(), false);
        } finally {
          stores.forEach(store => store.close());
        }
      }),
      { numRuns: 40 },
    );
  });

  it('knows after a crash what can be brought back, and others see none of it', () => {
    using folder = scratchFolder();
    const path = join(folder.path, 'a.sqlite');
    const crashed = new SqliteStore(sqlite, path, options);
    crashed.append(numberedBatch(0, 30));
    crashed.enforce({ maxRows: 20, maxBytes: Infinity });
    const before = { extent: crashed.extent, rows: contentOf(crashed) };
    crashed.clear();
    crashed.append(numberedBatch(30, 2));
    const copy = join(folder.path, 'b.sqlite');
    copyFileSync(path, copy);
    copyFileSync(`${path}-wal`, `${copy}-wal`);
    assert.deepEqual(rowsIn(copy, 'messages'), [30, 31]);
    const store = new SqliteStore(sqlite, copy, options);
    assert.deepEqual(store.extent, { first: 30, next: 32, byteLength: 6, dropped: 0 });
    assert.equal(store.restore(), true);
    assert.deepEqual(store.extent, {
      ...before.extent,
      next: 32,
      byteLength: before.extent.byteLength + 6,
    });
    assert.deepEqual(contentOf(store).slice(0, -2), before.rows);
    store.close();
    crashed.close();
  });

  it('removes what is given up slice by slice, while new rows come, and makes the file short', () => {
    using folder = scratchFolder();
    const path = join(folder.path, 'a.sqlite');
    const store = new SqliteStore(sqlite, path, options);
    store.append(single(0, flagsOf('text', 'in'), new Uint8Array(3_000_000)));
    store.append(numberedBatch(1, 4000));
    store.append(numberedBatch(4001, 4000));
    store.clear();
    store.append(numberedBatch(8001, 10));
    assert.equal(store.forget(), true);
    assert.equal(store.restore(), false);
    let slices = 1;
    while (store.sweep()) {
      slices++;
      store.append(numberedBatch(store.extent.next, 10));
    }
    assert.ok(slices > 2);
    assert.deepEqual(rowsIn(path, 'record').length, slices * 10);
    assert.equal(store.extent.first, 8001);
    assert.ok(statSync(path).size < 200_000);
    store.close();
  });

  it('is an ordinary database for others, who see whole batches while it is written', () => {
    using folder = scratchFolder();
    const path = join(folder.path, 'a.sqlite');
    const store = new SqliteStore(sqlite, path, options);
    const original = flagsOfTap('original') | RowFlag.Held;
    store.append(
      batchOf(0, [
        textRow('{"a": 1}', 5.25),
        { at: 6, flags: flagsOf('binary', 'out') | original, payload: Uint8Array.of(1, 2) },
        { at: 7, flags: flagsOf('ping', 'out', true), payload: new Uint8Array() },
        { at: 8, flags: flagsOf('state', 'in'), payload: encoder.encode('{}') },
      ]),
    );
    store.append(single(4, flagsOf('text', 'in'), new Uint8Array(100_000).fill(0x62)));
    const other = new DatabaseSync(path, { readOnly: true });
    const read = (sql: string) =>
      other
        .prepare(sql)
        .all()
        .map(row => Object.values(row));
    assert.deepEqual(
      {
        messages: read(
          'SELECT seq, at, direction, kind, heartbeat, tap, size, typeof(payload) FROM messages',
        ),
        json: read("SELECT payload ->> 'a' FROM messages WHERE seq = 0"),
        long: read("SELECT seq FROM messages WHERE payload LIKE 'bbb%'"),
        capture: read('SELECT name, url, started, format_version FROM capture'),
        version: read('PRAGMA user_version'),
      },
      {
        messages: [
          [0, 5.25, 'in', 'text', 0, null, 8, 'text'],
          [1, 6, 'out', 'binary', 0, 'original held', 2, 'blob'],
          [2, 7, 'out', 'ping', 1, null, 0, 'blob'],
          [3, 8, 'in', 'state', 0, null, 2, 'text'],
          [4, 0, 'in', 'text', 0, null, 100_000, 'text'],
        ],
        json: [[1]],
        long: [[4]],
        capture: [['test', 'ws://localhost', 1000.5, 2]],
        version: [[2]],
      },
    );
    store.append(numberedBatch(5, 1000));
    assert.deepEqual(read('SELECT count(*), max(seq) FROM messages'), [[1005, 1004]]);
    other.close();
    store.close();
  });

  it('stores all of a batch or nothing when the file may not grow', () => {
    using folder = scratchFolder();
    const maxFileBytes = 200_000;
    const store = new SqliteStore(sqlite, join(folder.path, 'a.sqlite'), {
      ...options,
      maxFileBytes,
    });
    const appendUntilFull = () => {
      for (;;) {
        store.append(numberedBatch(store.extent.next, 500));
      }
    };
    assert.throws(appendUntilFull, /full/);
    const { next, byteLength } = store.extent;
    assert.ok(next > 500 && next % 500 === 0);
    assert.equal(store.rows(0, Infinity).length, next);
    assert.equal(contentOf(store).at(-1)?.preview, `#${next - 1}`);
    assert.throws(() => store.append(numberedBatch(next, 500)), /full/);
    assert.deepEqual(store.extent, { first: 0, next, byteLength, dropped: 0 });
    store.clear();
    store.forget();
    store.sweep();
    store.append(numberedBatch(next, 500));
    assert.equal(store.extent.next, next + 500);
    store.close();
  });
});

/** The numbers of the rows of a table, as another program sees them. */
function rowsIn(path: string, table: 'messages' | 'record'): readonly number[] {
  using database = new DatabaseSync(path, { readOnly: true });
  return database
    .prepare(`SELECT seq FROM ${table} ORDER BY seq`)
    .all()
    .map(({ seq }) => Number(seq));
}

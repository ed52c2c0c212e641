import assert from 'node:assert/strict';
import {
  chmodSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import * as sqlite from 'node:sqlite';
import { DatabaseSync } from 'node:sqlite';
import { describe, it } from 'node:test';
import { BatchReader, singleRowBatch } from '../../../../../src/core/record/batch.ts';
import { flagsOf } from '../../../../../src/core/record/record.ts';
import { LogStore } from '../../../../../src/node/captureWorker/store/logStore.ts';
import { segmentPath, segmentsOf } from '../../../../../src/node/files/segmentFiles.ts';
import {
  batchOf,
  contentOf,
  copyCapture,
  numberedBatch,
  scratchFolder,
  textRow,
} from '../../../../support/capture/captures.ts';
import { logRowsIn } from '../../../../support/capture/logReader.ts';
import { openLog } from '../../../../support/capture/logs.ts';

const facts = { name: 'test', url: 'ws://localhost', startedAt: 1000.5 };
const unlimited = { maxRows: Infinity, maxBytes: Infinity };
const encoder = new TextEncoder();

function open(path: string): LogStore {
  return LogStore.open(sqlite, path, { facts, maxBytes: Infinity });
}

function openToRead(path: string): LogStore {
  return LogStore.open(sqlite, path, { maxBytes: Infinity });
}

/** A path for the control file of a log that is removed at the end. */
function scratchPath() {
  const folder = scratchFolder();
  return { path: join(folder.path, 'a.sqlite'), [Symbol.dispose]: () => folder[Symbol.dispose]() };
}

function numbersOf(path: string): readonly number[] {
  return segmentsOf(path).map(({ number }) => number);
}

/** What another program finds in the control file. */
function controlOf(path: string): Readonly<Record<string, unknown>> {
  using database = new DatabaseSync(path, { readOnly: true });
  const found = database.prepare('SELECT * FROM capture').get();
  const version = database.prepare('PRAGMA user_version').get();
  return { ...found, ...version };
}

describe('A capture in a log', () => {
  it('keeps every byte of a text: NUL, bidi marks, what is not UTF-8, 5 MB', () => {
    using scratch = scratchPath();
    const payloads = [
      encoder.encode('a\0b\0'),
      encoder.encode('\u202eevil\u2066 \ufeff'),
      Uint8Array.of(0xed, 0xa0, 0x80, 0xff, 0x61),
      new Uint8Array(),
      encoder.encode('é'.repeat(2_500_000)),
    ];
    const written = open(scratch.path);
    const flags = flagsOf('text', 'in');
    for (const [seq, payload] of payloads.entries()) {
      written.append(new BatchReader(singleRowBatch(seq, 0, flags, payload)));
    }
    written.close();
    const store = openToRead(scratch.path);
    assert.deepEqual(
      payloads.map((_, seq) => store.payload(seq, 0, Infinity)),
      payloads.map(bytes => ({ bytes, byteLength: bytes.length })),
    );
    assert.deepEqual(store.payload(4, 4_999_998, 100)?.bytes, encoder.encode('é'));
    store.close();
  });

  it('is continued: its rows, its numbers, also after all rows were cleared', () => {
    using scratch = scratchPath();
    const reopen = (use: (store: LogStore) => void) => {
      const store = open(scratch.path);
      use(store);
      const { extent } = store;
      store.close();
      return extent;
    };
    const extents = [
      reopen(store => store.append(numberedBatch(0, 200))),
      reopen(store => store.enforce({ ...unlimited, maxRows: 100 })),
      reopen(() => undefined),
      reopen(store => store.clear()),
      reopen(store => store.append(numberedBatch(200, 1))),
    ];
    assert.deepEqual(
      Array.from(logRowsIn(scratch.path), ({ seq }) => seq),
      [200],
    );
    assert.deepEqual(extents, [
      { first: 0, next: 200, byteLength: 690, dropped: 0 },
      { first: 103, next: 200, byteLength: 388, dropped: 103 },
      { first: 103, next: 200, byteLength: 388, dropped: 103 },
      { first: 200, next: 200, byteLength: 0, dropped: 0 },
      { first: 200, next: 201, byteLength: 4, dropped: 0 },
    ]);
  });

  it('knows after a crash what can be brought back, and others see none of it', () => {
    using scratch = scratchPath();
    const crashed = open(scratch.path);
    crashed.append(numberedBatch(0, 30));
    crashed.enforce({ ...unlimited, maxRows: 20 });
    const before = { extent: crashed.extent, rows: contentOf(crashed) };
    crashed.clear();
    crashed.append(numberedBatch(30, 2));
    const copy = `${scratch.path}.copy`;
    copyCapture(scratch.path, copy);
    assert.deepEqual(
      Array.from(logRowsIn(copy), ({ seq }) => seq),
      [30, 31],
    );
    const store = open(copy);
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

  it('is written down when it ends: which rows it has, and when the last came', () => {
    using scratch = scratchPath();
    const store = open(scratch.path);
    store.append(batchOf(0, [textRow('a', 5), textRow('b', 7.5)]));
    assert.deepEqual(
      [controlOf(scratch.path)['ended'], controlOf(scratch.path)['last_at']],
      [null, null],
    );
    store.close();
    const { ended, ...control } = controlOf(scratch.path);
    assert.equal(typeof ended, 'number');
    assert.deepEqual(control, {
      name: 'test',
      url: 'ws://localhost',
      started: 1000.5,
      first_seq: 0,
      next_seq: 2,
      dropped: 0,
      last_at: 7.5,
      window: null,
      cleared_from: null,
      cleared_below: null,
      cleared_dropped: null,
      source: null,
      missing: null,
      user_version: 3,
    });
    const again = open(scratch.path);
    again.clear();
    again.close();
    const { first_seq, next_seq, last_at } = controlOf(scratch.path);
    assert.deepEqual([first_seq, next_seq, last_at], [2, 2, null]);
    assert.deepEqual(numbersOf(scratch.path), []);
  });

  it('has the times that rows came with, also where the clock jumps', () => {
    using scratch = scratchPath();
    const times = [1.7e12, 1.7e12 - 86_400_000, 8.64e15, 0, 1.7e12 + 0.125, 1.7e12 - 1];
    const store = open(scratch.path);
    times.forEach((at, seq) => store.append(batchOf(seq, [textRow(`#${seq}`, at)])));
    store.append(
      batchOf(
        times.length,
        times.map(at => textRow('later', at)),
      ),
    );
    const copy = `${scratch.path}.copy`;
    copyCapture(scratch.path, copy);
    store.close();
    for (const again of [open(copy), openToRead(scratch.path)]) {
      assert.deepEqual(
        again.rows(0, Infinity).map(({ seq, at }) => [seq, at]),
        [...times, ...times].map((at, seq) => [seq, at]),
      );
      again.close();
    }
    assert.equal(controlOf(scratch.path)['last_at'], times.at(-1));
  });

  it('takes 4 MiB a file at least, and no more files than can be open', () => {
    using scratch = scratchPath();
    const payload = new Uint8Array(1024 * 1024);
    const store = LogStore.open(sqlite, scratch.path, { facts, maxBytes: 1000 });
    for (let seq = 0; seq < 9; seq++) {
      store.append(new BatchReader(singleRowBatch(seq, 0, 2, payload)));
    }
    // One of 4 MiB has room for three such rows.
    assert.deepEqual(numbersOf(scratch.path), [1, 2, 3]);
    store.enforce({ ...unlimited, maxBytes: 2 * payload.length });
    assert.deepEqual(numbersOf(scratch.path), [3]);
    store.close();
  });

  it('does not open what is no control file of a log, and lets go of it', () => {
    using scratch = scratchPath();
    const contents: Readonly<Record<string, string>> = {
      'has no capture': 'CREATE TABLE capture (first_seq, ended)',
      'is of another format':
        'CREATE TABLE capture (next_seq, ended); INSERT INTO capture VALUES (1, NULL)',
      'its first_seq is no number of a row':
        "CREATE TABLE capture (first_seq, ended); INSERT INTO capture VALUES ('x', NULL)",
      'no such table': 'CREATE TABLE other (a)',
    };
    const before = openFileCount();
    for (const [message, sql] of Object.entries(contents)) {
      rmSync(scratch.path, { force: true });
      const database = new DatabaseSync(scratch.path);
      database.exec(sql);
      database.close();
      writeFileSync(segmentPath(scratch.path, 1), 'whatever');
      assert.throws(() => openToRead(scratch.path), new RegExp(message));
    }
    writeFileSync(scratch.path, 'no database '.repeat(1000));
    assert.throws(() => openToRead(scratch.path), /not a database/);
    assert.equal(openFileCount(), before);
  });
});

/** The files that this process has open, where the system tells. */
function openFileCount(): number {
  return existsSync('/proc/self/fd') ? readdirSync('/proc/self/fd').length : 0;
}

describe('The segments of a log', () => {
  const options = { segmentByteLength: 1000 };

  it('are begun at their length and by a clear, removed with their last row, and only for this user', () => {
    using scratch = scratchPath();
    const { store } = openLog(scratch.path, options);
    for (let seq = 0; seq < 40; seq += 10) {
      store.append(numberedBatch(seq, 10)); // 256 bytes
    }
    assert.deepEqual(numbersOf(scratch.path), [1, 2]);
    store.append(numberedBatch(40, 100)); // more than a segment
    store.append(numberedBatch(140, 1));
    assert.deepEqual(numbersOf(scratch.path), [1, 2, 3, 4]);
    store.enforce({ ...unlimited, maxRows: 110 });
    assert.deepEqual(numbersOf(scratch.path), [2, 3, 4]);
    store.clear();
    assert.deepEqual(numbersOf(scratch.path), [2, 3, 4]);
    store.append(numberedBatch(141, 1));
    assert.deepEqual(numbersOf(scratch.path), [2, 3, 4, 5]);
    store.forget();
    store.sweep();
    assert.deepEqual(numbersOf(scratch.path), [5]);
    if (process.platform !== 'win32') {
      assert.equal(statSync(segmentPath(scratch.path, 5)).mode & 0o777, 0o600);
    }
    store.clear();
    store.forget();
    store.sweep();
    assert.deepEqual(numbersOf(scratch.path), []);
    store.append(numberedBatch(142, 3));
    assert.deepEqual(numbersOf(scratch.path), [6]);
    assert.equal(store.rows(0, Infinity).length, 3);
    store.close();
  });

  it('may be many', () => {
    using scratch = scratchPath();
    const { store } = openLog(scratch.path, { segmentByteLength: 1 });
    for (let seq = 0; seq < 300; seq++) {
      store.append(numberedBatch(seq, 1));
    }
    store.close();
    assert.equal(numbersOf(scratch.path).length, 300);
    const again = openLog(scratch.path, options).store;
    assert.deepEqual(
      again.rows(0, Infinity).map(({ preview }) => preview),
      Array.from({ length: 300 }, (_, seq) => `#${seq}`),
    );
    again.close();
  });

  it('hold no row that was cleared beside a new one, also after a crash right after the clear', () => {
    using scratch = scratchPath();
    const crashed = openLog(scratch.path, options).store;
    crashed.append(numberedBatch(0, 3));
    crashed.clear();
    const copy = `${scratch.path}.copy`;
    copyCapture(scratch.path, copy);
    crashed.close();
    const { store } = openLog(copy, options);
    store.append(numberedBatch(3, 3));
    assert.deepEqual(numbersOf(copy), [1, 2]);
    assert.equal(store.restore(), true);
    assert.equal(store.rows(0, Infinity).length, 6);
    store.close();
  });

  it('are not written over what somebody has put at the path of the next', () => {
    using scratch = scratchPath();
    const { store } = openLog(scratch.path, options);
    store.append(numberedBatch(0, 100));
    const next = segmentPath(scratch.path, 2);
    writeFileSync(next, 'theirs');
    store.append(numberedBatch(100, 100));
    assert.deepEqual([readFileSync(next, 'utf8'), store.extent.next], ['theirs', 200]);
    assert.ok(existsSync(segmentPath(scratch.path, 3)));
    assert.equal(store.rows(0, Infinity).length, 200);
    store.close();
  });

  it('that cannot be removed are removed later', () => {
    using scratch = scratchPath();
    const folder = join(scratch.path, '..');
    const { store } = openLog(scratch.path, options);
    store.append(numberedBatch(0, 100));
    store.append(numberedBatch(100, 100));
    withClosed(folder, () => store.enforce({ ...unlimited, maxRows: 100 }));
    assert.deepEqual([numbersOf(scratch.path), store.extent.first], [[1, 2], 103]);
    store.append(numberedBatch(200, 100));
    store.enforce({ ...unlimited, maxRows: 100 });
    assert.deepEqual(numbersOf(scratch.path), [3]);
    store.close();
  });

  it('go at once where a clear cannot be written down, as it makes room', () => {
    using scratch = scratchPath();
    const { store, log } = openLog(scratch.path, options);
    store.append(numberedBatch(0, 100));
    let isFull = true;
    const storeExtents = log.storeExtents.bind(log);
    log.storeExtents = extents => {
      if (isFull) {
        throw new Error('The disk is full');
      }
      storeExtents(extents);
    };
    assert.equal(store.clear(), false);
    assert.deepEqual([numbersOf(scratch.path), store.restore()], [[], false]);
    isFull = false;
    store.append(numberedBatch(100, 2));
    const copy = `${scratch.path}.copy`;
    copyCapture(scratch.path, copy);
    store.close();
    const again = openLog(copy, options).store;
    assert.deepEqual(again.extent, { first: 100, next: 102, byteLength: 8, dropped: 0 });
    again.close();
  });
});

/** Does something while nothing can be removed from a folder: of root that is not true as it is. */
function withClosed(folder: string, action: () => void): void {
  const nobody = 65_534;
  const isRoot = process.getuid?.() === 0;
  chmodSync(folder, 0o555);
  if (isRoot) {
    process.seteuid?.(nobody);
  }
  try {
    action();
  } finally {
    if (isRoot) {
      process.seteuid?.(0);
    }
    chmodSync(folder, 0o700);
  }
}

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { MemoryStore } from '../../../../../src/core/capture/log/memoryStore.ts';
import { flagsOf } from '../../../../../src/core/record/record.ts';
import { batchOf, numberedBatch, textRow } from '../../../../support/capture/captures.ts';

const all = { maxRows: Infinity, maxBytes: Infinity };

describe('the memory store', () => {
  it('gives rows and parts of payloads back', () => {
    const store = new MemoryStore();
    store.append(batchOf(0, [textRow('hello', 1.25)]));
    store.append(
      batchOf(1, [{ at: 2, flags: flagsOf('ping', 'out', true), payload: Uint8Array.of(255) }]),
    );
    assert.deepEqual(
      [store.rows(0, 10), store.payload(0, 1, 3), store.payload(1, 0, 9), store.payload(2, 0, 9)],
      [
        [
          {
            seq: 0,
            at: 1.25,
            kind: 'text',
            direction: 'in',
            heartbeat: false,
            byteLength: 5,
            preview: 'hello',
          },
          {
            seq: 1,
            at: 2,
            kind: 'ping',
            direction: 'out',
            heartbeat: true,
            byteLength: 1,
            preview: 'ff',
          },
        ],
        { bytes: new TextEncoder().encode('ell'), byteLength: 5 },
        { bytes: Uint8Array.of(255), byteLength: 1 },
        undefined,
      ],
    );
  });

  it('drops the oldest rows beyond its limits, by number and by bytes', () => {
    const store = new MemoryStore();
    for (let seq = 0; seq < 5000; seq += 100) {
      store.append(numberedBatch(seq, 100));
    }
    const dropped = [
      store.enforce(all),
      store.enforce({ ...all, maxRows: 4000 }),
      store.enforce({ ...all, maxBytes: 10_000 }),
    ];
    const { first, next, byteLength } = store.extent;
    assert.deepEqual(dropped, [0, 1125, 1938]);
    assert.deepEqual({ first, next, byteLength }, { first: 3063, next: 5000, byteLength: 9685 });
    assert.equal(store.extent.dropped, 3063);
    assert.equal(store.rows(0, 4000)[0]?.preview, '#3063');
  });

  it('goes on numbering after it was cleared', () => {
    const store = new MemoryStore();
    store.append(numberedBatch(0, 3));
    store.clear();
    assert.deepEqual(store.extent, { first: 3, next: 3, byteLength: 0, dropped: 0 });
    store.append(numberedBatch(3, 1));
    assert.deepEqual(
      store.rows(0, 10).map(({ seq }) => seq),
      [3],
    );
  });

  it('reads across a gap in the numbers', () => {
    const store = new MemoryStore();
    store.append(numberedBatch(0, 2));
    store.append(numberedBatch(10, 2));
    assert.deepEqual(
      [store.rows(1, 10), store.rows(3, 5), store.rows(5, 6)].map(rows =>
        rows.map(({ seq }) => seq),
      ),
      [[1, 10], [], [10]],
    );
    assert.equal(store.payload(5, 0, 1), undefined);
  });
});

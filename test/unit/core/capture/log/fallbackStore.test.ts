import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { CaptureStore } from '../../../../../src/core/capture/captureStore.ts';
import {
  FallbackStore,
  type FallbackChange,
} from '../../../../../src/core/capture/log/fallbackStore.ts';
import { MemoryStore } from '../../../../../src/core/capture/log/memoryStore.ts';
import { numberedBatch } from '../../../../support/capture/captures.ts';

const full = new Error('database or disk is full');

/** Stands for a store on a disk that is full as long as `isFull` says so. */
class FailingStore extends MemoryStore {
  isFull = false;
  isFullUntilSwept = false;

  override sweep(): boolean {
    this.isFullUntilSwept = false;
    return super.sweep();
  }

  override append(...args: Parameters<CaptureStore['append']>): void {
    this.#check();
    super.append(...args);
  }

  override enforce(...args: Parameters<CaptureStore['enforce']>): number {
    this.#check();
    return super.enforce(...args);
  }

  override clear(): boolean {
    this.#check();
    return super.clear();
  }

  #check(): void {
    if (this.isFull || this.isFullUntilSwept) {
      throw full;
    }
  }
}

function setUp(reserveByteLength = 10_000) {
  const primary = new FailingStore();
  const changes: FallbackChange[] = [];
  const onDidChange = (change: FallbackChange) => void changes.push(change);
  const store = new FallbackStore({ primary, reserveByteLength, onDidChange });
  const seqs = () => store.rows(0, 1000).map(({ seq }) => seq);
  return { primary, store, changes, seqs };
}

describe('the fallback store', () => {
  it('goes on in memory when the primary store fails, without a gap', () => {
    const { primary, store, changes, seqs } = setUp();
    store.append(numberedBatch(0, 3));
    primary.isFull = true;
    store.append(numberedBatch(3, 2));
    primary.isFull = false;
    store.append(numberedBatch(5, 1));
    assert.deepEqual(
      { seqs: seqs(), extent: store.extent, changes, inPrimary: primary.extent.next },
      {
        seqs: [0, 1, 2, 3, 4, 5],
        extent: { first: 0, next: 6, byteLength: 12, dropped: 0 },
        changes: [{ kind: 'failed', seq: 3, error: full }],
        inPrimary: 3,
      },
    );
    assert.equal(store.payload(4, 0, 9)?.byteLength, 2);
    assert.equal(store.payload(1, 0, 9)?.byteLength, 2);
  });

  it('drops and counts new rows when the memory is full too', () => {
    const { primary, store, changes, seqs } = setUp(2 * (24 + 2));
    primary.isFull = true;
    store.append(numberedBatch(0, 2));
    store.append(numberedBatch(2, 3));
    store.append(numberedBatch(5, 1));
    assert.deepEqual(seqs(), [0, 1]);
    assert.deepEqual(changes.slice(1), [
      { kind: 'dropped', rowCount: 3, error: full },
      { kind: 'dropped', rowCount: 4, error: full },
    ]);
  });

  it('goes back to the primary store when cleared, and on with the numbers', () => {
    const { primary, store, changes, seqs } = setUp();
    primary.isFull = true;
    store.append(numberedBatch(0, 3));
    primary.isFull = false;
    store.clear();
    assert.deepEqual(store.extent, { first: 3, next: 3, byteLength: 0, dropped: 0 });
    store.append(numberedBatch(3, 1));
    assert.deepEqual(
      { seqs: seqs(), inPrimary: primary.extent.next, last: changes.at(-1) },
      { seqs: [3], inPrimary: 4, last: { kind: 'recovered' } },
    );
  });

  it('brings back what was cleared while all is well, but not from a store that failed', () => {
    const { primary, store, seqs } = setUp();
    store.append(numberedBatch(0, 3));
    assert.equal(store.clear(), true);
    primary.isFull = true;
    store.append(numberedBatch(3, 1));
    primary.isFull = false;
    assert.deepEqual([primary.restore(), seqs()], [false, [3]]);
    assert.equal(store.clear(), false);
    assert.equal(store.restore(), false);
    store.append(numberedBatch(4, 1));
    assert.equal(store.clear(), true);
    primary.isFull = true;
    assert.equal(store.restore(), true);
    store.append(numberedBatch(5, 1));
    assert.deepEqual(seqs(), [4, 5]);
  });

  it('gives up what was cleared for new rows when the disk is full', () => {
    const { store, primary, changes, seqs } = setUp();
    store.append(numberedBatch(0, 3));
    store.clear();
    primary.isFullUntilSwept = true;
    store.append(numberedBatch(3, 2));
    assert.deepEqual([seqs(), store.restore(), changes], [[3, 4], false, []]);
  });

  it('brings nothing back where the primary store cannot', () => {
    const { primary, store, seqs } = setUp();
    store.append(numberedBatch(0, 3));
    primary.clear = () => false;
    assert.equal(store.clear(), false);
    primary.clear = () => true;
    assert.deepEqual([store.clear(), seqs()], [true, [0, 1, 2]]);
  });

  it('shows nothing of a primary store that could not be cleared', () => {
    const { primary, store, seqs } = setUp();
    store.append(numberedBatch(0, 3));
    primary.isFull = true;
    store.clear();
    store.append(numberedBatch(3, 1));
    assert.deepEqual(
      { seqs: seqs(), extent: store.extent, payload: store.payload(1, 0, 1) },
      { seqs: [3], extent: { first: 3, next: 4, byteLength: 2, dropped: 0 }, payload: undefined },
    );
  });

  it('counts the rows of both against the limits, and drops those of the primary store first', () => {
    const { primary, store, seqs } = setUp();
    store.append(numberedBatch(0, 4));
    primary.isFull = true;
    store.append(numberedBatch(4, 4));
    primary.isFull = false;
    const maxBytes = Infinity;
    assert.equal(store.enforce({ maxRows: 6, maxBytes }), 2);
    assert.deepEqual(seqs(), [2, 3, 4, 5, 6, 7]);
    assert.equal(store.enforce({ maxRows: 3, maxBytes }), 3);
    assert.deepEqual(seqs(), [5, 6, 7]);
    assert.equal(store.extent.dropped, 5);
  });

  it('survives a primary store that cannot even drop rows', () => {
    const { primary, store, changes } = setUp();
    store.append(numberedBatch(0, 4));
    primary.isFull = true;
    assert.equal(store.enforce({ maxRows: 2, maxBytes: Infinity }), 0);
    assert.deepEqual(changes, [{ kind: 'failed', seq: 4, error: full }]);
  });

  it('goes on in memory where the primary store is lost, and shows what can be read of it', () => {
    for (const isReadable of [true, false]) {
      const { store, changes, seqs } = setUp();
      store.append(numberedBatch(0, 3));
      store.lose(full, isReadable);
      store.append(numberedBatch(3, 2));
      store.lose(full, isReadable);
      assert.deepEqual(seqs(), isReadable ? [0, 1, 2, 3, 4] : [3, 4]);
      assert.deepEqual([store.extent.first, store.extent.next], [isReadable ? 0 : 3, 5]);
      assert.deepEqual(changes, [{ kind: 'failed', seq: 3, error: full }]);
    }
  });

  it('takes another primary store when cleared, or stays in memory where there is none', () => {
    const { primary, store, changes, seqs } = setUp();
    store.append(numberedBatch(0, 3));
    store.lose(full, true);
    store.append(numberedBatch(3, 2));
    store.clear(() => {
      throw full;
    });
    store.append(numberedBatch(5, 1));
    assert.deepEqual([seqs(), changes.length], [[5], 1]);
    const other = new MemoryStore();
    store.clear(() => other);
    store.append(numberedBatch(6, 2));
    assert.deepEqual(
      { seqs: seqs(), other: other.extent.next, last: changes.at(-1), old: primary.extent.first },
      { seqs: [6, 7], other: 8, last: { kind: 'recovered' }, old: 3 },
    );
  });
});

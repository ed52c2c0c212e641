import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DisposableStore, toDisposable } from '../../../../src/core/base/lifecycle.ts';

function fails(message: string): () => never {
  return () => {
    throw new Error(message);
  };
}

describe('A disposable', () => {
  it('releases once, however often it is disposed', () => {
    let count = 0;
    const disposable = toDisposable(() => {
      count++;
      disposable.dispose();
    });
    disposable.dispose();
    disposable.dispose();
    assert.equal(count, 1);
  });

  it('does not release again where releasing failed', () => {
    const disposable = toDisposable(fails('a'));
    assert.throws(() => disposable.dispose(), /a/);
    disposable.dispose();
  });
});

describe('A store of disposables', () => {
  it('releases what it owns, newest first, once', () => {
    const released: string[] = [];
    const store = new DisposableStore();
    for (const name of ['a', 'b', 'c']) {
      store.add(toDisposable(() => released.push(name)));
    }
    store.dispose();
    store.dispose();
    assert.deepEqual(
      { released, isDisposed: store.isDisposed },
      {
        released: ['c', 'b', 'a'],
        isDisposed: true,
      },
    );
  });

  it('gives back what is added, and releases it at once where it is disposed already', () => {
    let isReleased = false;
    const store = new DisposableStore();
    store.dispose();
    const item = { dispose: () => void (isReleased = true), name: 'x' };
    assert.equal(store.add(item).name, 'x');
    assert.ok(isReleased);
  });

  it('stays usable after it was cleared', () => {
    const released: string[] = [];
    const store = new DisposableStore();
    store.add(toDisposable(() => released.push('a')));
    store.clear();
    store.add(toDisposable(() => released.push('b')));
    assert.deepEqual(
      { released, isDisposed: store.isDisposed },
      {
        released: ['a'],
        isDisposed: false,
      },
    );
    store.dispose();
    assert.deepEqual(released, ['a', 'b']);
  });

  it('releases everything although some of it fails, and then says what failed', () => {
    const released: string[] = [];
    const store = new DisposableStore();
    store.add({ dispose: () => released.push('a') });
    store.add({ dispose: fails('b') });
    store.add({ dispose: () => released.push('c') });
    store.add({ dispose: fails('d') });
    assert.throws(
      () => store.dispose(),
      (error: unknown) => {
        assert.ok(error instanceof AggregateError);
        assert.equal(error.message, '2 of 4 disposals failed');
        assert.deepEqual(error.errors.map(String), ['Error: d', 'Error: b']);
        return true;
      },
    );
    assert.deepEqual(released, ['c', 'a']);
  });

  it('releases what is added while it releases', () => {
    let isReleased = false;
    const store = new DisposableStore();
    store.add({
      dispose: () => void store.add({ dispose: () => void (isReleased = true) }),
    });
    store.dispose();
    assert.ok(isReleased);
  });

  it('is counted where a test looks for leaks', async () => {
    const leaks = await DisposableStore.countLeaks(() => {
      new DisposableStore().dispose();
      new DisposableStore().clear();
    });
    assert.equal(leaks, 1);
  });
});

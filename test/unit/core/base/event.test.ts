import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import { handleUnexpectedErrors } from '../../../../src/core/base/errors.ts';
import { Emitter } from '../../../../src/core/base/event.ts';
import { DisposableStore, type Disposable } from '../../../../src/core/base/lifecycle.ts';

const cleanup = new DisposableStore();
afterEach(() => cleanup.clear());

function setUp() {
  const errors: unknown[] = [];
  const heard: string[] = [];
  cleanup.add(handleUnexpectedErrors(error => errors.push(error)));
  const emitter = new Emitter<number>();
  const listen = (name: string) => emitter.event(value => heard.push(`${name}${value}`));
  return { emitter, errors, heard, listen };
}

describe('An event', () => {
  it('reaches its listeners in order, until they unsubscribe', () => {
    const { emitter, heard, listen } = setUp();
    const a = listen('a');
    listen('b');
    emitter.fire(1);
    a.dispose();
    a.dispose();
    emitter.fire(2);
    assert.deepEqual(heard, ['a1', 'b1', 'b2']);
  });

  it('reaches one function as often as it was subscribed', () => {
    const { emitter } = setUp();
    let count = 0;
    const listener = () => {
      count++;
    };
    const first = emitter.event(listener);
    emitter.event(listener);
    emitter.fire(0);
    first.dispose();
    emitter.fire(0);
    assert.equal(count, 3);
  });

  it('reaches the others where a listener throws, and the error is reported', () => {
    const { emitter, errors, heard, listen } = setUp();
    const error = new Error('a');
    emitter.event(() => {
      throw error;
    });
    listen('b');
    emitter.fire(1);
    assert.deepEqual({ heard, errors }, { heard: ['b1'], errors: [error] });
  });

  it('does not reach who unsubscribed or subscribed while it was delivered', () => {
    const { emitter, heard, listen } = setUp();
    const others: Disposable[] = [];
    emitter.event(value => {
      others.shift()?.dispose();
      if (value === 1) {
        listen('late');
      }
    });
    others.push(listen('gone'));
    listen('b');
    emitter.fire(1);
    emitter.fire(2);
    assert.deepEqual(heard, ['b1', 'b2', 'late2']);
  });

  it('reaches nobody once its emitter is disposed, also in the midst of it', () => {
    const { emitter, heard, listen } = setUp();
    emitter.event(() => emitter.dispose());
    listen('b');
    emitter.fire(1);
    emitter.fire(2);
    assert.deepEqual(heard, []);
  });

  it('fired by a listener is delivered at once', () => {
    const { emitter, heard, listen } = setUp();
    emitter.event(value => {
      if (value < 2) {
        emitter.fire(value + 1);
      }
    });
    listen('b');
    emitter.fire(1);
    assert.deepEqual(heard, ['b2', 'b1']);
  });
});

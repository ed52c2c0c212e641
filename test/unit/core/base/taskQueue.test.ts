import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { TaskQueue } from '../../../../src/core/base/taskQueue.ts';

describe('A task queue', () => {
  it('begins a task when the one before has ended, also by a failure', async () => {
    const queue = new TaskQueue();
    const log: string[] = [];
    const task = (name: string) => async () => {
      log.push(`${name} begins`);
      await new Promise(resolve => setImmediate(resolve));
      log.push(`${name} ends`);
      if (name === 'b') {
        throw new Error(name);
      }
      return name;
    };
    const [a, b, c] = [queue.add(task('a')), queue.add(task('b')), queue.add(task('c'))];
    await assert.rejects(b, /b/);
    assert.deepEqual([await a, await c], ['a', 'c']);
    assert.deepEqual(
      log,
      ['a', 'b', 'c'].flatMap(name => [`${name} begins`, `${name} ends`]),
    );
  });

  it('is settled when all tasks have ended, whether or not they failed', async () => {
    const queue = new TaskQueue();
    await queue.settled();
    let hasEnded = false;
    const failed = queue.add(async () => {
      await new Promise(resolve => setImmediate(resolve));
      hasEnded = true;
      throw new Error('failed');
    });
    await Promise.all([queue.settled(), assert.rejects(failed, /failed/)]);
    assert.ok(hasEnded);
  });
});

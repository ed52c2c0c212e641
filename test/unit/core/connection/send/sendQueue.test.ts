import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { UserError } from '../../../../../src/core/base/errors.ts';
import type { QueueLimits } from '../../../../../src/core/connection/state/options.ts';
import { SendQueue } from '../../../../../src/core/connection/send/sendQueue.ts';
import { settle } from '../../../../support/network/fakeNetwork.ts';
import { ManualClock } from '../../../../support/manualClock.ts';

const limits: QueueLimits = { maxMessages: 3, maxBytes: 10, maxAgeMs: 1000 };

function setUp() {
  const clock = new ManualClock();
  const notices: string[] = [];
  const counts: number[] = [];
  const queue: SendQueue = new SendQueue({
    clock,
    notice: sentence => notices.push(sentence),
    onDidChange: () => counts.push(queue.view.count),
  });
  const ends: string[] = [];
  const add = (data: string | Uint8Array, own = limits) => {
    queue.add({ kind: 'message', data }, own).then(
      () => ends.push(`sent ${String(data)}`),
      (error: unknown) => ends.push(String(error)),
    );
  };
  return { clock, notices, counts, queue, ends, add };
}

describe('The queue of messages', () => {
  it('keeps messages in order and hands them over once', async () => {
    const { queue, add, ends, counts, clock } = setUp();
    add('a');
    add(Uint8Array.of(1, 2));
    assert.deepEqual(queue.view, { count: 2, byteLength: 3 });
    const sent: unknown[] = [];
    const send = ({ data }: { data: unknown }) => {
      sent.push(data);
      return sent.length === 1 ? Promise.resolve() : Promise.reject(new Error('full'));
    };
    const isFull = () => false;
    queue.drain(send, isFull);
    queue.drain(send, isFull);
    await settle();
    assert.deepEqual(sent, ['a', Uint8Array.of(1, 2)]);
    assert.deepEqual(ends, ['sent a', 'Error: full']);
    assert.deepEqual(counts, [1, 2, 0]);
    assert.deepEqual(clock.pending, []);
  });

  it('refuses what is too much, in messages and in bytes, and keeps the rest', () => {
    const { queue, add } = setUp();
    add('12345');
    assert.throws(
      () => add('123456'),
      new UserError('Not sent: no more than 10 B can wait (queue.maxKilobytes).'),
    );
    add('ä');
    add('');
    assert.throws(
      () => add(''),
      new UserError('Not sent: the queue is full (queue.maxMessages is 3).'),
    );
    assert.deepEqual(queue.view, { count: 3, byteLength: 7 });
    queue.dispose();
  });

  it('drops what is too old, and says so', async () => {
    const { queue, add, ends, notices, clock } = setUp();
    add('a');
    clock.advance(500);
    add('b');
    clock.advance(500);
    await settle();
    assert.deepEqual(ends, [
      'UserError: Not sent: the connection did not open in time (queue.maxAge).',
    ]);
    assert.deepEqual(notices, [
      'A queued message was not sent: the connection did not open in time (queue.maxAge).',
    ]);
    assert.deepEqual([queue.view.count, clock.pending], [1, [500]]);
    queue.clear('cancelled by you');
    assert.deepEqual(clock.pending, []);
  });

  it('can be emptied, and says how many were not sent', async () => {
    const { queue, add, ends, notices } = setUp();
    queue.clear('cancelled by you');
    add('a');
    add('b');
    queue.clear('cancelled by you');
    await settle();
    assert.deepEqual(notices, ['2 queued messages were not sent: cancelled by you.']);
    assert.deepEqual(ends, Array(2).fill('UserError: Not sent: cancelled by you.'));
  });
});

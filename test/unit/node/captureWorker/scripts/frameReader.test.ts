import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { frameOf } from '../../../../../src/decoderChild/frames.ts';
import { FrameReader } from '../../../../../src/node/captureWorker/scripts/frameReader.ts';

const messages = [1, 'a', { b: new Uint8Array([1, 2, 3]) }, 'x'.repeat(1000), null];
const bytes = Buffer.concat(messages.map(frameOf));

describe('A reader of frames', () => {
  it('takes the same messages out of chunks of any length', () => {
    for (const length of [1, 3, 100, bytes.length]) {
      const read: unknown[] = [];
      const reader = new FrameReader(message => read.push(message));
      for (let at = 0; at < bytes.length; at += length) {
        reader.add(bytes.subarray(at, at + length), 10_000);
      }
      assert.deepEqual(read, messages);
    }
  });

  it('refuses a message that is longer than it may be before it has come', () => {
    const reader = new FrameReader(() => undefined);
    assert.throws(() => reader.add(bytes.subarray(bytes.length - 1020), 500), /too long/);
  });

  it('refuses what is no message', () => {
    const reader = new FrameReader(() => undefined);
    assert.throws(() => reader.add(new Uint8Array([3, 0, 0, 0, 7, 7, 7]), 500));
  });
});

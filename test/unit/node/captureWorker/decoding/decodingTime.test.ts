import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DecodingTime } from '../../../../../src/node/captureWorker/decoding/decodingTime.ts';

const sliceMs = 8;

/** A clock that is moved by hand, and what decodes by it: `messageMs` at a time, up to its end. */
function startTime(messageMs = 0.05) {
  let now = 1000;
  const time = new DecodingTime(() => now);
  const wait = (ms: number) => {
    now += ms;
  };
  /** @returns how long it took */
  const decode = (isPressed: boolean) => {
    const begun = now;
    time.use(isPressed, sliceMs, deadline => {
      while (now < deadline) {
        now += messageMs;
      }
    });
    return now - begun;
  };
  return { time, wait, decode };
}

describe('The time of decoding', () => {
  for (const messageMs of [0.01, 0.2, 30]) {
    it(`is a small part while batches wait, with messages of ${messageMs} ms`, () => {
      const { time, wait, decode } = startTime(messageMs);
      const storedMs = 0.3;
      const batches = 5000;
      let decodedMs = 0;
      for (let batch = 0; batch < batches; batch++) {
        wait(storedMs);
        time.stored();
        decodedMs += decode(true);
        assert.ok(time.restMs >= 0);
      }
      const part = decodedMs / (batches * storedMs);
      assert.ok(part > 0.05 && part < 0.09, `${part} of the time of storing`);
    });
  }

  it('is short after a batch where none waits, since the next one may come', () => {
    const { time, wait, decode } = startTime();
    time.stored();
    assert.ok(decode(false) < 0.2);
    wait(1);
    assert.ok(decode(false) < 0.2);
    wait(17);
    assert.ok(decode(false) < 0.2);
    wait(20);
    assert.ok(decode(false) >= sliceMs);
  });

  it('is no longer than a message where none waits, if messages take less than a millisecond', () => {
    const { time, wait, decode } = startTime(0.9);
    for (let message = 0; message < 20; message++) {
      time.stored();
      assert.equal(decode(false).toFixed(3), '0.900');
      wait(5);
    }
  });

  it('is followed by a rest if a message took much longer, as long as batches come', () => {
    const messageMs = 10;
    const { time, wait, decode } = startTime(messageMs);
    time.stored();
    assert.equal(decode(false), messageMs);
    assert.equal(decode(false), 0);
    assert.ok(time.restMs > 0);
    for (let rested = 0; rested < 6 * messageMs; rested += 5) {
      wait(5);
      time.stored();
      assert.equal(decode(false), 0);
    }
    wait(3 * messageMs);
    assert.equal(time.restMs, 0);
    assert.equal(decode(false), messageMs);
  });

  it('is not held back by a long message once no batch comes', () => {
    const { time, wait, decode } = startTime(300);
    time.stored();
    decode(false);
    const { restMs } = time;
    assert.ok(restMs > 0 && restMs <= 20);
    wait(restMs);
    assert.equal(decode(false), 300);
  });
});

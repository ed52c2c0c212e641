import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ToxicPipe } from '../../../../src/core/tap/toxicPipe.ts';
import { noToxics, type Toxics } from '../../../../src/core/tap/toxics.ts';
import { ManualClock } from '../../../support/manualClock.ts';

function pipeWith(given: Partial<Toxics>, random = () => 0.5, takesNothing = () => false) {
  const clock = new ManualClock();
  const output: string[] = [];
  const full: boolean[] = [];
  const pipe = new ToxicPipe(
    { ...noToxics, ...given },
    {
      clock,
      random,
      output: bytes => {
        output.push(`${clock.monotonic()} ${Buffer.from(bytes).toString()}`);
        return !takesNothing();
      },
      onFull: isFull => void full.push(isFull),
    },
  );
  const push = (text: string) => pipe.push(Buffer.from(text));
  return { clock, output, full, pipe, push };
}

describe('ToxicPipe', () => {
  it('passes all on at once while nothing is wrong', () => {
    const { output, push, clock } = pipeWith({});
    push('a');
    assert.deepEqual(output, ['0 a']);
    assert.deepEqual(clock.pending, []);
  });

  it('delays each chunk by the latency', () => {
    const { output, push, clock } = pipeWith({ latencyMs: 100 });
    push('a');
    clock.advance(40);
    push('b');
    clock.advance(200);
    assert.deepEqual(output, ['100 a', '140 b']);
  });

  it('keeps the order whatever the jitter is', () => {
    const values = [1, 0, 0.5];
    const { output, push, clock } = pipeWith(
      { latencyMs: 100, jitterMs: 50 },
      () => values.shift() ?? 0,
    );
    push('a');
    push('b');
    push('c');
    clock.advance(500);
    assert.deepEqual(output, ['150 a', '150 b', '150 c']);
  });

  it('limits the rate', () => {
    const { output, push, clock } = pipeWith({ bytesPerSecond: 100 });
    push('0123456789');
    clock.advance(1000);
    assert.deepEqual(output, ['50 01234', '100 56789']);
  });

  it('cuts into slices with pauses', () => {
    const { output, push, clock } = pipeWith({ sliceBytes: 2, slicePauseMs: 10 });
    push('abcde');
    clock.advance(100);
    assert.deepEqual(output, ['0 ab', '10 cd', '20 e']);
  });

  it('stalls from the end of the first period on', () => {
    const { output, push, clock } = pipeWith({ stallEveryMs: 1000, stallMs: 200 });
    push('a');
    clock.advance(1050);
    push('b');
    clock.advance(1000);
    assert.deepEqual(output, ['0 a', '1200 b']);
  });

  it('passes nothing on while there is a timeout', () => {
    const { output, push, clock } = pipeWith({ timeoutMs: 500 });
    push('a');
    clock.advance(10_000);
    assert.deepEqual(output, []);
  });

  it('lets go what waits when nothing is wrong any more, and the end behind it', () => {
    const { output, push, pipe } = pipeWith({ latencyMs: 1000 });
    push('a');
    push('b');
    pipe.afterAll(() => void output.push('end'));
    assert.deepEqual(output, []);
    pipe.setToxics(noToxics);
    assert.deepEqual(output, ['0 a', '0 b', 'end']);
  });

  it('cuts a slice only when its turn comes, so that the smallest take no memory', () => {
    let count = 0;
    const { output, push, clock } = pipeWith(
      { sliceBytes: 1, slicePauseMs: 1, jitterMs: 1 },
      () => {
        count++;
        return 0.5;
      },
    );
    push('x'.repeat(100_000));
    assert.equal(count, 1);
    clock.advance(9);
    assert.deepEqual([output.length, count], [10, 11]);
  });

  it('gives no more than it takes to a target that takes nothing, and goes on later', () => {
    let isTaking = false;
    const { output, push, clock, pipe } = pipeWith(
      { latencyMs: 10, sliceBytes: 1 },
      undefined,
      () => !isTaking,
    );
    push('abcd');
    clock.advance(100);
    push('ef');
    assert.deepEqual(output, ['10 a']);
    pipe.drained();
    clock.advance(0);
    assert.deepEqual(output.splice(0), ['10 a', '100 b']);
    isTaking = true;
    pipe.drained();
    clock.advance(100);
    assert.deepEqual(output.splice(0), ['100 c', '100 d', '110 e', '110 f']);
  });

  it('keeps the time of what waits, by what was wrong when it came', () => {
    const { output, push, clock, pipe } = pipeWith({ sliceBytes: 1, slicePauseMs: 10 });
    push('abc');
    clock.advance(0);
    pipe.setToxics({ ...noToxics, latencyMs: 500 });
    push('de');
    clock.advance(1000);
    assert.deepEqual(output, ['0 a', '10 b', '20 c', '530 de']);
  });

  it('tells that it is full, and that it is not any more', () => {
    const { full, push, clock } = pipeWith({ latencyMs: 10 });
    push('x'.repeat(300_000));
    assert.deepEqual(full, [true]);
    clock.advance(20);
    assert.deepEqual(full, [true, false]);
  });
});

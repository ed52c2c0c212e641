import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { Coalescer } from '../../../../src/core/base/coalescer.ts';
import { ManualClock } from '../../../support/manualClock.ts';

function setUp() {
  const clock = new ManualClock();
  const runs: number[] = [];
  const coalescer = new Coalescer(clock, 50, () => runs.push(clock.monotonic()));
  return { clock, runs, coalescer };
}

describe('A coalescer', () => {
  it('runs at once, and once more for all that was asked for meanwhile', () => {
    const { clock, runs, coalescer } = setUp();
    coalescer.request();
    clock.advance(10);
    coalescer.request();
    coalescer.request();
    clock.advance(1000);
    coalescer.request();
    assert.deepEqual(runs, [0, 50, 1010]);
    coalescer.dispose();
  });

  it('runs no more once it is disposed', () => {
    const { clock, runs, coalescer } = setUp();
    coalescer.request();
    coalescer.request();
    coalescer.dispose();
    clock.advance(1000);
    assert.deepEqual({ runs, pending: clock.pending }, { runs: [0], pending: [] });
  });

  it('keeps its interval where the run itself asks for more', () => {
    const clock = new ManualClock();
    const runs: number[] = [];
    const coalescer = new Coalescer(clock, 50, () => {
      runs.push(clock.monotonic());
      coalescer.request();
    });
    coalescer.request();
    clock.advance(120);
    coalescer.dispose();
    assert.deepEqual(runs, [0, 50, 100]);
  });

  it('goes on after a run that failed', () => {
    const clock = new ManualClock();
    let runs = 0;
    const coalescer = new Coalescer(clock, 50, () => {
      runs++;
      if (runs === 1) {
        throw new Error('first');
      }
    });
    assert.throws(() => coalescer.request(), /first/);
    coalescer.request();
    clock.advance(50);
    coalescer.dispose();
    assert.equal(runs, 2);
  });

  it('runs at most once per interval, and always after the last request', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(120)), pauses => {
        const { clock, runs, coalescer } = setUp();
        let last = -1;
        for (const pause of pauses) {
          clock.advance(pause);
          coalescer.request();
          last = clock.monotonic();
        }
        clock.advance(1000);
        assert.deepEqual(clock.pending, []);
        assert.ok((runs.at(-1) ?? -1) >= last);
        assert.ok(runs.every((at, index) => index === 0 || at - (runs[index - 1] ?? 0) >= 50));
      }),
    );
  });
});

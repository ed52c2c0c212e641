import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { maxTimerDelayMs } from '../../../../src/core/base/clock.ts';
import { DisposableStore } from '../../../../src/core/base/lifecycle.ts';
import { Timer } from '../../../../src/core/base/timer.ts';
import { ManualClock } from '../../../support/manualClock.ts';

function setUp() {
  const clock = new ManualClock();
  const runs: string[] = [];
  return { clock, runs, timer: new Timer(clock) };
}

describe('A timer', () => {
  it('runs its task once, and another task takes its place', () => {
    const { clock, runs, timer } = setUp();
    timer.start(100, () => runs.push('first'));
    timer.start(200, () => runs.push('second'));
    assert.equal(timer.isRunning, true);
    clock.advance(1000);
    assert.deepEqual([runs, timer.isRunning], [['second'], false]);
  });

  it('may be started again by its task, and after it was disposed of', () => {
    const { clock, runs, timer } = setUp();
    timer.start(100, () => {
      runs.push('first');
      timer.start(100, () => runs.push('second'));
    });
    clock.advance(200);
    timer.start(100, () => runs.push('dropped'));
    timer.dispose();
    timer.start(100, () => runs.push('third'));
    clock.advance(1000);
    assert.deepEqual(runs, ['first', 'second', 'third']);
  });

  it('never fires if the delay is infinite, and not at once if it is longer than timers take', () => {
    const { clock, timer } = setUp();
    timer.start(Infinity, () => assert.fail());
    assert.deepEqual([timer.isRunning, clock.pending], [false, []]);
    timer.start(1e12, () => undefined);
    assert.deepEqual(clock.pending, [maxTimerDelayMs]);
  });

  it('counts as a leak while it runs', async () => {
    const { clock, timer } = setUp();
    const running = await DisposableStore.countLeaks(() => timer.start(1, () => undefined));
    clock.advance(1);
    const fired = await DisposableStore.countLeaks(() => {
      timer.start(1, () => undefined);
      clock.advance(1);
    });
    const disposed = await DisposableStore.countLeaks(() => {
      timer.start(1, () => undefined);
      timer.dispose();
    });
    assert.deepEqual([running, fired, disposed], [1, 0, 0]);
  });
});

import assert from 'node:assert/strict';
import { describe, it, mock } from 'node:test';
import { systemClock } from '../../../src/node/systemClock.ts';

describe('the system clock', () => {
  it('tells the time with fractions, close to the wall clock', () => {
    const times = Array.from({ length: 1000 }, () => {
      const before = Date.now();
      const time = systemClock.now();
      assert.ok(time > before - 50 && time < Date.now() + 50);
      return time;
    });
    assert.ok(times.some(time => !Number.isInteger(time)));
  });

  it('follows the wall clock when that is set', () => {
    systemClock.now();
    const wall = mock.method(Date, 'now', () => 5_000_000);
    try {
      const start = systemClock.monotonic();
      while (systemClock.monotonic() - start < 5) {
        systemClock.now();
      }
      assert.ok(Math.abs(systemClock.now() - 5_000_000) < 50);
    } finally {
      wall.mock.restore();
    }
    const start = systemClock.monotonic();
    while (systemClock.monotonic() - start < 5) {
      systemClock.now();
    }
  });

  it('does not run what was disposed of', async () => {
    const ran: string[] = [];
    systemClock.schedule(0, () => ran.push('timer')).dispose();
    systemClock.afterInput(() => ran.push('input')).dispose();
    await new Promise<void>(resolve => void systemClock.schedule(5, resolve));
    await new Promise<void>(resolve => void systemClock.afterInput(resolve));
    ran.push('later');
    assert.deepEqual(ran, ['later']);
  });
});

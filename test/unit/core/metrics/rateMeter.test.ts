import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { RateMeter } from '../../../../src/core/metrics/rateMeter.ts';

describe('A rate meter', () => {
  it('counts what came within the last second', () => {
    const meter = new RateMeter();
    meter.add(5000);
    meter.add(5050, 4);
    meter.add(5900, 2);
    assert.deepEqual(
      [5950, 5999, 6000, 6899, 6900].map(now => meter.rate(now)),
      [7, 7, 2, 2, 0],
    );
    assert.equal(meter.total, 7);
  });

  it('counts on after a time that was far ahead, or when the clock is set back', () => {
    for (const wrong of [8.64e15, 1e303]) {
      const meter = new RateMeter();
      meter.add(5000);
      meter.add(wrong);
      meter.add(6000, 3);
      assert.equal(meter.rate(6000), 3);
      assert.equal(meter.rate(7000), 0);
      assert.equal(meter.total, 5);
    }
  });

  it('shows a steady stream as what it is', () => {
    const meter = new RateMeter();
    const rates = new Set<number>();
    for (let now = 0; now < 10_000; now += 20) {
      meter.add(now);
      if (now > 1000 && now % 100 === 80) {
        rates.add(meter.rate(now));
      }
    }
    assert.deepEqual([...rates], [50]);
  });

  it('forgets everything in a long silence', () => {
    const meter = new RateMeter();
    meter.add(0, 100);
    assert.equal(meter.rate(1e12), 0);
    meter.add(1e12 + 0.5, 3);
    assert.equal(meter.rate(1e12 + 1), 3);
  });

  it('takes a time that is a little too early for the newest', () => {
    const meter = new RateMeter();
    meter.add(2000);
    meter.add(1000);
    assert.equal(meter.rate(2000), 2);
  });

  it('agrees with a list of all that was counted', () => {
    const steps = fc.array(fc.tuple(fc.integer({ min: 0, max: 400 }), fc.nat(9)));
    fc.assert(
      fc.property(steps, steps => {
        const meter = new RateMeter();
        const all: { at: number; count: number }[] = [];
        let now = 12_345;
        for (const [step, count] of steps) {
          now += step;
          meter.add(now, count);
          all.push({ at: now, count });
        }
        const from = (Math.floor(now / 100) - 9) * 100;
        const sum = all.reduce((sum, { at, count }) => sum + (at >= from ? count : 0), 0);
        assert.equal(meter.rate(now), sum);
      }),
    );
  });
});

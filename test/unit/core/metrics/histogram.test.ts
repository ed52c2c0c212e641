import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  Distribution,
  Histogram,
  SlidingHistogram,
} from '../../../../src/core/metrics/histogram.ts';

const partsPerOne = 100;

/** The value that so many of the values are not above. */
function exactly(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.ceil(share * sorted.length) - 1] ?? 0;
}

describe('a histogram', () => {
  it('gives percentiles within a few percent', () => {
    const value = fc.oneof(
      fc.double({ min: 0, max: 3, noNaN: true }),
      fc.double({ min: 0, max: 40_000_000, noNaN: true }),
      fc.integer({ min: 0, max: 2000 }),
    );
    fc.assert(
      fc.property(fc.array(value, { minLength: 1, maxLength: 300 }), values => {
        const histogram = new Histogram(partsPerOne);
        values.forEach(value => histogram.add(value));
        const sum = new Distribution(partsPerOne);
        sum.add(histogram);
        const found = sum.percentiles();
        assert.ok(found);
        const { count, min, max, ...shares } = found;
        assert.deepEqual(
          { count, min, max },
          { count: values.length, min: Math.min(...values), max: Math.max(...values) },
        );
        for (const [name, share] of [
          ['p50', 0.5],
          ['p95', 0.95],
          ['p99', 0.99],
        ] as const) {
          const exact = exactly(values, share);
          const difference = Math.abs(shares[name] - exact);
          assert.ok(difference <= exact / 32 + 1 / partsPerOne, `${shares[name]} for ${exact}`);
        }
      }),
    );
  });

  it('is right to the byte for small sizes, and for sizes that are all the same', () => {
    for (const size of [0, 1, 31, 100, 1e6, 2 ** 32 + 1]) {
      const histogram = new Histogram(1);
      histogram.add(size);
      histogram.add(size);
      const sum = new Distribution(1);
      sum.add(histogram);
      const all = { min: size, p50: size, p95: size, p99: size, max: size };
      assert.deepEqual(sum.percentiles(), { count: 2, ...all });
    }
  });

  it('has no percentiles of nothing', () => {
    assert.equal(new Distribution(1).percentiles(), undefined);
  });
});

describe('a sliding histogram', () => {
  it('forgets what is ten minutes old, but not in the sum of all', () => {
    const sliding = new SlidingHistogram(1);
    for (let minute = 100; minute < 130; minute++) {
      sliding.turn(minute);
      sliding.current.add(minute);
    }
    const { count, min, max } = sliding.recent(129) ?? {};
    assert.deepEqual([count, min, max], [10, 120, 129]);
    assert.equal(sliding.recent(135)?.count, 4);
    assert.equal(sliding.recent(140), undefined);
    assert.equal(sliding.all()?.count, 30);
    assert.equal(sliding.all()?.count, 30);
  });

  it('goes back to an earlier minute', () => {
    const sliding = new SlidingHistogram(1);
    [5, 6, 5, -7, 6].forEach(minute => {
      sliding.turn(minute);
      sliding.current.add(Math.abs(minute));
    });
    assert.deepEqual([sliding.recent(6)?.count, sliding.all()?.count], [4, 5]);
  });
});

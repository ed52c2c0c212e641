import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { lowerBound } from '../../../../src/core/base/lowerBound.ts';

describe('A binary search', () => {
  it('finds the first number that is not before, also outside of 32 bits', () => {
    const bounds = fc.tuple(fc.nat(2 ** 40), fc.nat(1000), fc.nat(1000));
    fc.assert(
      fc.property(bounds, ([from, count, before]) => {
        const to = from + count;
        const found = lowerBound(from, to, number => number < from + before);
        assert.equal(found, Math.min(from + before, to));
      }),
    );
  });

  it('asks about few of the numbers, and never about one outside of the range', () => {
    const asked: number[] = [];
    lowerBound(10, 1010, number => {
      asked.push(number);
      return number < 700;
    });
    assert.ok(asked.length <= 10, `${asked.length}`);
    assert.ok(asked.every(number => number >= 10 && number < 1010));
  });

  it('in an empty range asks nothing', () => {
    assert.equal(
      lowerBound(3, 3, () => assert.fail()),
      3,
    );
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isoTime, startOfDay } from '../../../../src/core/base/date.ts';

describe('A date', () => {
  it('is written in UTC to the millisecond, and fractions are cut', () => {
    assert.deepEqual(
      [0, 0.9, -1, 951_782_399_999, 951_868_800_000, -62_135_596_800_000].map(isoTime),
      [
        '1970-01-01T00:00:00.000Z',
        '1970-01-01T00:00:00.000Z',
        '1969-12-31T23:59:59.999Z',
        '2000-02-28T23:59:59.999Z',
        '2000-03-01T00:00:00.000Z',
        '0001-01-01T00:00:00.000Z',
      ],
    );
  });

  it('that no calendar knows does not throw', () => {
    assert.deepEqual([NaN, Infinity, 1e20].map(isoTime), Array(3).fill('Invalid Date'));
  });

  it('begins at midnight, also in the first century', () => {
    const dates = [
      [1970, 1, 1],
      [2000, 2, 29],
      [2026, 12, 31],
      [1, 1, 1],
    ] as const;
    assert.deepEqual(
      dates.map(([year, month, day]) => isoTime(startOfDay(year, month, day) ?? NaN)),
      [
        '1970-01-01T00:00:00.000Z',
        '2000-02-29T00:00:00.000Z',
        '2026-12-31T00:00:00.000Z',
        '0001-01-01T00:00:00.000Z',
      ],
    );
  });

  it('does not begin if there is no such day', () => {
    const dates = [
      [2026, 2, 31],
      [2026, 2, 29],
      [1900, 2, 29],
      [2026, 4, 31],
      [2026, 13, 1],
      [2026, 0, 1],
      [2026, 1, 0],
      [NaN, 1, 1],
    ] as const;
    assert.deepEqual(
      dates.map(([year, month, day]) => startOfDay(year, month, day)),
      dates.map(() => undefined),
    );
  });
});

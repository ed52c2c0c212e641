import assert from 'node:assert/strict';
import { it } from 'node:test';
import { isoTime } from '../../../../src/core/base/isoTime.ts';

it('writes each moment as the platform does', () => {
  const moments = [
    0, 0.9, -1, 951_782_399_999, 951_868_800_000, 4_107_542_400_000, -62_135_596_800_000,
  ];
  for (let day = -800_000; day < 2_900_000; day += 97) {
    moments.push(day * 86_400_000 * 0.25 + 12_345_678);
  }
  assert.deepEqual(
    moments.map(isoTime),
    moments.map(at => new Date(Math.floor(at)).toISOString()),
  );
});

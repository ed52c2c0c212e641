import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { assertLinear } from '../../support/growth.ts';

const size = 2000;

/** Takes so many turns of a loop. */
function turn(count: number): number {
  let sum = 0;
  for (let index = 0; index < count; index++) {
    sum = (sum + index * index) % 1_000_003;
  }
  return sum;
}

/** Holds that work which takes so many microseconds is linear; each run takes `slowed` times as long. */
function holds(timeOf: (size: number) => number, slowed: () => number): boolean {
  let time = 0;
  const measure = (work: () => unknown) => {
    time = 0;
    work();
    return time * slowed();
  };
  try {
    assertLinear(
      made => made,
      made => (time += timeOf(made)),
      size,
      measure,
    );
    return true;
  } catch (error) {
    assert.match(String(error), /8000 take [\d.]+ times the work of 8 times 1000/);
    return false;
  }
}

/** Numbers from 0 to 1 that are the same in each run. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

const linear = (count: number) => count;
const sorting = (count: number) => (count * Math.log2(count)) / 10;
const quadratic = (count: number) => 2000 + count * (count / 10);

describe('The growth of work', () => {
  it('is measured as linear or not', () => {
    assertLinear(
      count => 100 * count,
      count => turn(count),
      size,
    );
    assert.throws(
      () =>
        assertLinear(
          count => count / 8,
          count => turn(count * count),
          size,
        ),
      /8000 take [\d.]+ times the work of 8 times 1000/,
    );
  });

  it('is found linear on a machine with other work, where most runs take up to five times as long', () => {
    for (let seed = 1; seed <= 300; seed++) {
      const random = randomFrom(seed);
      const slowed = () => (random() < 0.3 ? 1 + random() / 2 : 1 + 4 * random());
      assert.ok(holds(linear, slowed), `linear, ${seed}`);
      assert.ok(holds(sorting, slowed), `sorting, ${seed}`);
    }
  });

  it('is found quadratic there as well', () => {
    for (let seed = 1; seed <= 300; seed++) {
      const random = randomFrom(seed);
      assert.ok(!holds(quadratic, () => 1 + random()), `quadratic, ${seed}`);
    }
  });
});

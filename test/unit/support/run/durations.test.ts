import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { grownDurations } from '../../../support/run/durations.ts';

const stored = { a: 10, b: 20, c: 30, d: 40, quick: 0.2 };

describe('The times of the tests', () => {
  it('are not compared to those of a faster or slower machine, but to each other', () => {
    assert.deepEqual(grownDurations(stored, { a: 5, b: 10, c: 15, d: 20 }), []);
    assert.deepEqual(grownDurations(stored, { a: 30, b: 60, c: 90, d: 120 }), []);
  });

  it('are named if one grew by more than a third while the others did not', () => {
    assert.deepEqual(grownDurations(stored, { a: 10, b: 20, c: 39, d: 60 }), [
      'd took 60.0 s; 40.0 s were expected.',
    ]);
    assert.deepEqual(grownDurations(stored, { a: 20, b: 70, c: 60, d: 80 }), [
      'b took 70.0 s; 40.0 s were expected.',
    ]);
  });

  it('are not compared if they are new, too short, or too few', () => {
    assert.deepEqual(grownDurations(stored, { a: 10, b: 20, c: 30, fresh: 99, quick: 9 }), []);
    assert.deepEqual(grownDurations(stored, { a: 10, b: 99 }), []);
  });
});

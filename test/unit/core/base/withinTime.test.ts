import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { withinTime } from '../../../../src/core/base/withinTime.ts';
import { ManualClock } from '../../../support/manualClock.ts';

describe('Waiting within a time', () => {
  it('tells whether it came, and leaves no timer behind', async () => {
    const clock = new ManualClock();
    assert.equal(await withinTime(Promise.resolve('it'), 5000, clock), true);
    const hanging = withinTime(new Promise(() => undefined), 5000, clock);
    clock.advance(4999);
    const early = await Promise.race([
      hanging,
      new Promise(resolve => setImmediate(resolve, 'not yet')),
    ]);
    assert.equal(early, 'not yet');
    clock.advance(1);
    assert.equal(await hanging, false);
    await assert.rejects(withinTime(Promise.reject(new Error('broken')), 5000, clock), /broken/);
  });
});

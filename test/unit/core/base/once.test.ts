import assert from 'node:assert/strict';
import { it } from 'node:test';
import { once } from '../../../../src/core/base/once.ts';

it('What is made once is made with the first call, also where it is undefined', () => {
  let calls = 0;
  const make = once(() => {
    calls++;
    return undefined;
  });
  assert.equal(calls, 0);
  make();
  make();
  assert.equal(calls, 1);
});

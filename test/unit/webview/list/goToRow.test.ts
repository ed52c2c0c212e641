import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readGoal } from '../../../../src/webview/list/goToRow.ts';

describe('readGoal', () => {
  const near = new Date(2026, 10, 16, 10, 30).getTime();

  it('reads row numbers', () => {
    assert.deepEqual(readGoal(' #1,204 ', near), { seq: 1204 });
    assert.deepEqual(readGoal('10000000', near), { seq: 10_000_000 });
  });

  it('reads times of the day that is nearest', () => {
    const at = (...parts: [number, number, number, number, number]) =>
      new Date(2026, 10, ...parts).getTime();
    assert.deepEqual(readGoal('10:30:05.25', near), { at: at(16, 10, 30, 5, 250), spanMs: 1 });
    assert.deepEqual(readGoal('10:30:05', near), { at: at(16, 10, 30, 5, 0), spanMs: 1000 });
    assert.deepEqual(readGoal('9:05', near), { at: at(16, 9, 5, 0, 0), spanMs: 60_000 });
    const midnight = new Date(2026, 10, 17, 0, 10).getTime();
    assert.deepEqual(readGoal('23:59', midnight), { at: at(16, 23, 59, 0, 0), spanMs: 60_000 });
  });

  it('refuses the rest', () => {
    for (const input of ['', 'x', '24:00', '10:60', '10:30:61', '-3', '1'.repeat(20), '10:3']) {
      assert.equal(readGoal(input, near), undefined, input);
    }
  });
});

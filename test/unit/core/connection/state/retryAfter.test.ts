import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { retryAfterMs } from '../../../../../src/core/connection/state/retryAfter.ts';

describe('Retry-After', () => {
  const now = Date.UTC(2028, 1, 28, 23, 59, 30);
  const asked = (value: string, date?: string) =>
    retryAfterMs({ 'retry-after': value, ...(date === undefined ? {} : { date }) }, now);

  it('is read as seconds, or as a date by the clock of the server or ours', () => {
    assert.equal(asked(' 7 '), 7000);
    assert.equal(asked('Tue, 29 Feb 2028 00:00:00 GMT'), 30_000);
    const date = 'Tue, 29 Feb 2028 00:00:00 GMT';
    assert.equal(asked('Wed, 01 Mar 2028 00:00:00 GMT', date), 86_400_000);
  });

  it('is passed over where it is no such thing, or past', () => {
    for (const value of [
      '',
      '-1',
      'soon',
      'Tue, 29 Foo 2099 00:00:00 GMT',
      'Tue, 40 Mar 2099 00:00:00 GMT',
      'Mon, 28 Feb 2028 00:00:00 GMT',
    ]) {
      assert.equal(asked(value), undefined, value);
    }
  });
});

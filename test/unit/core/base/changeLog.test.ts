import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ChangeLog } from '../../../../src/core/base/changeLog.ts';

describe('ChangeLog', () => {
  it('tells each reader what has come since, and one that is too far behind that it does not know', () => {
    const log = new ChangeLog();
    assert.deepEqual(log.since(log.end), []);
    const begin = log.end;
    log.add(7);
    log.add(7);
    const later = log.end;
    log.add(9);
    assert.deepEqual([log.since(begin), log.since(later)], [[7, 7, 9], [9]]);
    for (let entry = 0; entry < 300_000; entry++) {
      log.add(entry);
    }
    assert.equal(log.since(later), undefined);
    assert.equal(log.end, later + 300_001);
    assert.deepEqual(log.since(log.end - 2), [299_998, 299_999]);
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { KeptByKey } from '../../../../src/core/base/keptByKey.ts';

function keptOf() {
  const events: string[] = [];
  const kept = new KeptByKey(String, (number: number) => {
    events.push(`made ${number}`);
    return { number, dispose: () => events.push(`released ${number}`) };
  });
  return { kept, events };
}

describe('What is kept by keys', () => {
  it('is made once for each of them', () => {
    const { kept, events } = keptOf();
    assert.equal(kept.get(1), kept.get(1));
    assert.notEqual(kept.get(2), kept.get(1));
    assert.deepEqual(events, ['made 1', 'made 2']);
    assert.deepEqual(kept.all, [kept.get(1), kept.get(2)]);
  });

  it('is released when it is not wanted any more, and is made again later', () => {
    const { kept, events } = keptOf();
    [1, 2, 3].forEach(each => kept.get(each));
    kept.retain([2, 4]);
    assert.deepEqual(events.splice(3), ['released 1', 'released 3']);
    kept.get(1);
    assert.deepEqual(events.splice(3), ['made 1']);
    kept.dispose();
    assert.deepEqual(events.splice(3), ['released 2', 'released 1']);
    assert.deepEqual(kept.all, []);
  });
});

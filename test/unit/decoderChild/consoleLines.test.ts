import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { LineLimit } from '../../../src/decoderChild/consoleLines.ts';

describe('The limit of lines', () => {
  it('lets 200 lines a second through, and tells once a second how many it has left out', () => {
    let now = 0;
    const texts: string[] = [];
    const limit = new LineLimit(
      (_, text) => texts.push(text),
      () => now,
    );
    const add = (count: number) => {
      for (let at = 0; at < count; at++) {
        limit.add('log', 'line');
      }
      limit.settle();
    };
    const told = () => texts.splice(0).filter(text => text !== 'line');
    add(210);
    assert.deepEqual([texts.length, told()], [201, ['… 10 lines left out']]);
    add(5);
    assert.deepEqual(told(), []);
    now = 1000;
    add(1);
    assert.deepEqual([texts.length, told()], [2, ['… 5 lines left out']]);
  });
});

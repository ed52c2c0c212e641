import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CallTable } from '../../../../src/core/decode/callTable.ts';
import { Linker } from '../../../../src/core/decode/linker.ts';
import type { Call } from '../../../../src/core/decode/reading.ts';

/** The parts of rows in calls: role, row of the request, and how the call stands at last. */
function linksOf(calls: readonly Call[]): readonly (readonly [string, number?, string?])[] {
  const table = new CallTable();
  const linker = new Linker(table);
  for (const [seq, call] of calls.entries()) {
    linker.take({ summary: () => '', call }, seq, seq);
  }
  return [...table.linksFrom(0)].map(({ role, call }) =>
    call ? [role, call.seq, call.state] : [role],
  );
}

describe('The linker', () => {
  it('gives a call what its asker goes on to send for it, until that ends', () => {
    const links = linksOf([
      { role: 'request', key: 'a', inputs: ['s1', 's2'] },
      { role: 'item', key: 'x', inputKey: 's1' },
      { role: 'response', key: 'x', inputKey: 's1' },
      { role: 'item', key: 'x', inputKey: 's1' },
      { role: 'item', key: 'x', inputKey: 's2' },
      { role: 'response', key: 'a', inputKey: 's2' },
    ]);
    assert.deepEqual(links, [
      ['request', 0, 'done'],
      ['item', 0, 'done'],
      ['item', 0, 'done'],
      ['item'],
      ['item', 0, 'done'],
      ['response', 0, 'done'],
    ]);
  });

  it('gives a call that was cancelled the answer that still comes', () => {
    const links = linksOf([
      { role: 'request', key: 'a' },
      { role: 'cancel', key: 'a', isAnswered: true },
      { role: 'response', key: 'a' },
      { role: 'response', key: 'a' },
    ]);
    assert.deepEqual(links, [
      ['request', 0, 'cancelled'],
      ['cancel', 0, 'cancelled'],
      ['response', 0, 'cancelled'],
      ['response'],
    ]);
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { CallTable } from '../../../../src/core/decode/callTable.ts';
import { Linker } from '../../../../src/core/decode/linker.ts';
import { knownReading } from '../../../../src/core/decode/knownReading.ts';
import { maxOpenCalls } from '../../../../src/core/decode/limits.ts';
import type { Call, Reading } from '../../../../src/core/decode/reading.ts';
import { assertLinear } from '../../../support/growth.ts';

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

/** Takes so many requests that get no answer. */
function takeUnanswered(count: number): CallTable {
  const table = new CallTable();
  const linker = new Linker(table);
  for (let seq = 0; seq < count; seq++) {
    linker.take({ summary: () => '', call: { role: 'request', key: String(seq) } }, seq, seq);
  }
  return table;
}

function usedAfterCollection(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  return process.memoryUsage().heapUsed;
}

describe('The linker', () => {
  it('forgets the oldest of too many calls that wait, and keeps the newest', () => {
    const table = takeUnanswered(maxOpenCalls + 1);
    const open = [...table.callsFrom(0)].filter(({ state }) => state === 'open');
    assert.equal(open.at(-1)?.seq, maxOpenCalls);
    assert.ok(open.length > maxOpenCalls * 0.9 && open.length <= maxOpenCalls, `${open.length}`);
    assert.equal([...table.callsFrom(0)][0]?.state, 'forgotten');
  });

  it('forgets the oldest calls with their rows where names are long', () => {
    const table = new CallTable();
    const name = 'n'.repeat(512);
    const count = 140_000;
    for (let seq = 0; seq < count; seq++) {
      const call = table.open(seq, 0, seq, { name, topic: name }, false);
      table.link('request', seq, 0, seq, { call });
    }
    const calls = [...table.callsFrom(0)];
    assert.ok(calls.length > 30_000 && calls.length <= 65_536, `${calls.length}`);
    assert.equal(calls.at(-1)?.seq, count - 1);
    assert.deepEqual(table.linksOf(0), []);
    assert.equal([...table.linksFrom(0)].length, calls.length);
  });

  it('takes as long for each call however many wait for an answer', () => {
    assertLinear(count => count, takeUnanswered, 2 * maxOpenCalls);
  });

  it('takes as long for each record of a message however many there are', () => {
    const readingOf = (count: number) => {
      const table = new CallTable();
      const records = Array.from({ length: count }, (_, key): Reading => ({
        summary: () => '',
        call: { role: 'request', key: String(key) },
      }));
      const reading: Reading = { summary: () => '', records };
      new Linker(table).take(reading, 0, 0);
      return () => knownReading(reading, 0, table, () => undefined);
    };
    assertLinear(readingOf, read => read(), 2500);
  });

  it('keeps of a long message no more than the names in it', () => {
    const table = new CallTable();
    const linker = new Linker(table);
    const before = usedAfterCollection();
    for (let seq = 0; seq < 40; seq++) {
      const message = `the.name.of.method.${seq} ${'x'.repeat(1_000_000)}`;
      const [name] = message.split(' ', 1);
      linker.take({ name, summary: () => '', call: { role: 'request', key: `${seq}` } }, seq, seq);
    }
    assert.ok(usedAfterCollection() - before < 10_000_000);
    assert.equal(table.asked(7)?.name, 'the.name.of.method.7');
  });

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

  it('finds the id of a subscription used again, as that of a request', () => {
    for (const role of ['request', 'open'] as const) {
      const table = new CallTable();
      const linker = new Linker(table);
      for (const seq of [0, 1]) {
        linker.take({ summary: () => '', call: { role, key: 'a' } }, seq, seq);
      }
      assert.deepEqual(
        [...table.linksFrom(0)].map(({ isReused, call }) => [isReused ?? false, call?.state]),
        [
          [false, 'forgotten'],
          [true, 'open'],
        ],
      );
    }
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

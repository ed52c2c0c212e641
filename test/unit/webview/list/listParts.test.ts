import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  layOut,
  moveColumn,
  placeColumn,
  readColumns,
  usualColumns,
  widthOf,
} from '../../../../src/webview/list/columns.ts';
import { readGoal } from '../../../../src/webview/list/goToRow.ts';
import { listCommand } from '../../../../src/webview/list/listKeys.ts';
import { RowSeeker } from '../../../../src/webview/list/rowSeeker.ts';
import { RowSelection } from '../../../../src/webview/list/rowSelection.ts';
import { elapsed } from '../../../../src/webview/list/timeColumn.ts';

describe('RowSelection', () => {
  it('selects ten million rows as one range', () => {
    const selection = new RowSelection();
    selection.all(0, 10_000_000);
    assert.deepEqual(selection.ranges, [[0, 10_000_000]]);
    assert.equal(selection.count, 10_000_000);
    selection.toggle(5_000_000);
    assert.equal(selection.count, 9_999_999);
    assert.ok(!selection.has(5_000_000) && selection.has(4_999_999));
  });

  it('grows from where it began', () => {
    const selection = new RowSelection();
    selection.only(10);
    selection.extend(14);
    selection.extend(7);
    assert.deepEqual(selection.ranges, [[7, 11]]);
    assert.equal(selection.active, 7);
    selection.move(6);
    assert.deepEqual(selection.ranges, [[7, 11]]);
    selection.toggle(20);
    selection.extend(22, true);
    assert.deepEqual(selection.ranges, [
      [7, 11],
      [20, 23],
    ]);
    selection.dropBelow(9);
    assert.equal(selection.count, 5);
  });

  it('selects what a set of numbers would', () => {
    const position = fc.nat(30);
    const step = fc.record({
      what: fc.constantFrom('only', 'toggle', 'extend', 'drop'),
      position,
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), steps => {
        const selection = new RowSelection();
        let expected = new Set<number>();
        let anchor: number | undefined;
        for (const { what, position } of steps) {
          if (what === 'only') {
            selection.only(position);
            expected = new Set([(anchor = position)]);
          } else if (what === 'toggle') {
            selection.toggle(position);
            if (!expected.delete(position)) {
              expected.add(position);
            }
            anchor = position;
          } else if (what === 'extend') {
            selection.extend(position, true);
            const from = (anchor ??= position);
            for (let at = Math.min(from, position); at <= Math.max(from, position); at++) {
              expected.add(at);
            }
          } else {
            selection.dropBelow(position);
            expected = new Set([...expected].filter(at => at >= position));
          }
          const all = Array.from({ length: 31 }, (_, at) => at);
          assert.deepEqual(
            all.filter(at => selection.has(at)),
            all.filter(at => expected.has(at)),
          );
          assert.equal(selection.count, expected.size);
          const { ranges } = selection;
          assert.ok(ranges.every(([, to], at) => to < (ranges[at + 1]?.[0] ?? Infinity)));
        }
      }),
    );
  });
});

describe('columns', () => {
  it('shows whose rows they are only where several are merged', () => {
    assert.deepEqual(layOut(usualColumns, false).shown, [
      'time',
      'direction',
      'kind',
      'size',
      'preview',
    ]);
    assert.ok(layOut(usualColumns, true).shown.includes('connection'));
  });

  it('gives a state’s sentence the room of the columns before the preview', () => {
    assert.deepEqual(
      [layOut(usualColumns, false).span, layOut(usualColumns, false).narrowSpan],
      [3, 2],
    );
    const first = placeColumn(usualColumns, 'preview', 'time', -1);
    assert.equal(layOut(first, false).span, 1);
    const apart = { ...usualColumns, hidden: ['size' as const] };
    assert.equal(layOut(apart, false).span, 2);
  });

  it('moves a column by one among those that are shown', () => {
    const { shown } = layOut(usualColumns, false);
    const moved = moveColumn(usualColumns, shown, 'size', 1);
    assert.deepEqual(layOut(moved, false).shown, ['time', 'direction', 'kind', 'preview', 'size']);
    assert.equal(moveColumn(usualColumns, shown, 'time', -1), usualColumns);
  });

  it('keeps widths within bounds, whatever was kept', () => {
    const columns = readColumns({ widths: { size: 1e9, kind: 'x', time: -4, odd: 3 } });
    assert.equal(widthOf('size', columns), 60);
    assert.equal(widthOf('kind', columns), 4.5);
    assert.equal(widthOf('time', columns), 7);
  });

  it('reads whatever it is given', () => {
    fc.assert(
      fc.property(fc.jsonValue(), value => {
        const { order, hidden } = readColumns(value);
        assert.equal(new Set(order).size, 6);
        assert.ok(!hidden.includes('preview'));
      }),
    );
    const doubled = { order: ['time', 'time', 'kind', 'size', 'connection', 'preview'] };
    assert.deepEqual(readColumns(doubled), usualColumns);
  });
});

it('elapsed tells spans to the millisecond', () => {
  assert.deepEqual([0, 0.4, 37.4, -1250, 61_000, 7_384_123].map(elapsed), [
    '0.000',
    '0.000',
    '+0.037',
    '−1.250',
    '+1:01.000',
    '+2:03:04.123',
  ]);
});

describe('readGoal', () => {
  const near = new Date(2026, 10, 16, 10, 30).getTime();

  it('reads row numbers', () => {
    assert.deepEqual(readGoal(' #1,204 ', near), { seq: 1204 });
    assert.deepEqual(readGoal('10000000', near), { seq: 10_000_000 });
  });

  it('reads times of the day that is nearest', () => {
    const at = (...parts: [number, number, number, number, number]) =>
      new Date(2026, 10, ...parts).getTime();
    assert.deepEqual(readGoal('10:30:05.25', near), { at: at(16, 10, 30, 5, 250) });
    assert.deepEqual(readGoal('9:05', near), { at: at(16, 9, 5, 0, 0) });
    const midnight = new Date(2026, 10, 17, 0, 10).getTime();
    assert.deepEqual(readGoal('23:59', midnight), { at: at(16, 23, 59, 0, 0) });
  });

  it('refuses the rest', () => {
    for (const input of ['', 'x', '24:00', '10:60', '10:30:61', '-3', '1'.repeat(20), '10:3']) {
      assert.equal(readGoal(input, near), undefined, input);
    }
  });
});

it('listCommand leaves to the editor what it does not know', () => {
  const none = { altKey: false, shiftKey: false, ctrlKey: false, metaKey: false };
  const command = (key: string, change: Partial<typeof none> = {}) =>
    listCommand({ ...none, ...change, key });
  assert.equal(command('a', { ctrlKey: true }), 'all');
  assert.equal(command('A', { metaKey: true }), 'all');
  assert.equal(command('ArrowDown', { shiftKey: true }), 'extend');
  assert.equal(command('ArrowDown', { ctrlKey: true }), 'move');
  assert.equal(command(' ', { ctrlKey: true }), 'toggle');
  assert.equal(command('F10', { shiftKey: true }), 'menu');
  assert.equal(command('F3', { shiftKey: true }), 'findPrevious');
  for (const key of ['p', 'Tab', 'F1']) {
    assert.equal(command(key), undefined);
  }
  assert.equal(command('p', { ctrlKey: true }), undefined);
  assert.equal(command('ArrowUp', { altKey: true }), undefined);
});

describe('RowSeeker', () => {
  function makeSeeker() {
    const asked: ((scanned: boolean) => void)[] = [];
    const failures: string[] = [];
    const seeker = new RowSeeker(
      () =>
        new Promise((resolve, reject) => {
          asked.push(isScanned => resolve({ position: 7, isExact: true, isScanned }));
          rejects.push(() => reject(new Error('gone')));
        }),
      reason => failures.push(reason),
    );
    const rejects: (() => void)[] = [];
    return { seeker, asked, rejects, failures };
  }

  it('asks again until the list has come to the row', async () => {
    const { seeker, asked } = makeSeeker();
    const heard: boolean[] = [];
    seeker.seek(1, { at: 0 }, ({ isScanned }) => heard.push(isScanned));
    asked[0]?.(false);
    await new Promise(resolve => setTimeout(resolve, 250));
    assert.ok(seeker.isSeeking);
    asked[1]?.(true);
    await new Promise(setImmediate);
    assert.deepEqual(heard, [false, true]);
    assert.equal(seeker.isSeeking, false);
  });

  it('says nothing of what is no longer looked for', async () => {
    const { seeker, asked, rejects, failures } = makeSeeker();
    const heard: boolean[] = [];
    seeker.seek(1, { at: 0 }, () => heard.push(true));
    seeker.cancel();
    asked[0]?.(true);
    seeker.seek(1, { at: 0 }, () => heard.push(true));
    seeker.cancel();
    rejects[1]?.();
    await new Promise(setImmediate);
    assert.deepEqual([heard, failures], [[], []]);
  });

  it('tells why it failed', async () => {
    const { seeker, rejects, failures } = makeSeeker();
    seeker.seek(1, { at: 0 }, () => assert.fail());
    rejects[0]?.();
    await new Promise(setImmediate);
    assert.deepEqual(failures, ['gone']);
  });
});

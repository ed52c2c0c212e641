import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { RowSelection } from '../../../../../src/webview/list/places/rowSelection.ts';

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

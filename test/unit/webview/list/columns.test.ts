import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  layOut,
  moveColumn,
  placeColumn,
  readColumns,
  defaultColumns,
  widthOf,
} from '../../../../src/webview/list/columns.ts';

describe('columns', () => {
  it('shows whose rows they are only where several are merged', () => {
    assert.deepEqual(layOut(defaultColumns, false).shown, [
      'time',
      'direction',
      'kind',
      'size',
      'preview',
    ]);
    assert.ok(layOut(defaultColumns, true).shown.includes('connection'));
  });

  it('gives a state’s sentence the room of the columns before the preview', () => {
    assert.deepEqual(
      [layOut(defaultColumns, false).span, layOut(defaultColumns, false).narrowSpan],
      [3, 2],
    );
    const first = placeColumn(defaultColumns, 'preview', 'time', -1);
    assert.equal(layOut(first, false).span, 1);
    const apart = { ...defaultColumns, hidden: ['size' as const] };
    assert.equal(layOut(apart, false).span, 2);
  });

  it('moves a column by one among those that are shown', () => {
    const { shown } = layOut(defaultColumns, false);
    const moved = moveColumn(defaultColumns, shown, 'size', 1);
    assert.deepEqual(layOut(moved, false).shown, ['time', 'direction', 'kind', 'preview', 'size']);
    assert.equal(moveColumn(defaultColumns, shown, 'time', -1), defaultColumns);
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
    assert.deepEqual(readColumns(doubled), defaultColumns);
  });
});

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
  type ColumnName,
} from '../../../../../src/webview/list/rows/columns.ts';

const raw = { isDecoded: false, known: new Set<ColumnName>() };
const single = { isMerged: false, ...raw };
const merged = { isMerged: true, ...raw };
const decoded = { ...single, isDecoded: true, known: new Set<ColumnName>(['event', 'latency']) };

describe('columns', () => {
  it('shows whose rows they are only where several are merged', () => {
    assert.deepEqual(layOut(defaultColumns, single).shown, [
      'time',
      'direction',
      'kind',
      'size',
      'preview',
    ]);
    assert.ok(layOut(defaultColumns, merged).shown.includes('connection'));
  });

  it('shows what decoders know only where they read the messages', () => {
    const { shown, span } = layOut(defaultColumns, decoded);
    assert.deepEqual(shown, ['time', 'direction', 'kind', 'size', 'event', 'latency', 'preview']);
    assert.equal(span, 5);
  });

  it('shows events and latencies once a row has some, and others that the user wants at once', () => {
    const wanted = { ...defaultColumns, hidden: ['topic' as const, 'id' as const] };
    const known = new Set<ColumnName>();
    const shown = () =>
      layOut(wanted, { ...single, isDecoded: true, known })
        .shown.slice(4)
        .join(' ');
    assert.equal(shown(), 'type preview');
    known.add('latency');
    assert.equal(shown(), 'type latency preview');
  });

  it('takes over the columns of a version that had fewer', () => {
    const order = ['direction', 'time', 'kind', 'preview', 'size', 'connection'];
    const columns = readColumns({ order, hidden: ['kind'] });
    assert.deepEqual(
      columns.order.filter(name => order.includes(name)),
      order,
    );
    assert.deepEqual(columns.hidden, ['kind', 'topic', 'type', 'id']);
    assert.deepEqual(readColumns({ ...columns, hidden: [] }).hidden, []);
  });

  it('gives a state’s sentence the room of the columns before the preview', () => {
    assert.equal(layOut(defaultColumns, single).span, 3);
    assert.equal(layOut(defaultColumns, single, { width: 500, rowWidth: 485, em: 13 }).span, 2);
    const first = placeColumn(defaultColumns, 'preview', 'time', -1);
    assert.equal(layOut(first, single).span, 1);
    const apart = { ...defaultColumns, hidden: ['size' as const] };
    assert.equal(layOut(apart, single).span, 2);
  });

  it('moves a column by one among those that are shown', () => {
    const { shown } = layOut(defaultColumns, single);
    const moved = moveColumn(defaultColumns, shown, 'size', 1);
    assert.deepEqual(layOut(moved, single).shown, ['time', 'direction', 'kind', 'preview', 'size']);
    assert.equal(moveColumn(defaultColumns, shown, 'time', -1), defaultColumns);
  });

  it('lets columns go one after the other where there is no room', () => {
    const shownAt = (width: number, isMerged: boolean) => {
      const { shown, isMarkOnly } = layOut(
        defaultColumns,
        { isMerged, ...raw },
        {
          width,
          rowWidth: width - 15,
          em: 13,
        },
      );
      return `${shown.join(' ')}${isMarkOnly ? ' (mark)' : ''}`;
    };
    assert.deepEqual(
      [1400, 500, 320].map(width => shownAt(width, false)),
      ['time direction kind size preview', 'time direction size preview', 'time direction preview'],
    );
    assert.deepEqual(
      [1400, 700, 500, 320].map(width => shownAt(width, true)),
      [
        'time direction kind size connection preview',
        'time direction size connection preview',
        'time direction connection preview (mark)',
        'time direction connection preview (mark)',
      ],
    );
  });

  it('leaves half of the list to the preview, whatever the user has chosen', () => {
    const names = defaultColumns.order;
    fc.assert(
      fc.property(
        fc.shuffledSubarray([...names], { minLength: names.length }),
        fc.dictionary(fc.constantFrom(...names), fc.double({ min: 0.1, max: 90, noNaN: true })),
        fc.subarray(names.filter(name => name !== 'preview')),
        fc.boolean(),
        fc.boolean(),
        fc.integer({ min: 160, max: 2400 }),
        fc.integer({ min: 10, max: 24 }),
        (order, widths, hidden, isMerged, isDecoded, width, em) => {
          const settings = { order, widths, hidden, time: 'clock' as const };
          const layout = layOut(
            settings,
            { isMerged, isDecoded, known: isDecoded ? decoded.known : raw.known },
            { width, rowWidth: width - 15, em },
          );
          const columns = [...layout.widths.values()].reduce((all, each) => all + each * em, 0);
          const around = 2 * layout.edge + layout.gap * (layout.shown.length - 1);
          assert.ok(width - 15 - around - columns >= width / 2 - 0.01, `${columns} of ${width}`);
          assert.equal(layout.template.split(/ (?!1fr)/).length, layout.shown.length);
        },
      ),
    );
  });

  it('gives a column the width that the user has chosen while there is room', () => {
    const settings = { ...defaultColumns, widths: { size: 12 } };
    assert.equal(
      layOut(settings, single, { width: 1400, rowWidth: 1385, em: 13 }).widths.get('size'),
      12,
    );
    const { widths, spare } = layOut(settings, single, { width: 600, rowWidth: 585, em: 13 });
    assert.ok((widths.get('size') ?? 0) < 12 && spare < 0.01);
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
        assert.deepEqual([...order].sort(), [...defaultColumns.order].sort());
        assert.ok(!hidden.includes('preview'));
      }),
    );
    const doubled = { order: ['time', 'time', 'kind', 'size', 'connection', 'preview'] };
    assert.deepEqual(readColumns(doubled), defaultColumns);
  });
});

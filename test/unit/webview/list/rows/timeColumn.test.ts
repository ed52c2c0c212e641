import assert from 'node:assert/strict';
import { it } from 'node:test';
import { Formats } from '../../../../../src/core/base/format.ts';
import { TimeColumn } from '../../../../../src/webview/list/rows/timeColumn.ts';

it('shows spans to the millisecond', () => {
  const column = new TimeColumn(new Formats('en'));
  column.mode = 'previous';
  const spans = [0, 0.4, 37.4, -1250, 61_000, 7_384_123];
  assert.deepEqual(
    spans.map(span => column.words(1_000_000 + span, 1_000_000)),
    ['0.000', '0.000', '+0.037', '−1.250', '+1:01.000', '+2:03:04.123'],
  );
  assert.equal(column.words(1_000_000, undefined), '');
});

it('counts from what its mode says', () => {
  const column = new TimeColumn(new Formats('en'));
  column.startedAt = 100;
  column.activeAt = 300;
  const find = (position: number) =>
    position === 4
      ? {
          position,
          connection: 'a',
          seq: 1,
          at: 200,
          kind: 'text' as const,
          direction: 'in' as const,
          heartbeat: false,
          byteLength: 1,
          preview: '',
        }
      : undefined;
  const bases = (['start', 'previous', 'selected'] as const).map(mode => {
    column.mode = mode;
    return column.baseOf(5, find);
  });
  assert.deepEqual(bases, [100, 200, 300]);
  column.mode = 'previous';
  assert.equal(column.baseOf(4, find), undefined);
});

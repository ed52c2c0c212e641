import type { Percentiles } from '../../core/metrics/seriesView.ts';
import type { Formats } from '../../core/base/format.ts';
import { percentileRows } from './chartWords.ts';
import { el } from '../widgets/dom.ts';
import { text } from '../widgets/strings.ts';

const columns = ['chartMedian', 'chartP95', 'chartP99', 'chartMost'] as const;

/** Half of all messages are at most so long, 95 % at most so long, and so on. */
export function percentileTable(
  measured: Readonly<Record<'sizes' | 'gaps' | 'roundTrips', Percentiles | undefined>>,
  formats: Formats,
): HTMLTableElement {
  const heads = columns.map(name => el('th', { scope: 'col' }, text(name)));
  const rows = percentileRows(measured, formats).map(({ name, cells }) =>
    el(
      'tr',
      {},
      el('th', { scope: 'row' }, name),
      ...columns.map((_, at) => el('td', {}, cells[at] ?? '–')),
    ),
  );
  return el(
    'table',
    {},
    el('caption', { class: 'spoken' }, text('chartPercentiles')),
    el('thead', {}, el('tr', {}, el('td'), ...heads)),
    el('tbody', {}, ...rows),
  );
}

import type { Formats } from '../../core/base/format.ts';
import type { Percentiles } from '../../core/metrics/seriesView.ts';
import type { PageString } from '../../shared/monitorStrings.ts';
import { el } from '../widgets/dom.ts';
import { text } from '../widgets/strings.ts';
import type { Peak } from './chartModel.ts';
import { chartNumber } from './chartWords.ts';

const measures = ['sizes', 'gaps', 'roundTrips'] as const;
type Measure = (typeof measures)[number];

const titles: Readonly<Record<Measure, PageString>> = {
  sizes: 'chartSizesAll',
  gaps: 'chartGapsAll',
  roundTrips: 'chartRoundTrips',
};
const mostHints: Readonly<Record<Measure, PageString>> = {
  sizes: 'chartGoToLargest',
  gaps: 'chartGoToGap',
  roundTrips: 'chartGoToRoundTrip',
};
const columns = ['chartMedian', 'chartP95', 'chartP99', 'chartMost'] as const;
const nothing = '–';

export interface Measured {
  readonly percentiles?: Percentiles | undefined;
  readonly most?: Peak | undefined;
}

/** The line of one measure, whose elements stay, so that the focus does too. */
interface TableRow {
  readonly element: HTMLElement;
  readonly cells: readonly HTMLElement[];
  readonly most: HTMLElement;
  readonly button: HTMLButtonElement;
  seq: number | undefined;
}

/** The percentiles of sizes, gaps and round trips, and the greatest of each, which leads to its row. */
export class PercentileTable {
  readonly element: HTMLElement;
  readonly #formats: Formats;
  readonly #onGoTo: (seq: number) => void;
  readonly #rows: Readonly<Record<Measure, TableRow>>;

  constructor(formats: Formats, onGoTo: (seq: number) => void) {
    this.#formats = formats;
    this.#onGoTo = onGoTo;
    this.#rows = {
      sizes: this.#makeRow('sizes'),
      gaps: this.#makeRow('gaps'),
      roundTrips: this.#makeRow('roundTrips'),
    };
    const heads = columns.map(name => el('th', { scope: 'col' }, text(name)));
    const table = el(
      'table',
      {},
      el('caption', { class: 'spoken' }, text('chartPercentiles')),
      el('thead', {}, el('tr', {}, el('td'), ...heads)),
      el('tbody', {}, ...measures.map(name => this.#rows[name].element)),
    );
    this.element = el('div', { class: 'chart-table' }, table);
  }

  show(measured: Readonly<Record<Measure, Measured>>): void {
    for (const name of measures) {
      this.#showRow(name, measured[name]);
    }
  }

  #showRow(name: Measure, { percentiles, most }: Measured): void {
    const row = this.#rows[name];
    const number = (value: number) => chartNumber(name, value, this.#formats);
    const values = percentiles ? [percentiles.p50, percentiles.p95, percentiles.p99] : [];
    row.cells.forEach((cell, at) => {
      const value = values[at];
      cell.textContent = value === undefined ? nothing : number(value);
    });
    row.seq = most?.seq;
    if (most?.seq === undefined) {
      row.most.textContent = percentiles ? number(percentiles.max) : nothing;
      return;
    }
    const words = number(most.value);
    const hint = text(mostHints[name], words);
    row.button.textContent = words;
    row.button.title = hint;
    row.button.ariaLabel = hint;
    if (row.button.parentElement !== row.most) {
      row.most.replaceChildren(row.button);
    }
  }

  #makeRow(name: Measure): TableRow {
    const cells = [el('td'), el('td'), el('td')];
    const most = el('td');
    const button = el('button', { type: 'button', class: 'chart-most' });
    const head = el('th', { scope: 'row' }, text(titles[name]));
    const row: TableRow = {
      element: el('tr', {}, head, ...cells, most),
      cells,
      most,
      button,
      seq: undefined,
    };
    button.addEventListener('click', () => {
      if (row.seq !== undefined) {
        this.#onGoTo(row.seq);
      }
    });
    return row;
  }
}

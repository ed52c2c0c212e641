import type { Formats } from '../../core/base/format.ts';
import type { SeriesSpan, SeriesView, Percentiles } from '../../core/metrics/seriesView.ts';
import { Chart, type Shape } from './chart.ts';
import {
  chartNames,
  emptyPlot,
  plotOf,
  stepAt,
  stepForKey,
  timeOf,
  type ChartName,
  type Plot,
} from './chartModel.ts';
import {
  chartNumber,
  chartSummary,
  chartTitles,
  marksSummary,
  readout,
  percentileRows,
} from './chartWords.ts';
import { el, icon } from '../widgets/dom.ts';
import { text } from '../widgets/strings.ts';

const shapes: Readonly<Record<ChartName, Shape>> = {
  rate: 'area',
  bytes: 'area',
  sizes: 'bars',
  gaps: 'bars',
  roundTrips: 'dots',
};

interface ChartPaneListener {
  readonly onSpan: (span: SeriesSpan) => void;
  readonly onGoTo: (at: number) => void;
  readonly onClose: () => void;
}

/**
 * Small charts that share their time and a crosshair, and a table of percentiles. The crosshair is a
 * slider: arrow keys move it, Enter goes to its moment in the list.
 */
export class ChartPane {
  readonly element: HTMLElement;
  readonly #formats: Formats;
  readonly #listener: ChartPaneListener;
  readonly #bar: ChartBar;
  readonly #charts: Readonly<Record<ChartName, Chart>>;
  readonly #table = el('div', { class: 'chart-table' });
  #plot: Plot = emptyPlot;
  #span: SeriesSpan = 'recent';
  /** The time at the crosshair, which stays while steps move on. */
  #cursorAt: number | undefined;

  constructor(id: string, formats: Formats, listener: ChartPaneListener) {
    this.#formats = formats;
    this.#listener = listener;
    this.#charts = Object.fromEntries(
      chartNames.map(name => [name, new Chart({ class: 'chart', role: 'img' })]),
    ) as Record<ChartName, Chart>;
    this.#bar = new ChartBar({
      onSpan: span => this.#choose(span),
      onClose: () => listener.onClose(),
      onKey: event => this.#key(event),
      onBlur: () => this.#point(undefined),
    });
    const figures = chartNames.map(name => this.#figure(name));
    this.element = el(
      'section',
      { id, 'class': 'chart-pane', 'aria-label': text('charts') },
      this.#bar.element,
      el('div', { class: 'chart-grid' }, ...figures, this.#table),
    );
    this.element.hidden = true;
    this.show(undefined, false);
  }

  get span(): SeriesSpan {
    return this.#span;
  }

  focus(): void {
    this.#bar.focus();
  }

  /** @param view absent until it is loaded */
  show(view: SeriesView | undefined, isLive: boolean): void {
    this.#plot = view ? plotOf(view, isLive) : emptyPlot;
    for (const name of chartNames) {
      const summary = chartSummary(this.#plot, name, this.#formats);
      this.#charts[name].canvas.ariaLabel = summary;
    }
    this.#table.replaceChildren(
      percentileTable(
        { sizes: view?.sizes, gaps: view?.gapsMs, roundTrips: view?.roundTripsMs },
        this.#formats,
      ),
    );
    this.#draw();
  }

  /** Shows why there is no data. */
  fail(reason: string): void {
    this.#bar.say([text('chartsFailed', reason)]);
  }

  recolor(): void {
    Object.values(this.#charts).forEach(chart => chart.recolor());
  }

  #choose(span: SeriesSpan): void {
    this.#span = span;
    this.#cursorAt = undefined;
    this.#listener.onSpan(span);
  }

  #figure(name: ChartName): HTMLElement {
    const { canvas } = this.#charts[name];
    canvas.addEventListener('pointermove', event => this.#point(this.#stepUnder(event)));
    canvas.addEventListener('pointerleave', () => {
      if (!this.#bar.hasFocus) {
        this.#point(undefined);
      }
    });
    canvas.addEventListener('click', event => {
      this.#point(this.#stepUnder(event));
      this.#goTo();
    });
    return el('figure', {}, el('figcaption', {}, text(chartTitles[name])), canvas);
  }

  #stepUnder({ offsetX, currentTarget }: MouseEvent): number | undefined {
    const { clientWidth } = currentTarget as HTMLElement;
    return stepAt(this.#plot.axis, clientWidth > 0 ? offsetX / clientWidth : 0);
  }

  get #cursor(): number | undefined {
    const { startAt, stepMs, stepCount } = this.#plot.axis;
    if (this.#cursorAt === undefined || stepCount === 0) {
      return undefined;
    }
    const step = Math.floor((this.#cursorAt - startAt) / stepMs);
    return Math.min(stepCount - 1, Math.max(0, step));
  }

  #point(step: number | undefined): void {
    this.#cursorAt = step === undefined ? undefined : timeOf(this.#plot.axis, step);
    this.#draw();
  }

  #goTo(): void {
    const step = this.#cursor;
    if (step !== undefined) {
      this.#listener.onGoTo(timeOf(this.#plot.axis, step));
    }
  }

  #key(event: KeyboardEvent): void {
    const { key } = event;
    const step = stepForKey(key, this.#cursor, this.#plot.axis.stepCount);
    if (step !== undefined) {
      this.#point(step);
    } else if (key === 'Enter') {
      this.#goTo();
    } else {
      return;
    }
    event.preventDefault();
  }

  #draw(): void {
    const { axis, charts } = this.#plot;
    const cursor = this.#cursor;
    for (const name of chartNames) {
      const format = (value: number) => chartNumber(name, value, this.#formats);
      this.#charts[name].show({ axis, lines: charts[name], shape: shapes[name], cursor, format });
    }
    const { stepCount, marks } = axis;
    const words =
      cursor === undefined
        ? [text(stepCount === 0 ? 'chartsEmpty' : 'chartsHint'), marksSummary(marks, this.#formats)]
        : readout(this.#plot, cursor, this.#formats);
    this.#bar.say(words.filter(word => word !== ''));
    this.#bar.setPosition(cursor, stepCount);
  }
}

interface ChartBarListener {
  readonly onSpan: (span: SeriesSpan) => void;
  readonly onClose: () => void;
  /** A key on the crosshair's slider. */
  readonly onKey: (event: KeyboardEvent) => void;
  readonly onBlur: () => void;
}

/** The line above the charts: the time span, the values at the crosshair, and Close. */
class ChartBar {
  readonly element: HTMLElement;
  readonly #readout = el('div', {
    'class': 'chart-readout',
    'role': 'slider',
    'tabindex': '0',
    'aria-label': text('chartMoment'),
    'aria-valuemin': '0',
  });
  readonly #spans: Readonly<Record<SeriesSpan, HTMLButtonElement>>;

  constructor(listener: ChartBarListener) {
    const span = (name: SeriesSpan, words: string): HTMLButtonElement => {
      const button = el('button', { type: 'button', class: 'chart-span' }, words);
      button.addEventListener('click', () => {
        this.#press(name);
        listener.onSpan(name);
      });
      return button;
    };
    this.#spans = {
      recent: span('recent', text('chartsRecent')),
      all: span('all', text('chartsAll')),
    };
    this.#press('recent');
    const close = el(
      'button',
      {
        'type': 'button',
        'class': 'tool',
        'aria-label': text('chartsClose'),
        'title': text('chartsClose'),
      },
      icon('close'),
    );
    close.addEventListener('click', () => listener.onClose());
    this.#readout.addEventListener('keydown', event => listener.onKey(event));
    this.#readout.addEventListener('blur', () => listener.onBlur());
    const spans = el(
      'div',
      { 'class': 'chart-spans', 'role': 'group', 'aria-label': text('chartsSpan') },
      this.#spans.recent,
      this.#spans.all,
    );
    this.element = el('div', { class: 'chart-bar' }, spans, this.#readout, close);
    this.element.addEventListener('keydown', event => {
      if (event.key === 'Escape') {
        listener.onClose();
      }
    });
  }

  get hasFocus(): boolean {
    return document.activeElement === this.#readout;
  }

  focus(): void {
    this.#readout.focus();
  }

  say(facts: readonly string[]): void {
    this.#readout.replaceChildren(...facts.map(fact => el('span', {}, fact)));
    this.#readout.setAttribute('aria-valuetext', facts.join(', '));
  }

  setPosition(step: number | undefined, stepCount: number): void {
    const last = Math.max(0, stepCount - 1);
    this.#readout.ariaValueMax = String(last);
    this.#readout.ariaValueNow = String(step ?? last);
  }

  #press(span: SeriesSpan): void {
    this.#spans.recent.ariaPressed = String(span === 'recent');
    this.#spans.all.ariaPressed = String(span === 'all');
  }
}

const columns = ['chartMedian', 'chartP95', 'chartP99', 'chartMost'] as const;

/** The percentiles of sizes, gaps and round trips. */
function percentileTable(
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

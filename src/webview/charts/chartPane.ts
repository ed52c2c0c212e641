import type { Formats } from '../../core/base/format.ts';
import type { SeriesSpan, SeriesView } from '../../core/metrics/seriesView.ts';
import { Chart } from './chart.ts';
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
import type { Shape } from './chartPainter.ts';
import { chartNumber, chartSummary, chartTitles, marksSummary, readout } from './chartWords.ts';
import { ChartBar } from './chartBar.ts';
import { el } from '../widgets/dom.ts';
import { percentileTable } from './percentileTable.ts';
import { text } from '../widgets/strings.ts';

const shapes: Readonly<Record<ChartName, Shape>> = {
  rate: 'area',
  bytes: 'area',
  sizes: 'bars',
  gaps: 'bars',
  roundTrips: 'dots',
};

export interface ChartPaneListener {
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
  /** When the step under the crosshair begins: steps move on, but it stays. */
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

  /** @param view absent while nothing is known */
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

  /** Says why there is nothing to show. */
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

import type { Formats } from '../../core/base/format.ts';
import type { SeriesSpan, SeriesView } from '../../core/metrics/seriesView.ts';
import { Chart, type Shape } from './chart.ts';
import {
  chartNames,
  emptyPlot,
  peakNear,
  peakOf,
  plotOf,
  stepAt,
  stepForKey,
  timeOf,
  type ChartName,
  type Peak,
  type Plot,
} from './chartModel.ts';
import { chartNumber, chartSummary, chartTitles, marksSummary, readout } from './chartWords.ts';
import { LatencyTable } from './latencyTable.ts';
import { PercentileTable } from './percentileTable.ts';
import { el, icon, setAttribute } from '../widgets/dom.ts';
import { text } from '../widgets/strings.ts';

const shapes: Readonly<Record<ChartName, Shape>> = {
  rate: 'area',
  bytes: 'area',
  sizes: 'bars',
  gaps: 'bars',
  roundTrips: 'dots',
};

/** A peak this near to the pointer, in pixels, is what it points at. */
const snapPixels = 5;

/** A moment, or the row with this number in the charts' capture. */
export type ChartGoal = { readonly at: number } | { readonly seq: number };

/** A connection whose charts can be shown. */
export interface ChartOwner {
  readonly id: string;
  readonly name: string;
}

interface ChartPaneListener {
  readonly onSpan: (span: SeriesSpan) => void;
  /** The user wants the charts of another of the owners. */
  readonly onOwner: (id: string) => void;
  readonly onGoTo: (goal: ChartGoal) => void;
  /** Filters the list by an event. */
  readonly onEvent: (event: string) => void;
  readonly onClose: () => void;
}

/**
 * Small charts that share their time and a crosshair, and a table of percentiles. The crosshair is a
 * slider: arrow keys move it, Enter goes to its moment in the list.
 */
export class ChartPane {
  readonly #formats: Formats;
  readonly #listener: ChartPaneListener;
  readonly #bar: ChartBar;
  readonly #charts: Readonly<Record<ChartName, Chart>>;
  readonly #table: PercentileTable;
  readonly #latencies: LatencyTable;
  #plot: Plot = emptyPlot;
  #span: SeriesSpan = 'recent';
  /** The time at the crosshair, which stays while steps move on. */
  #cursorAt: number | undefined;
  /** The chart under the pointer. */
  #pointed: ChartName | undefined;

  /** @param element what it is put into */
  constructor(element: HTMLElement, formats: Formats, listener: ChartPaneListener) {
    this.#formats = formats;
    this.#listener = listener;
    this.#charts = Object.fromEntries(
      chartNames.map(name => [name, new Chart({ class: 'chart', role: 'img' })]),
    ) as Record<ChartName, Chart>;
    this.#table = new PercentileTable(formats, seq => listener.onGoTo({ seq }));
    this.#latencies = new LatencyTable(formats, {
      onGoTo: seq => listener.onGoTo({ seq }),
      onEvent: listener.onEvent,
    });
    this.#bar = new ChartBar({
      onSpan: span => this.#choose(span),
      onOwner: listener.onOwner,
      onClose: () => listener.onClose(),
      onKey: event => this.#key(event),
      onBlur: () => this.#point(undefined),
    });
    const figures = chartNames.map(name => this.#figure(name));
    element.append(
      this.#bar.element,
      el('div', { class: 'chart-grid' }, ...figures, this.#table.element, this.#latencies.element),
    );
    this.show(undefined, false);
  }

  get span(): SeriesSpan {
    return this.#span;
  }

  focus(): void {
    this.#bar.focus();
  }

  /** @param owners those to choose from; none where there is no choice */
  showOwners(owners: readonly ChartOwner[], chosen: string | undefined): void {
    this.#bar.showOwners(owners, chosen);
  }

  /** @param view absent until it is loaded */
  show(view: SeriesView | undefined, isLive: boolean): void {
    this.#plot = view ? plotOf(view, isLive) : emptyPlot;
    for (const name of chartNames) {
      const summary = chartSummary(this.#plot, name, this.#formats);
      this.#charts[name].canvas.ariaLabel = summary;
    }
    const peak = (values: readonly number[] = [], seqs: readonly number[] = []) =>
      peakOf({ values, seqs });
    this.#table.show({
      sizes: { percentiles: view?.sizes, most: peak(view?.largest, view?.largestSeq) },
      gaps: { percentiles: view?.gapsMs, most: peak(view?.longestGapMs, view?.longestGapSeq) },
      roundTrips: {
        percentiles: view?.roundTripsMs,
        most: peak(view?.roundTripMs, view?.roundTripSeq),
      },
    });
    this.#latencies.show(view?.latencies);
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
    canvas.addEventListener('pointermove', event => {
      this.#pointed = name;
      this.#point(this.#peakUnder(event, name)?.step);
    });
    canvas.addEventListener('pointerleave', () => {
      this.#pointed = undefined;
      if (this.#bar.hasFocus) {
        this.#draw();
      } else {
        this.#point(undefined);
      }
    });
    canvas.addEventListener('click', event => {
      const peak = this.#peakUnder(event, name);
      this.#point(peak?.step);
      if (peak?.seq === undefined) {
        this.#goTo();
      } else {
        this.#listener.onGoTo({ seq: peak.seq });
      }
    });
    return el('figure', {}, el('figcaption', {}, text(chartTitles[name])), canvas);
  }

  /** The highest value near the pointer: single steps are too narrow to hit. */
  #peakUnder({ offsetX, currentTarget }: MouseEvent, name: ChartName): Peak | undefined {
    const { clientWidth } = currentTarget as HTMLElement;
    const { axis, charts } = this.#plot;
    const step = stepAt(axis, clientWidth > 0 ? offsetX / clientWidth : 0);
    if (step === undefined) {
      return undefined;
    }
    const reach = Math.floor((snapPixels * axis.room) / Math.max(1, clientWidth));
    return peakNear(charts[name], step, reach) ?? { step, value: 0 };
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
      this.#listener.onGoTo({ at: timeOf(this.#plot.axis, step) });
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
      const lines = charts[name];
      const peak = cursor === undefined ? undefined : peakNear(lines, cursor, 0);
      const cursorLabel = name === this.#pointed && peak ? format(peak.value) : undefined;
      this.#charts[name].show({ axis, lines, shape: shapes[name], cursor, cursorLabel, format });
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
  readonly onOwner: (id: string) => void;
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
  readonly #choice = el('select', {});
  readonly #owner = el('label', { class: 'chart-of' }, text('chartsOf'), this.#choice);
  #owners = '';

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
    this.#owner.hidden = true;
    this.#choice.addEventListener('change', () => listener.onOwner(this.#choice.value));
    this.element = el('div', { class: 'chart-bar' }, this.#owner, spans, this.#readout, close);
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

  showOwners(owners: readonly ChartOwner[], chosen: string | undefined): void {
    const key = JSON.stringify(owners);
    if (key !== this.#owners) {
      this.#owners = key;
      this.#owner.hidden = owners.length === 0;
      this.#choice.replaceChildren(
        ...owners.map(({ id, name }) => el('option', { value: id }, name)),
      );
    }
    if (chosen !== undefined && this.#choice.value !== chosen) {
      this.#choice.value = chosen;
    }
    setAttribute(this.#choice, 'title', owners.find(({ id }) => id === chosen)?.name);
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

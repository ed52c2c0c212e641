import type { Formats } from '../../core/base/format.ts';
import { Chart } from './chart.ts';
import { emptyPlot, type Plot } from './chartModel.ts';
import { chartNumber, chartSummary, marksSummary } from './chartWords.ts';
import { el, icon, setAttribute } from '../widgets/dom.ts';
import { text } from '../widgets/strings.ts';

/** A button that shows the received messages of the last minutes, and opens the charts. */
export class ChartStrip {
  readonly element: HTMLButtonElement;
  readonly #formats: Formats;
  readonly #chart = new Chart({ 'class': 'chart', 'aria-hidden': 'true' });
  readonly #of = el('span', { class: 'strip-of' });
  readonly #figure = el('span', { 'class': 'figure-of-strip', 'aria-hidden': 'true' });
  readonly #summary = el('span', { class: 'spoken' });
  #plot: Plot = emptyPlot;

  constructor(formats: Formats, controls: string, onOpen: () => void) {
    this.#formats = formats;
    this.element = el(
      'button',
      {
        'type': 'button',
        'class': 'chart-strip',
        'title': text('chartsOpen'),
        'aria-controls': controls,
        'aria-expanded': 'false',
      },
      icon('graph-line'),
      el('span', { class: 'spoken' }, text('chartsOpen')),
      this.#of,
      this.#chart.canvas,
      this.#figure,
      this.#summary,
    );
    this.element.addEventListener('click', onOpen);
  }

  set isExpanded(isExpanded: boolean) {
    setAttribute(this.element, 'aria-expanded', String(isExpanded));
  }

  /** Whose numbers they are, where that must be said; else empty. */
  set owner(words: string) {
    if (this.#of.textContent !== words) {
      this.#of.textContent = words;
    }
  }

  show(plot: Plot): void {
    this.#plot = plot;
    const [received] = plot.charts.rate;
    const now = received?.values.at(-1);
    this.#figure.textContent = now === undefined ? '' : chartNumber('rate', now, this.#formats);
    const losses = marksSummary(plot.axis.marks, this.#formats);
    this.#summary.textContent = `${chartSummary(plot, 'rate', this.#formats)} ${losses}`;
    this.#chart.show({ axis: plot.axis, lines: received ? [received] : [], shape: 'area' });
  }

  recolor(): void {
    this.#chart.recolor();
    this.show(this.#plot);
  }
}

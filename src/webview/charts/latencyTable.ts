import { html, nothing, render } from 'lit/html.js';
import type { Formats } from '../../core/base/format.ts';
import { latencyBins, type EventLatencies } from '../../core/metrics/eventLatencies.ts';
import { visibleLine } from '../../core/text/visibleText.ts';
import { el } from '../widgets/dom.ts';
import { text } from '../widgets/strings.ts';

const none = '–';

export interface LatencyListener {
  readonly onGoTo: (seq: number) => void;
  /** Filters the list by an event. */
  readonly onEvent: (event: string) => void;
}

/** How long the calls of each event took, with a histogram; hidden while there are none. */
export class LatencyTable {
  readonly element = el('div', { class: 'chart-table latency-table' });
  readonly #formats: Formats;
  readonly #listener: LatencyListener;

  constructor(formats: Formats, listener: LatencyListener) {
    this.#formats = formats;
    this.#listener = listener;
    this.element.hidden = true;
  }

  show(latencies: readonly EventLatencies[] = []): void {
    this.element.hidden = latencies.length === 0;
    render(
      html`<table>
        <caption>
          ${text('latencyByEvent')}
        </caption>
        <thead>
          <tr>
            <th scope="col">${text('event')}</th>
            <th scope="col">${text('latencyCalls')}</th>
            <th scope="col">${text('latencyFailed')}</th>
            <th scope="col">${text('latencyPending')}</th>
            <th scope="col">${text('latencyUnanswered')}</th>
            <th scope="col">${text('chartMedian')}</th>
            <th scope="col">${text('chartP95')}</th>
            <th scope="col">${text('chartMost')}</th>
            <th scope="col">${text('latencySpread')}</th>
          </tr>
        </thead>
        <tbody>
          ${latencies.map(each => this.#row(each))}
        </tbody>
      </table>`,
      this.element,
    );
  }

  #row(latencies: EventLatencies) {
    const { event, calls, failed, open, unanswered, p50, p95, max, maxSeq, bins } = latencies;
    const count = (value: number) => this.#formats.count(value);
    const few = (value: number) => (value === 0 ? none : count(value));
    const time = (ms: number | undefined) => (ms === undefined ? none : this.#formats.latency(ms));
    const name = visibleLine(event);
    return html`<tr>
      <th scope="row">
        ${
          event === ''
            ? text('latencyNoName')
            : html`<button
                type="button"
                class="chart-most"
                title=${text('latencyFilter', name)}
                @click=${() => this.#listener.onEvent(event)}
              >
                ${name}
              </button>`
        }
      </th>
      <td>${count(calls)}</td>
      <td class=${failed === 0 ? '' : 'failed'}>${few(failed)}</td>
      <td>${few(open)}</td>
      <td>${few(unanswered)}</td>
      <td>${time(p50)}</td>
      <td>${time(p95)}</td>
      <td>
        ${
          maxSeq === undefined
            ? none
            : html`<button
                type="button"
                class="chart-most"
                title=${text('latencyGoTo', time(max))}
                @click=${() => this.#listener.onGoTo(maxSeq)}
              >
                ${time(max)}
              </button>`
        }
      </td>
      <td>${this.#histogram(bins)}</td>
    </tr>`;
  }

  #histogram(bins: readonly number[]) {
    const most = Math.max(...bins);
    if (most === 0) {
      return nothing;
    }
    const ends = latencyBins.map(end => this.#formats.latency(end));
    const words = bins
      .map((amount, bin) => {
        const last = bin === ends.length;
        const place = ends[last ? bin - 1 : bin] ?? '';
        return { amount, words: text(last ? 'latencyAbove' : 'latencyUpTo', place) };
      })
      .filter(({ amount }) => amount > 0)
      .map(({ amount, words: place }) => `${place}: ${this.#formats.count(amount)}`)
      .join(', ');
    return html`<span class="latency-bins" role="img" aria-label=${words} title=${words}
      >${bins.map(
        amount =>
          html`<span
            class=${amount === 0 ? 'bin none' : 'bin'}
            .style=${`block-size:${Math.max(1, Math.round((amount / most) * 16))}px`}
          ></span>`,
      )}</span
    >`;
  }
}

import type { SeriesSpan } from '../../core/metrics/seriesView.ts';
import { el, icon } from '../widgets/dom.ts';
import { text } from '../widgets/strings.ts';

export interface ChartBarListener {
  readonly onSpan: (span: SeriesSpan) => void;
  readonly onClose: () => void;
  /** A key on the crosshair's slider. */
  readonly onKey: (event: KeyboardEvent) => void;
  readonly onBlur: () => void;
}

/** What stands above the charts: what time they show, what the crosshair is on, and Close. */
export class ChartBar {
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

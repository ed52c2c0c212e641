import { messageOf } from '../../core/base/errors.ts';
import type { Formats } from '../../core/base/format.ts';
import type { SeriesSpan, SeriesView } from '../../core/metrics/seriesView.ts';
import { emptyPlot, plotOf } from './chartModel.ts';
import { ChartPane } from './chartPane.ts';
import { SeriesPoller } from './seriesPoller.ts';
import { ChartStrip } from './chartStrip.ts';
import { watchTheme } from '../widgets/theme.ts';

const paneId = 'charts';

export interface ChartsListener {
  readonly ask: (connection: string, span: SeriesSpan) => Promise<SeriesView>;
  /** Scrolls the list to a time, in milliseconds since 1970. */
  readonly onGoTo: (at: number) => void;
  readonly onToggle: (isOpen: boolean) => void;
}

/**
 * The charts of one connection: a strip, and a pane that replaces it. Neither requests data while it is
 * not visible.
 */
export class Charts {
  readonly strip: HTMLElement;
  readonly pane: HTMLElement;
  readonly #strip: ChartStrip;
  readonly #pane: ChartPane;
  readonly #listener: ChartsListener;
  readonly #questions: SeriesPoller;
  readonly #seen = new Set<Element>();
  #connection: string | undefined;
  #isLive = false;

  constructor(formats: Formats, listener: ChartsListener) {
    this.#listener = listener;
    this.#strip = new ChartStrip(formats, paneId, () => this.#toggle(true));
    this.#pane = new ChartPane(paneId, formats, {
      onSpan: () => this.#update(),
      onGoTo: listener.onGoTo,
      onClose: () => this.#toggle(false),
    });
    this.strip = this.#strip.element;
    this.pane = this.#pane.element;
    this.#questions = new SeriesPoller(
      ({ connection, span }) => listener.ask(connection, span),
      (view, { span, isLive }) => this.#show(view, span, isLive),
      error => this.#pane.fail(messageOf(error)),
    );
    this.#watch();
  }

  get isOpen(): boolean {
    return !this.pane.hidden;
  }

  /** Does not call `onToggle`. */
  set isOpen(isOpen: boolean) {
    if (isOpen !== this.isOpen) {
      this.pane.hidden = !isOpen;
      this.strip.hidden = isOpen;
      this.#strip.isExpanded = isOpen;
      this.#update();
    }
  }

  /** @param isLive whether the data may change; otherwise it is requested once */
  follow(connection: string | undefined, isLive: boolean): void {
    if (connection !== this.#connection) {
      this.#pane.show(undefined, false);
      this.#strip.show(emptyPlot);
    }
    this.#connection = connection;
    this.#isLive = isLive;
    this.#update();
  }

  #toggle(isOpen: boolean): void {
    this.isOpen = isOpen;
    if (isOpen) {
      this.#pane.focus();
    } else {
      this.strip.focus();
    }
    this.#listener.onToggle(isOpen);
  }

  #update(): void {
    const connection = this.#connection;
    const span = this.isOpen ? this.#pane.span : 'recent';
    this.#questions.subject =
      connection === undefined ? undefined : { connection, isLive: this.#isLive, span };
  }

  /** Updates hidden charts too, so that they have data when they are shown. */
  #show(view: SeriesView, span: SeriesSpan, isLive: boolean): void {
    if (span === this.#pane.span) {
      this.#pane.show(view, isLive);
    }
    if (span === 'recent') {
      this.#strip.show(plotOf(view, isLive));
    }
  }

  #watch(): void {
    const look = () => {
      const isVisible = document.visibilityState === 'visible';
      this.#questions.isVisible = isVisible && this.#seen.size > 0;
    };
    const observer = new IntersectionObserver(entries => {
      for (const { target, isIntersecting } of entries) {
        if (isIntersecting) {
          this.#seen.add(target);
        } else {
          this.#seen.delete(target);
        }
      }
      look();
    });
    observer.observe(this.strip);
    observer.observe(this.pane);
    document.addEventListener('visibilitychange', look);
    const recolor = () => {
      this.#strip.recolor();
      this.#pane.recolor();
    };
    watchTheme(recolor);
    window.matchMedia('(forced-colors: active)').addEventListener('change', recolor);
  }
}

import { messageOf } from '../../core/base/errors.ts';
import type { Formats } from '../../core/base/format.ts';
import type { SeriesSpan, SeriesView } from '../../core/metrics/seriesView.ts';
import { emptyPlot, plotOf } from './chartModel.ts';
import type { ChartOwner, ChartPane } from './chartPane.ts';
import { SeriesPoller } from './seriesPoller.ts';
import { ChartStrip } from './chartStrip.ts';
import { el } from '../widgets/dom.ts';
import { LatePart } from '../widgets/latePart.ts';
import { text } from '../widgets/strings.ts';
import { watchTheme } from '../widgets/theme.ts';

const paneId = 'charts';

export type ChartPlace =
  { readonly at: number } | { readonly connection: string; readonly seq: number };

export interface ChartsListener {
  readonly ask: (connection: string, span: SeriesSpan) => Promise<SeriesView>;
  /** Goes to a moment in the list, in milliseconds since 1970, or to a row. */
  readonly onGoTo: (place: ChartPlace) => void;
  /** Filters the list by an event that decoders know. */
  readonly onEvent: (event: string) => void;
  /** The user wants the charts of another of the owners. */
  readonly onOwner: (connection: string) => void;
  readonly onToggle: (isOpen: boolean) => void;
  /** The charts could not be opened. */
  readonly onFail: (reason: string) => void;
}

/**
 * The charts of one connection: a strip, and a pane that replaces it. Neither requests data while it is
 * not visible. The pane is loaded once there is something to show.
 */
export class Charts {
  readonly strip: HTMLElement;
  readonly pane = el('section', {
    'id': paneId,
    'class': 'chart-pane',
    'aria-label': text('charts'),
  });
  readonly #strip: ChartStrip;
  readonly #formats: Formats;
  readonly #late = new LatePart(() => this.#load());
  #pane: ChartPane | undefined;
  readonly #listener: ChartsListener;
  readonly #questions: SeriesPoller;
  readonly #seen = new Set<Element>();
  #connection: string | undefined;
  #isLive = false;
  #owners: readonly ChartOwner[] = [];
  /** What the pane shows, or will when it is loaded. */
  #view: SeriesView | undefined;
  /** Why it shows nothing. */
  #problem: string | undefined;
  #wantsFocus = false;

  constructor(formats: Formats, listener: ChartsListener) {
    this.#formats = formats;
    this.#listener = listener;
    this.#strip = new ChartStrip(formats, paneId, () => this.#toggle(true));
    this.strip = this.#strip.element;
    this.pane.hidden = true;
    this.#questions = new SeriesPoller(
      ({ connection, span }) => listener.ask(connection, span),
      (view, { span, isLive }) => this.#show(view, span, isLive),
      error => {
        this.#problem = messageOf(error);
        this.#pane?.fail(this.#problem);
      },
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
      if (isOpen) {
        this.#need();
      }
    }
  }

  /** Whether nothing is shown from which they could be opened. */
  get isHidden(): boolean {
    return !this.isOpen && !this.strip.checkVisibility();
  }

  /** Opens them and gives them the focus. */
  open(): void {
    this.#toggle(true);
  }

  /**
   * @param isLive whether the data may change; otherwise it is requested once
   * @param owners the connections of a merged timeline, of which `connection` is one; else none
   */
  follow(
    connection: string | undefined,
    isLive: boolean,
    owners: readonly ChartOwner[] = [],
  ): void {
    const owner = owners.find(({ id }) => id === connection);
    this.#strip.owner = owner ? text('chartsOnly', owner.name) : '';
    this.#owners = owners;
    this.#pane?.showOwners(owners, connection);
    if (connection !== this.#connection) {
      this.#showInPane(undefined, false);
      this.#strip.show(emptyPlot);
    }
    this.#connection = connection;
    this.#isLive = isLive;
    this.#update();
    if (connection !== undefined) {
      this.#late.prepare();
    }
  }

  async #load(): Promise<void> {
    const { ChartPane } = await import('./chartPane.ts');
    const { onOwner, onGoTo, onEvent } = this.#listener;
    this.#pane = new ChartPane(this.pane, this.#formats, {
      onSpan: () => this.#update(),
      onOwner,
      onEvent,
      onGoTo: goal => {
        const connection = this.#connection;
        if ('at' in goal) {
          onGoTo(goal);
        } else if (connection !== undefined) {
          onGoTo({ connection, seq: goal.seq });
        }
      },
      onClose: () => this.#toggle(false),
    });
    this.#pane.showOwners(this.#owners, this.#connection);
    this.#pane.show(this.#view, this.#isLive);
    if (this.#problem !== undefined) {
      this.#pane.fail(this.#problem);
    }
    if (this.#wantsFocus) {
      this.#pane.focus();
    }
  }

  #need(): void {
    this.#late.need().catch((error: unknown) => {
      this.#toggle(false);
      this.#listener.onFail(text('chartsNotLoaded', messageOf(error)));
    });
  }

  #showInPane(view: SeriesView | undefined, isLive: boolean): void {
    this.#view = view;
    this.#problem = undefined;
    this.#pane?.show(view, isLive);
  }

  #toggle(isOpen: boolean): void {
    this.isOpen = isOpen;
    // Until it is loaded, it has nothing that takes the focus.
    this.#wantsFocus = isOpen;
    if (isOpen) {
      this.#pane?.focus();
    } else {
      this.strip.focus();
    }
    this.#listener.onToggle(isOpen);
  }

  get #span(): SeriesSpan {
    return this.#pane?.span ?? 'recent';
  }

  #update(): void {
    const connection = this.#connection;
    const span = this.isOpen ? this.#span : 'recent';
    this.#questions.subject =
      connection === undefined ? undefined : { connection, isLive: this.#isLive, span };
  }

  /** Updates hidden charts too, so that they have data when they are shown. */
  #show(view: SeriesView, span: SeriesSpan, isLive: boolean): void {
    if (span === this.#span) {
      this.#showInPane(view, isLive);
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
      this.#pane?.recolor();
    };
    watchTheme(recolor);
    window.matchMedia('(forced-colors: active)').addEventListener('change', recolor);
  }
}

import { l10n, Uri, ViewColumn, window, type WebviewPanel } from 'vscode';
import type { Clock } from '../../core/base/clock.ts';
import { Coalescer } from '../../core/base/coalescer.ts';
import type { Formats } from '../../core/base/format.ts';
import { DisposableStore, type Disposable } from '../../core/base/lifecycle.ts';
import type { Logger } from '../../core/base/logger.ts';
import { answer } from '../../shared/rpc.ts';
import { ViewType } from '../../shared/ids.ts';
import {
  requestSchemas,
  type ConnectionView,
  type Hello,
  type HostEvents,
  type RequestHandlers,
  type RowAddress,
  type SavedFilter,
  type ToPage,
} from '../../shared/monitorProtocol.ts';
import { notConnectedView, sourceView } from './connectionView.ts';
import type { NotConnected } from './notConnected.ts';
import type { Clearing } from '../connections/commands/clearing.ts';
import type { Connections } from '../connections/connections.ts';
import { sourceLabel, type Sources } from '../captures/sources.ts';
import { plain } from '../ui/notify.ts';
import { userZone } from '../ui/userZone.ts';
import type { HeldAddress } from '../../shared/heldProtocol.ts';
import type { HeldModel } from '../held/heldModel.ts';
import type { ComposerModel } from './composerModel.ts';
import { logged } from '../ui/unwaited.ts';
import { monitorHtml } from '../ui/html.ts';
import type { KeptLayout } from './keptLayout.ts';
import type { PanelModel, ViewChange } from './panelModel.ts';

const minIntervalMs = 50;
/** The composer's data is large and changes seldom. */
const minComposerIntervalMs = 250;
/** Rates also fall when no event occurs. */
const tickMs = 1000;

export interface PanelPorts {
  readonly root: Uri;
  readonly clock: Clock;
  readonly formats: Formats;
  readonly log: Logger;
  readonly connections: Connections;
  readonly sources: Sources;
  readonly notConnected: NotConnected;
  readonly model: PanelModel;
  readonly composer: ComposerModel;
  readonly held: HeldModel;
  readonly layout: KeptLayout;
  readonly filters: { readonly all: readonly SavedFilter[] };
  readonly clearing: Clearing;
  /** The handlers of all requests that are not about the panel itself. */
  readonly handlers: Omit<RequestHandlers, 'ready' | 'view.set' | 'layout.keep'>;
  readonly onDidChangeOpen: (isOpen: boolean) => void;
}

/**
 * The monitor tab, of which there is one: opened on demand, revealed if it is open already, and
 * restored after a reload of the window. The page in it may be discarded whenever it is hidden; its
 * state is kept in the `PanelModel`.
 */
export class MonitorPanel implements Disposable {
  readonly #store = new DisposableStore();
  readonly #ports: PanelPorts;
  readonly #publishing: Coalescer;
  readonly #listing: Coalescer;
  readonly #composing: Coalescer;
  readonly #holding: Coalescer;
  /** The composer's data that the page has, as JSON, so that it is not sent again. */
  #composer = '';
  #open: { readonly panel: WebviewPanel; readonly store: DisposableStore } | undefined;
  #tick: Disposable | undefined;
  /** Whether the page that is on screen has asked for what it shows. */
  #isPageReady = false;
  /** The held message that is to be edited once the page is ready. */
  #heldToEdit: HeldAddress | undefined;
  /** The row that a page which is not ready yet is to show. */
  #rowToShow: RowAddress | undefined;

  constructor(ports: PanelPorts) {
    const { clock, sources, notConnected, model, composer, clearing, held } = ports;
    this.#ports = ports;
    this.#publishing = this.#store.add(
      new Coalescer(clock, minIntervalMs, () => this.#publishConnections()),
    );
    this.#listing = this.#store.add(new Coalescer(clock, minIntervalMs, () => this.#publishList()));
    this.#composing = this.#store.add(
      new Coalescer(clock, minComposerIntervalMs, () => this.#publishComposer()),
    );
    this.#holding = this.#store.add(
      new Coalescer(clock, minIntervalMs, () =>
        this.#publish('held.changed', held.view(model.view.selected) ?? null),
      ),
    );
    this.#store.add(held.onDidChange(() => this.#holding.request()));
    clearing.isShown = () => this.#open?.panel.visible === true;
    this.#store.add(
      clearing.onDidChange(() => this.#publish('cleared.changed', clearing.last ?? null)),
    );
    this.#store.add(composer.onDidChange(() => this.#composing.request()));
    for (const { onDidChange } of [sources, notConnected]) {
      this.#store.add(onDidChange(() => this.#publishing.request()));
    }
    this.#store.add(model.onDidChangeList(() => this.#listing.request()));
  }

  /** Shows the panel and, if given, this source in it: its newest row, unless it was shown before. */
  show(source?: string, preserveFocus = false): void {
    if (source !== undefined) {
      const { model } = this.#ports;
      const { selected, merged } = model.view;
      const isOther = selected !== source && !merged.includes(source);
      model.set({ selected: source, merged: [], ...(isOther && { following: true }) });
    }
    if (this.#open) {
      this.#open.panel.reveal(undefined, preserveFocus);
      this.#publishView();
      if (!preserveFocus) {
        this.#publish('list.focus', undefined);
      }
      return;
    }
    const panel = window.createWebviewPanel(
      ViewType.Monitor,
      l10n.t('WebSocket Monitor'),
      { viewColumn: ViewColumn.Active, preserveFocus },
      this.#options,
    );
    this.#adopt(panel);
  }

  /** Whether the rows of this source are on screen. */
  shows(source: string): boolean {
    const { selected, merged } = this.#ports.model.view;
    return this.#open?.panel.visible === true && (selected === source || merged.includes(source));
  }

  /** Shows the panel, and a row of this source in it, whatever the filter was. */
  showRow(source: string, seq: number): void {
    const { model } = this.#ports;
    const { merged } = model.view;
    const change = { selected: source, merged: merged.includes(source) ? [...merged] : [] };
    model.set({ ...change, filter: '', following: false });
    this.#rowToShow = { connection: source, seq };
    this.show();
    this.#publishList();
    if (this.#isPageReady && this.#open?.panel.visible) {
      this.#publish('row.show', this.#takeRowToShow());
    }
  }

  /**
   * Has the page open its selected rows as text, or those on screen.
   *
   * @returns false if no page is on screen
   */
  askForText(): boolean {
    return this.#askPage('text.open');
  }

  /**
   * Has the page say for which of its rows a decoder is to be written.
   *
   * @returns false if no page is on screen
   */
  askForDecoder(): boolean {
    return this.#askPage('decoder.ask');
  }

  #askPage(event: 'text.open' | 'decoder.ask'): boolean {
    const isShown = this.#isPageReady && this.#open?.panel.visible === true;
    if (isShown) {
      this.#publish(event, undefined);
    }
    return isShown;
  }

  #takeRowToShow(): RowAddress | undefined {
    const row = this.#rowToShow;
    this.#rowToShow = undefined;
    return row;
  }

  /** Restores the panel after a reload of the window, with the state that the page has stored. */
  async restore(panel: WebviewPanel, state: unknown): Promise<void> {
    if (this.#open) {
      panel.dispose();
      return;
    }
    await this.#ports.model.restore(state);
    panel.webview.options = this.#options;
    this.#adopt(panel);
  }

  /** Changes the view, as the page does. */
  set(change: ViewChange): void {
    this.#ports.model.set(change);
    this.#publishView();
  }

  /** Stops or starts following the newest message. */
  toggleFollow(): void {
    this.set({ following: !this.#ports.model.view.following });
  }

  /** Shows a held message in the composer. */
  editHeld(connection: string, number: number): void {
    this.show(connection, true);
    this.#heldToEdit = { connection, number };
    if (this.#isPageReady && this.#open?.panel.visible) {
      const edit = this.#takeHeldToEdit();
      if (edit) {
        this.#publish('held.edit', edit);
      }
    }
  }

  #takeHeldToEdit(): HeldAddress | undefined {
    const edit = this.#heldToEdit;
    this.#heldToEdit = undefined;
    return edit;
  }

  /** The saved filters have changed. */
  publishFilters(): void {
    this.#publish('filters.changed', this.#ports.filters.all);
  }

  dispose(): void {
    this.#open?.panel.dispose();
    this.#tick?.dispose();
    this.#store.dispose();
  }

  get #options() {
    const { root } = this.#ports;
    const localResourceRoots = [Uri.joinPath(root, 'dist')];
    return { enableScripts: true, localResourceRoots };
  }

  #adopt(panel: WebviewPanel): void {
    const store = new DisposableStore();
    const { log, root, onDidChangeOpen, model, layout } = this.#ports;
    const handlers = this.#handlers();
    panel.iconPath = Uri.joinPath(root, 'media', 'icon.png');
    store.add(
      panel.webview.onDidReceiveMessage(async (message: unknown) => {
        const reply = await answer(requestSchemas, message, handlers, (request, error) =>
          log.warn(`The monitor's request ${request} failed`, error),
        );
        if (reply && !store.isDisposed) {
          logged('Answering the monitor', log, panel.webview.postMessage(reply));
        }
      }),
    );
    store.add(
      panel.onDidDispose(() => {
        this.#open = undefined;
        this.#ports.connections.order.shown = undefined;
        store.dispose();
        model.close();
        onDidChangeOpen(false);
      }),
    );
    store.add(
      panel.onDidChangeViewState(() => {
        // A hidden page is discarded.
        this.#isPageReady &&= panel.visible;
        if (!panel.visible) {
          model.setTail(0);
        }
      }),
    );
    this.#open = { panel, store };
    this.#isPageReady = false;
    model.open();
    this.#noteShown();
    this.#setTitle();
    panel.webview.html = monitorHtml(panel.webview, root, l10n.t('WebSocket Monitor'), layout.text);
    onDidChangeOpen(true);
  }

  #handlers(): RequestHandlers {
    const { handlers, layout } = this.#ports;
    return {
      ...handlers,
      'locate': async params => {
        const located = await handlers.locate(params);
        // The page has to know of the rows before it can go there.
        this.#publishList();
        return located;
      },
      'ready': page => {
        if (page) {
          userZone.learn(page.timeZone);
        }
        return this.#hello();
      },
      'layout.keep': ({ text }) => {
        layout.keep(text);
        return undefined;
      },
      'view.set': change => {
        this.set(change);
        return undefined;
      },
    };
  }

  #hello(): Hello {
    const { model, filters, composer, clearing, held } = this.#ports;
    const { view, list } = model;
    const composing = composer.view(view.selected);
    const holding = held.view(view.selected);
    this.#composer = JSON.stringify(composing ?? null);
    this.#isPageReady = true;
    const row = this.#takeRowToShow();
    const heldToEdit = this.#takeHeldToEdit();
    return {
      connections: this.#views(),
      view,
      list,
      filters: filters.all,
      ...(clearing.last && { cleared: clearing.last }),
      ...(composing && { composer: composing }),
      ...(holding && { held: holding }),
      ...(heldToEdit && { heldToEdit }),
      ...(row && { row }),
    };
  }

  #views(): readonly ConnectionView[] {
    const { clock, connections, sources, notConnected, formats } = this.#ports;
    const [now, monotonicNow] = [clock.now(), clock.monotonic()];
    const { marks } = connections;
    const views = [
      ...sources.all.map(each => sourceView(each, marks, formats, now, monotonicNow)),
      ...notConnected.all.map(each => notConnectedView(each, marks, formats)),
    ];
    return views.map(view => {
      const isOwn = view.source === 'connection' || view.source === 'configured';
      const place = isOwn ? notConnected.placeOf(view.name) : '';
      return place === '' ? view : { ...view, place };
    });
  }

  #publishList(): void {
    this.#publish('list.changed', this.#ports.model.takeList());
  }

  #publishConnections(): void {
    this.#tick?.dispose();
    const { sources, clock, model } = this.#ports;
    if (this.#open && sources.areLive) {
      this.#tick = clock.schedule(tickMs, () => this.#publishing.request());
    }
    // The first connection is shown without being selected.
    model.refresh();
    this.#publish('connections.changed', this.#views());
    this.#publishView();
  }

  #publishView(): void {
    this.#noteShown();
    this.#publish('view.changed', this.#ports.model.view);
    this.#setTitle();
    this.#composing.request();
    this.#holding.request();
  }

  /** Commands and the status bar prefer what is looked at. */
  #noteShown(): void {
    const { connections, model } = this.#ports;
    connections.order.shown = this.#open && model.view.selected;
  }

  /** The tab is named after the capture in it. */
  #setTitle(): void {
    const { model, sources, formats } = this.#ports;
    const { merged, selected = '' } = model.view;
    const source = merged.length > 0 ? undefined : sources.find(selected);
    const title = plain(
      source?.kind === 'capture' ? sourceLabel(source, formats) : l10n.t('WebSocket Monitor'),
    );
    if (this.#open && this.#open.panel.title !== title) {
      this.#open.panel.title = title;
    }
  }

  #publishComposer(): void {
    const { composer, model } = this.#ports;
    const view = composer.view(model.view.selected);
    const told = JSON.stringify(view ?? null);
    if (told !== this.#composer && this.#open?.panel.visible) {
      this.#composer = told;
      this.#publish('composer.changed', view);
    }
  }

  /** A hidden page is discarded; it asks for everything when it is shown again. */
  #publish<K extends keyof HostEvents>(event: K, value: HostEvents[K]): void {
    if (this.#open?.panel.visible) {
      const message: ToPage = { event, value };
      const { panel } = this.#open;
      logged('Telling the monitor', this.#ports.log, panel.webview.postMessage(message));
    }
  }
}

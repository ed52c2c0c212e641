import { l10n, Uri, ViewColumn, window, type WebviewPanel } from 'vscode';
import type { Clock } from '../../core/base/clock.ts';
import { Coalescer } from '../../core/base/coalescer.ts';
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
  type SavedFilter,
  type ToPage,
} from '../../shared/monitorProtocol.ts';
import { sourceView } from './connectionView.ts';
import type { Connections } from '../connections/connections.ts';
import type { Sources } from '../captures/sources.ts';
import { userZone } from '../ui/userZone.ts';
import type { ComposerModel } from './composerModel.ts';
import { logged } from '../ui/unwaited.ts';
import { monitorHtml } from '../ui/html.ts';
import type { PanelModel, ViewChange } from './panelModel.ts';

const minIntervalMs = 50;
/** The composer's data is large and changes seldom. */
const minComposerIntervalMs = 250;
/** Rates also fall when no event occurs. */
const tickMs = 1000;

export interface PanelPorts {
  readonly root: Uri;
  readonly clock: Clock;
  readonly log: Logger;
  readonly connections: Connections;
  readonly sources: Sources;
  readonly model: PanelModel;
  readonly composer: ComposerModel;
  readonly filters: { readonly all: readonly SavedFilter[] };
  /** The handlers of all requests that are not about the panel itself. */
  readonly handlers: Omit<RequestHandlers, 'ready' | 'view.set'>;
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
  /** The composer's data that the page has, as JSON, so that it is not sent again. */
  #composer = '';
  #open: { readonly panel: WebviewPanel; readonly store: DisposableStore } | undefined;
  #tick: Disposable | undefined;

  constructor(ports: PanelPorts) {
    const { clock, sources, model, composer } = ports;
    this.#ports = ports;
    this.#publishing = this.#store.add(
      new Coalescer(clock, minIntervalMs, () => this.#publishConnections()),
    );
    this.#listing = this.#store.add(
      new Coalescer(clock, minIntervalMs, () => this.#publish('list.changed', model.list)),
    );
    this.#composing = this.#store.add(
      new Coalescer(clock, minComposerIntervalMs, () => this.#publishComposer()),
    );
    this.#store.add(composer.onDidChange(() => this.#composing.request()));
    this.#store.add(sources.onDidChange(() => this.#publishing.request()));
    this.#store.add(model.onDidChangeList(() => this.#listing.request()));
  }

  /** Shows the panel and, if given, this source in it. */
  show(source?: string, preserveFocus = false): void {
    if (source !== undefined) {
      this.#ports.model.set({ selected: source, merged: [] });
    }
    if (this.#open) {
      this.#open.panel.reveal(undefined, preserveFocus);
      this.#publishView();
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
    const { log, root, onDidChangeOpen, model } = this.#ports;
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
        store.dispose();
        model.close();
        onDidChangeOpen(false);
      }),
    );
    this.#open = { panel, store };
    model.open();
    panel.webview.html = monitorHtml(panel.webview, root, l10n.t('WebSocket Monitor'));
    onDidChangeOpen(true);
  }

  #handlers(): RequestHandlers {
    const { handlers, model } = this.#ports;
    return {
      ...handlers,
      'locate': async params => {
        const located = await handlers.locate(params);
        // The page has to know of the rows before it can go there.
        this.#publish('list.changed', model.list);
        return located;
      },
      'ready': page => {
        if (page) {
          userZone.learn(page.timeZone);
        }
        return this.#hello();
      },
      'view.set': change => {
        this.set(change);
        return undefined;
      },
    };
  }

  #hello(): Hello {
    const { model, filters, composer } = this.#ports;
    const { view, list } = model;
    const composing = composer.view(view.selected);
    this.#composer = JSON.stringify(composing ?? null);
    return {
      connections: this.#views(),
      view,
      list,
      filters: filters.all,
      ...(composing && { composer: composing }),
    };
  }

  #views(): readonly ConnectionView[] {
    const { clock, sources } = this.#ports;
    const [now, monotonicNow] = [clock.now(), clock.monotonic()];
    return sources.all.map(each => sourceView(each, now, monotonicNow));
  }

  #publishConnections(): void {
    this.#tick?.dispose();
    const { connections, clock, model } = this.#ports;
    if (this.#open && connections.live.length > 0) {
      this.#tick = clock.schedule(tickMs, () => this.#publishing.request());
    }
    // The first connection is shown without being selected.
    model.refresh();
    this.#publish('connections.changed', this.#views());
    this.#publishView();
  }

  #publishView(): void {
    this.#publish('view.changed', this.#ports.model.view);
    this.#composing.request();
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

import { l10n, Uri, ViewColumn, window, type WebviewPanel } from 'vscode';
import type { Clock } from '../../core/base/clock.ts';
import { Coalescer } from '../../core/base/coalescer.ts';
import { DisposableStore, type Disposable } from '../../core/base/lifecycle.ts';
import type { Logger } from '../../core/base/logger.ts';
import { answer } from '../../shared/answer.ts';
import { ViewType } from '../../shared/ids.ts';
import type {
  ConnectionView,
  HostEvents,
  PanelView,
  Params,
  RequestHandlers,
  ToPage,
} from '../../shared/protocol.ts';
import { connectionView } from '../connectionView.ts';
import type { Connections } from '../connections.ts';
import { monitorHtml } from './html.ts';

const leastIntervalMs = 50;
/** Rates fall when nothing comes, which no event tells. */
const tickMs = 1000;

export interface PanelPorts {
  readonly root: Uri;
  readonly clock: Clock;
  readonly log: Logger;
  readonly connections: Connections;
  /** Everything the page may ask that is not about the panel itself. */
  readonly handlers: Omit<RequestHandlers, 'ready' | 'view.set'>;
  readonly onDidChangeOpen: (isOpen: boolean) => void;
}

/**
 * The one monitor tab: opened on demand, shown again where it is open already. The page in it may
 * vanish whenever it is hidden; what it looks at is kept here.
 */
export class MonitorPanel implements Disposable {
  readonly #store = new DisposableStore();
  readonly #ports: PanelPorts;
  readonly #publishing: Coalescer;
  #open: { readonly panel: WebviewPanel; readonly store: DisposableStore } | undefined;
  #selected: string | undefined;
  #isFollowing = true;
  #tick: Disposable | undefined;

  constructor(ports: PanelPorts) {
    this.#ports = ports;
    this.#publishing = this.#store.add(
      new Coalescer(ports.clock, leastIntervalMs, () => this.#publishConnections()),
    );
    this.#store.add(ports.connections.onDidChange(() => this.#publishing.request()));
  }

  /** Shows the panel and, where it is given, this connection in it. */
  show(connection?: string, preserveFocus = false): void {
    if (connection !== undefined) {
      this.#selected = connection;
    }
    if (this.#open) {
      this.#open.panel.reveal(undefined, preserveFocus);
      this.#publishView();
      return;
    }
    const title = l10n.t('WebSocket Monitor');
    const { root } = this.#ports;
    const panel = window.createWebviewPanel(
      ViewType.Monitor,
      title,
      { viewColumn: ViewColumn.Active, preserveFocus },
      {
        enableScripts: true,
        localResourceRoots: [Uri.joinPath(root, 'dist'), Uri.joinPath(root, 'media')],
      },
    );
    panel.iconPath = Uri.joinPath(root, 'media', 'icon.png');
    this.#adopt(panel, title);
  }

  /** Stops or starts following the newest message. */
  toggleFollow(): void {
    this.#isFollowing = !this.#isFollowing;
    this.#publishView();
  }

  dispose(): void {
    this.#open?.panel.dispose();
    this.#tick?.dispose();
    this.#store.dispose();
  }

  #adopt(panel: WebviewPanel, title: string): void {
    const store = new DisposableStore();
    const { log, root, onDidChangeOpen } = this.#ports;
    const handlers = this.#handlers();
    store.add(
      panel.webview.onDidReceiveMessage(async (message: unknown) => {
        const reply = await answer(message, handlers, (request, error) =>
          log.warn(`The monitor's request ${request} failed`, error),
        );
        if (reply && !store.isDisposed) {
          void panel.webview.postMessage(reply);
        }
      }),
    );
    store.add(
      panel.onDidDispose(() => {
        this.#open = undefined;
        store.dispose();
        onDidChangeOpen(false);
      }),
    );
    this.#open = { panel, store };
    panel.webview.html = monitorHtml(panel.webview, root, title);
    onDidChangeOpen(true);
  }

  #handlers(): RequestHandlers {
    return {
      ...this.#ports.handlers,
      'ready': () => ({ connections: this.#views(), view: this.#view() }),
      'view.set': ({ selected, following }: Params<'view.set'>) => {
        this.#selected = selected ?? this.#selected;
        this.#isFollowing = following;
        this.#publishView();
        return undefined;
      },
    };
  }

  #view(): PanelView {
    const { connections } = this.#ports;
    const selected =
      this.#selected === undefined ? undefined : connections.find(this.#selected)?.id;
    // Nothing chosen: the connection that was made last is the one that is of interest.
    const shown = selected ?? connections.all.at(-1)?.id;
    return { following: this.#isFollowing, ...(shown === undefined ? {} : { selected: shown }) };
  }

  #views(): readonly ConnectionView[] {
    const { clock, connections } = this.#ports;
    const [now, monotonicNow] = [clock.now(), clock.monotonic()];
    return connections.all.map(each => connectionView(each, now, monotonicNow));
  }

  #publishConnections(): void {
    this.#tick?.dispose();
    const { connections, clock } = this.#ports;
    if (this.#open && connections.live.length > 0) {
      this.#tick = clock.schedule(tickMs, () => this.#publishing.request());
    }
    this.#publish('connections.changed', this.#views());
    this.#publishView();
  }

  #publishView(): void {
    this.#publish('view.changed', this.#view());
  }

  /** A page that is hidden is gone; it asks for everything when it comes back. */
  #publish<K extends keyof HostEvents>(event: K, value: HostEvents[K]): void {
    if (this.#open?.panel.visible) {
      const message: ToPage = { event, value };
      void this.#open.panel.webview.postMessage(message);
    }
  }
}

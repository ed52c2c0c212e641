import { l10n, StatusBarAlignment } from 'vscode';
import type { Clock } from '../core/base/clock.ts';
import { Coalescer } from '../core/base/coalescer.ts';
import { DisposableStore, type Disposable } from '../core/base/lifecycle.ts';
import {
  labelWithCountdown,
  sentenceOf,
  wordOf,
  type StateWord,
} from '../core/connection/report.ts';
import { Formats } from '../core/format.ts';
import { CommandId, InternalCommandId } from '../shared/ids.ts';
import type { Connections } from './connections.ts';
import type { MonitoredConnection } from './monitoredConnection.ts';
import type { SettingsService } from './settings.ts';
import { card, type CardLink, type CardSection } from './user/card.ts';
import { StatusItem, type StatusFace } from './user/statusItem.ts';

const leastIntervalMs = 250;
const tickMs = 1000;
/** Which connection stands for all where there are several: the first of these that one is in. */
const urgency: readonly StateWord[] = [
  'failed',
  'retry',
  'connecting',
  'closing',
  'connected',
  'disconnected',
];

const icons: Readonly<Record<StateWord, string>> = {
  failed: 'error',
  retry: 'sync~spin',
  connecting: 'loading~spin',
  closing: 'loading~spin',
  connected: 'plug',
  disconnected: 'debug-disconnect',
};

/** The one item in the status bar: the state of the connection that most needs attention. */
export class StatusBar implements Disposable {
  readonly #store = new DisposableStore();
  readonly #item = this.#store.add(
    new StatusItem({
      id: 'websocketMonitor.status',
      name: l10n.t('WebSocket Monitor'),
      alignment: StatusBarAlignment.Left,
      priority: 10,
      command: InternalCommandId.ShowActions,
    }),
  );
  readonly #connections: Connections;
  readonly #settings: SettingsService;
  readonly #clock: Clock;
  readonly #formats: Formats;
  #tick: Disposable | undefined;

  constructor(connections: Connections, settings: SettingsService, clock: Clock, formats: Formats) {
    this.#connections = connections;
    this.#settings = settings;
    this.#clock = clock;
    this.#formats = formats;
    const update = this.#store.add(new Coalescer(clock, leastIntervalMs, () => this.#update()));
    this.#store.add(connections.onDidChange(() => update.request()));
    this.#store.add(settings.onDidChange(() => update.request()));
    this.#store.add({ dispose: () => this.#tick?.dispose() });
  }

  dispose(): void {
    this.#store.dispose();
  }

  #update(): void {
    this.#tick?.dispose();
    const [first] = [...this.#connections.all].sort((a, b) => rank(a) - rank(b));
    if (!first) {
      this.#item.hide();
      return;
    }
    this.#show(first);
    // The countdown and the rate move on their own.
    if (this.#connections.live.length > 0) {
      this.#tick = this.#clock.schedule(tickMs, () => this.#update());
    }
  }

  #show(monitored: MonitoredConnection): void {
    const { state } = monitored.connection;
    const word = wordOf(state);
    const label = labelWithCountdown(state, this.#clock.monotonic());
    const rate = word === 'connected' ? this.#rate(monitored) : '';
    const others = this.#connections.all.length - 1;
    const more = others > 0 ? ` +${others}` : '';
    this.#item.show({
      icon: icons[word],
      text: `${monitored.name} · ${label}${rate && ` · ${rate}`}${more}`,
      tooltip: card(this.#connections.all.map(each => this.#section(each))),
      background: background(word),
      spoken: l10n.t('WebSocket connection {0}: {1}', monitored.name, label),
    });
  }

  #rate({ received }: MonitoredConnection): string {
    if (!this.#settings.current.values['statusBar.showRate']) {
      return '';
    }
    return `${this.#formats.rate(received.rate(this.#clock.now()))}/s`;
  }

  /** What the card says about one connection. */
  #section(monitored: MonitoredConnection): CardSection {
    const { connection, received, sent, capture } = monitored;
    const { state, latencyMs, options } = connection;
    const { endpoint } = options;
    const rows: (readonly [string, string])[] = [
      [l10n.t('URL'), endpoint.display],
      [l10n.t('State'), sentenceOf(state, endpoint)],
    ];
    if (state.kind === 'open') {
      const openMs = this.#clock.monotonic() - state.openedAt;
      // In minutes, so that an open tooltip is not redrawn each second.
      const minutes = this.#formats.span(Math.max(60_000, openMs - (openMs % 60_000)));
      rows.push([l10n.t('Open for'), openMs < 60_000 ? l10n.t('less than a minute') : minutes]);
      if (latencyMs !== undefined) {
        rows.push([l10n.t('Round trip'), this.#formats.latency(latencyMs)]);
      }
    }
    if (state.kind !== 'open') {
      const counts = [received.total, sent.total].map(count => this.#formats.count(count));
      rows.push([l10n.t('Received / sent'), counts.join(' / ')]);
    }
    if (capture.storage.problem !== undefined) {
      rows.push([l10n.t('Storage'), capture.storage.problem]);
    }
    return { heading: monitored.name, rows, links: links(monitored) };
  }
}

function rank({ connection }: MonitoredConnection): number {
  return urgency.indexOf(wordOf(connection.state));
}

function background(word: StateWord): StatusFace['background'] {
  return word === 'failed' ? 'error' : word === 'retry' ? 'warning' : undefined;
}

function links({ id, connection }: MonitoredConnection): readonly CardLink[] {
  const isOver = connection.state.kind === 'idle' || connection.state.kind === 'stopped';
  const link = (label: string, command: CommandId) => ({ label, command, arguments: [id] });
  return [
    link(l10n.t('Open Monitor'), CommandId.OpenMonitor),
    link(isOver ? l10n.t('Connect') : l10n.t('Reconnect Now'), CommandId.Reconnect),
    ...(isOver ? [] : [link(l10n.t('Disconnect'), CommandId.Disconnect)]),
  ];
}

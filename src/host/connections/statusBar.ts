import { l10n, StatusBarAlignment } from 'vscode';
import type { Clock } from '../../core/base/clock.ts';
import { Coalescer } from '../../core/base/coalescer.ts';
import { DisposableStore, type Disposable } from '../../core/base/lifecycle.ts';
import {
  labelWithCountdown,
  stateSentence,
  wordOf,
  type StateWord,
} from '../../core/connection/report.ts';
import { Formats } from '../../core/base/format.ts';
import { CommandId, InternalCommandId } from '../../shared/ids.ts';
import type { ConnectionState } from '../../core/connection/state/state.ts';
import type { Connections } from './connections.ts';
import type { MonitoredConnection } from './monitoredConnection.ts';
import type { SettingsService } from '../settings/settings.ts';
import { card, type CardLink, type CardSection } from '../ui/card.ts';
import { StatusItem, type StatusFace } from '../ui/statusItem.ts';

const minIntervalMs = 250;
const tickMs = 1000;
/** Of several connections the one is shown whose state comes first here. */
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

/** How often the card is updated if no state changes. */
const cardMs = 60_000;

/**
 * Shows the state of the connection that most needs attention, and in a second item its rate or the
 * countdown to the next attempt. These change all the time, and the first item has a card with
 * links, which must not be redrawn.
 */
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
  readonly #live = this.#store.add(
    new StatusItem({
      id: 'websocketMonitor.live',
      name: l10n.t('WebSocket Monitor: Rate and Countdown'),
      alignment: StatusBarAlignment.Left,
      priority: 9.5,
      command: InternalCommandId.ShowActions,
    }),
  );
  readonly #connections: Connections;
  readonly #settings: SettingsService;
  readonly #clock: Clock;
  readonly #formats: Formats;
  #tick: Disposable | undefined;
  /** The state that `#label` describes, with the length of a wait as it was at its beginning. */
  #state: ConnectionState | undefined;
  #label = '';
  #card:
    { readonly of: string; readonly at: number; readonly made: StatusFace['tooltip'] } | undefined;

  constructor(connections: Connections, settings: SettingsService, clock: Clock, formats: Formats) {
    this.#connections = connections;
    this.#settings = settings;
    this.#clock = clock;
    this.#formats = formats;
    const update = this.#store.add(new Coalescer(clock, minIntervalMs, () => this.#update()));
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
      this.#live.hide();
      return;
    }
    this.#show(first);
    // The countdown and the rate also change without an event.
    if (this.#connections.live.length > 0) {
      this.#tick = this.#clock.schedule(tickMs, () => this.#update());
    }
  }

  #show(monitored: MonitoredConnection): void {
    const { state } = monitored.connection;
    if (this.#state !== state) {
      this.#state = state;
      this.#label = labelWithCountdown(state, this.#clock.monotonic());
    }
    const others = this.#connections.all.length - 1;
    const more = others > 0 ? ` +${others}` : '';
    this.#item.show({
      icon: icons[wordOf(state)],
      text: `${monitored.name} · ${this.#label}${more}`,
      tooltip: this.#tooltip(),
      background: background(wordOf(state)),
      spoken: l10n.t('WebSocket connection {0}: {1}', monitored.name, this.#label),
    });
    this.#showLive(monitored);
  }

  #showLive({ name, connection, received }: MonitoredConnection): void {
    const { state } = connection;
    if (state.kind === 'open' && this.#settings.current.values['statusBar.showRate']) {
      const text = `${this.#formats.rate(received.rate(this.#clock.now()))}/s`;
      const spoken = l10n.t('{0} receives {1} messages a second', name, text.slice(0, -2));
      this.#live.show({ text, tooltip: l10n.t('Messages a second'), spoken });
    } else if (state.kind === 'waiting') {
      const ms = Math.max(0, state.dueAt - this.#clock.monotonic());
      const text = `${Math.ceil(ms / 1000)}s`;
      const tooltip = l10n.t('Until the next attempt');
      this.#live.show({ icon: 'watch', text, tooltip, spoken: `${tooltip}: ${text}` });
    } else {
      this.#live.hide();
    }
  }

  /** The card of all connections; it stays the same until a state changes, or for a minute. */
  #tooltip(): StatusFace['tooltip'] {
    const { all } = this.#connections;
    const of = JSON.stringify(
      all.map(({ id, name, connection: { state, options }, capture }) => [
        id,
        name,
        options.endpoint.display,
        stateSentence(state, options.endpoint),
        state.kind,
        capture.storage.problem,
      ]),
    );
    const now = this.#clock.monotonic();
    if (this.#card?.of !== of || now - this.#card.at >= cardMs) {
      const made = card(all.map(each => this.#section(each)));
      this.#card = { of, at: now, made };
    }
    return this.#card.made;
  }

  /** The section of one connection. */
  #section(monitored: MonitoredConnection): CardSection {
    const { connection, received, sent, capture } = monitored;
    const { state, latencyMs, options } = connection;
    const { endpoint } = options;
    const rows: (readonly [string, string])[] = [
      [l10n.t('URL'), endpoint.display],
      [l10n.t('State'), stateSentence(state, endpoint)],
    ];
    if (state.kind === 'open') {
      const openMs = this.#clock.monotonic() - state.openedAt;
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

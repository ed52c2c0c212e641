import { l10n, StatusBarAlignment } from 'vscode';
import type { Clock } from '../../../core/base/clock.ts';
import { Coalescer } from '../../../core/base/coalescer.ts';
import { DisposableStore, type Disposable } from '../../../core/base/lifecycle.ts';
import {
  labelWithCountdown,
  stateSentence,
  type StateWord,
} from '../../../core/connection/report.ts';
import { Formats } from '../../../core/base/format.ts';
import { CommandId, InternalCommandId } from '../../../shared/ids.ts';
import type { Event } from '../../../core/base/event.ts';
import type { Connections } from '../connections.ts';
import type { MonitoredConnection } from '../monitoredConnection.ts';
import type { Slot } from '../../slots/slot.ts';
import type { Slots } from '../../slots/slots.ts';
import type { Target } from '../targets.ts';
import { otherStates } from './otherStates.ts';
import { placeTag } from '../placeTag.ts';
import type { SettingsService } from '../../settings/settings.ts';
import { card, type CardLink, type CardSection } from '../../ui/card.ts';
import { StatusItem, type StatusFace } from '../../ui/statusItem.ts';

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

const slotIcons: Readonly<Record<Slot['owner']['kind'], string>> = {
  tap: 'radio-tower',
  watch: 'eye',
};

/** How often the card is updated if no state changes. */
const cardMs = 60_000;
/** How many slots the card has at most. */
const maxSlotSections = 10;

/** The taps of this window that listen. */
export interface ListeningTaps {
  readonly running: readonly { readonly name: string; readonly port?: number | undefined }[];
  readonly onDidChange: Event<undefined>;
}

export interface StatusBarParts {
  readonly connections: Connections;
  readonly slots: Slots;
  /** Absent: there are none. */
  readonly taps?: ListeningTaps;
  readonly settings: SettingsService;
  readonly clock: Clock;
  readonly formats: Formats;
}

/**
 * Shows the state of the connection that most needs attention, and in a second item its rate or the
 * countdown to the next attempt. These change all the time, and the first item has a card with
 * links, which must not be redrawn. A slot is shown if it is open and no connection needs attention,
 * and a tap if there is nothing else.
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
  readonly #slots: Slots;
  readonly #taps: ListeningTaps | undefined;
  readonly #settings: SettingsService;
  readonly #clock: Clock;
  readonly #formats: Formats;
  #tick: Disposable | undefined;
  /** The state that `#label` describes, with the length of a wait as it was at its beginning. */
  #state: object | undefined;
  #label = '';
  #card:
    { readonly of: string; readonly at: number; readonly made: StatusFace['tooltip'] } | undefined;

  constructor({ connections, slots, taps, settings, clock, formats }: StatusBarParts) {
    this.#connections = connections;
    this.#slots = slots;
    this.#taps = taps;
    this.#settings = settings;
    this.#clock = clock;
    this.#formats = formats;
    const update = this.#store.add(new Coalescer(clock, minIntervalMs, () => this.#update()));
    for (const { onDidChange } of [connections, slots, settings, ...(taps ? [taps] : [])]) {
      this.#store.add(onDidChange(() => update.request()));
    }
    this.#store.add({ dispose: () => this.#tick?.dispose() });
  }

  dispose(): void {
    this.#store.dispose();
  }

  #update(): void {
    this.#tick?.dispose();
    const open = this.#slots.all
      .filter(({ isOpen }) => isOpen)
      .toSorted((a, b) => (b.openedAt ?? 0) - (a.openedAt ?? 0));
    const [first, ...others] = [...this.#connections.all, ...open].sort(
      (a, b) => this.#rank(a) - this.#rank(b),
    );
    const [tap, ...taps] = this.#taps?.running ?? [];
    const closed = this.#lastOfInterest();
    if (first) {
      this.#show(first, others);
    } else if (tap) {
      this.#showTaps([tap, ...taps]);
    } else if (closed) {
      this.#show(closed, []);
    } else {
      this.#item.hide();
      this.#live.hide();
    }
    // The countdown and the rate also change without an event.
    if (this.#connections.live.length + open.length > 0) {
      this.#tick = this.#clock.schedule(tickMs, () => this.#update());
    }
  }

  /** Of the slots, while none is open, the one in the monitor, or else the one that was closed last. */
  #lastOfInterest(): Slot | undefined {
    const { all } = this.#slots;
    const { shown } = this.#connections.order;
    return all.find(({ id }) => id === shown) ?? all.toSorted((a, b) => b.closedAt - a.closedAt)[0];
  }

  /** What comes first is shown. The end of somebody else's socket needs no attention. */
  #rank(target: Target): number {
    if ('connection' in target) {
      return urgency.indexOf(target.stateWord);
    }
    const isLookedAt = target.id === this.#connections.order.shown;
    return urgency.indexOf('connected') + (isLookedAt ? -0.5 : 0.5);
  }

  #show(target: Target, others: readonly Target[]): void {
    const { name, stateWord } = target;
    const state = 'connection' in target ? target.connection.state : target.state;
    if (this.#state !== state) {
      this.#state = state;
      this.#label =
        'connection' in target
          ? labelWithCountdown(target.connection.state, this.#clock.monotonic())
          : stateWord;
    }
    const more = otherStates(others.map(each => each.stateWord));
    const shown = 'connection' in target ? name : this.#slots.shortNameOf(target);
    const heldCount = 'connection' in target ? 0 : target.heldCount;
    const label =
      heldCount === 0
        ? this.#label
        : `${this.#label} · ${l10n.t('{0} held', this.#formats.count(heldCount))}`;
    const spoken =
      'connection' in target
        ? l10n.t('WebSocket connection {0}: {1}', name, label)
        : l10n.t('Observed WebSocket {0}: {1}', name, label);
    this.#item.show({
      icon:
        'connection' in target
          ? icons[stateWord]
          : heldCount > 0
            ? 'debug-pause'
            : slotIcons[target.owner.kind],
      text: `${shown} · ${label}${more === '' ? '' : ` (+${more})`}`,
      tooltip: this.#tooltip(),
      background: 'connection' in target ? background(stateWord) : undefined,
      spoken: more === '' ? spoken : `${spoken}. ${l10n.t('Others: {0}', more)}`,
    });
    this.#showLive(target);
  }

  #showTaps(taps: ListeningTaps['running']): void {
    const told = taps.map(({ name, port }) => l10n.t('{0} on port {1}', name, String(port)));
    const [first] = taps;
    const more = taps.length > 1 ? ` (+${taps.length - 1})` : '';
    const spoken = l10n.t('Taps that listen: {0}', told.join(', '));
    this.#item.show({
      icon: slotIcons.tap,
      text: `${l10n.t('Tap :{0}', String(first?.port ?? ''))}${more}`,
      tooltip: spoken,
      spoken,
    });
    this.#live.hide();
  }

  #showLive(target: Target): void {
    const { name, received, isOpen } = target;
    const state = 'connection' in target ? target.connection.state : { kind: '' as const };
    if (isOpen && this.#settings.current.values['statusBar.showRate']) {
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

  /** The card of all connections and of the open slots; it stays the same until a state changes, or for a minute. */
  #tooltip(): StatusFace['tooltip'] {
    const open = this.#slots.all.filter(({ isOpen }) => isOpen).slice(0, maxSlotSections);
    const all: readonly Target[] = [...this.#connections.all, ...open];
    const of = JSON.stringify(
      all.map(target => [
        target.id,
        target.name,
        target.url,
        sentenceOf(target),
        target.stateWord,
        target.capture.storage.problem,
      ]),
    );
    const now = this.#clock.monotonic();
    if (this.#card?.of !== of || now - this.#card.at >= cardMs) {
      const made = card(
        all.map(each => ('connection' in each ? this.#section(each) : this.#slotSection(each))),
      );
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
    const tag = placeTag(monitored.name, this.#settings.current.profiles);
    if (tag !== '') {
      rows.push([l10n.t('Settings'), tag]);
    }
    if (state.kind === 'open') {
      rows.push([l10n.t('Open for'), this.#openFor(state.openedAt)]);
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

  #slotSection(slot: Slot): CardSection {
    const { id, name, url, openedAt, capture, takes } = slot;
    const { problem } = capture.storage;
    return {
      heading: name,
      rows: [
        [l10n.t('URL'), url],
        [l10n.t('State'), sentenceOf(slot)],
        ...(openedAt === undefined ? [] : [[l10n.t('Open for'), this.#openFor(openedAt)] as const]),
        ...(problem === undefined ? [] : [[l10n.t('Storage'), problem] as const]),
      ],
      links: [
        { label: l10n.t('Open Monitor'), command: CommandId.OpenMonitor, arguments: [id] },
        ...(takes === undefined
          ? []
          : [{ label: l10n.t('Close Socket'), command: CommandId.CloseSocket, arguments: [id] }]),
      ],
    };
  }

  /** In whole minutes. */
  #openFor(openedAt: number): string {
    const openMs = this.#clock.monotonic() - openedAt;
    return openMs < 60_000
      ? l10n.t('less than a minute')
      : this.#formats.span(openMs - (openMs % 60_000));
  }
}

function sentenceOf(target: Target): string {
  return 'connection' in target
    ? stateSentence(target.connection.state, target.connection.options.endpoint)
    : target.state.sentence;
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

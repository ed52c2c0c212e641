import {
  DataTransferItem,
  EventEmitter,
  l10n,
  MarkdownString,
  ThemeColor,
  ThemeIcon,
  type TreeItem,
  type DataTransfer,
} from 'vscode';
import type { Clock } from '../../core/base/clock.ts';
import { Coalescer } from '../../core/base/coalescer.ts';
import { messageOf } from '../../core/base/errors.ts';
import { DisposableStore, type Disposable } from '../../core/base/lifecycle.ts';
import { parseEndpointTemplate } from '../../core/endpoint/endpointTemplate.ts';
import {
  labelOf,
  stateSentence,
  severityOf,
  wordOf,
  type StateWord,
} from '../../core/connection/report.ts';
import { isLive } from '../../core/connection/state/state.ts';
import type { Formats } from '../../core/base/format.ts';
import type { Profile } from '../../core/settings/profile.ts';
import { CommandId, ViewType } from '../../shared/ids.ts';
import type { ConfiguredConnection, ConfiguredConnections } from './configuredConnections.ts';
import type { Connections } from './connections.ts';
import type { MonitoredConnection } from './monitoredConnection.ts';
import type { SettingsService } from '../settings/settings.ts';
import { textCard } from '../ui/card.ts';
import { inform } from '../ui/notify.ts';
import { type DraggableTree, mimeTypeOf, treeRow, TreeTarget } from '../ui/trees.ts';

/** Rates change all the time, but a tree that is redrawn more often than this cannot be read. */
const minIntervalMs = 1000;

const icons: Readonly<Record<StateWord, readonly [icon: string, color?: string]>> = {
  failed: ['error', 'list.errorForeground'],
  retry: ['sync', 'list.warningForeground'],
  connecting: ['loading~spin'],
  closing: ['loading~spin'],
  connected: ['pass-filled', 'testing.iconPassed'],
  disconnected: ['circle-outline'],
};

/** A connection of this window, or one that is only configured. */
export class ConnectionNode extends TreeTarget {
  readonly of: MonitoredConnection | Profile;

  constructor(name: string, of: MonitoredConnection | Profile) {
    super(name);
    this.of = of;
  }
}

export interface ConnectionsTreeParts {
  readonly connections: Connections;
  readonly settings: SettingsService;
  readonly configured: ConfiguredConnections;
  readonly clock: Clock;
  readonly formats: Formats;
}

/** The dragged data is the name of a configured connection. */
const mimeType = mimeTypeOf(ViewType.Connections);

/**
 * The tree of connections: the configured ones in the order of the settings, which dragging
 * changes, and then those that exist only in this window.
 */
export class ConnectionsTree implements DraggableTree<ConnectionNode>, Disposable {
  readonly #store = new DisposableStore();
  readonly #parts: ConnectionsTreeParts;
  readonly #onDidChange = this.#store.add(new EventEmitter<ConnectionNode[] | undefined>());
  /** What the editor shows: the rows, and how each looks. */
  #rows: readonly ConnectionNode[] = [];
  readonly #faces = new WeakMap<ConnectionNode, string>();
  /** One node for each connection, so that the tree keeps its selection. */
  readonly #nodes = new Map<MonitoredConnection | Profile, ConnectionNode>();
  readonly onDidChangeTreeData = this.#onDidChange.event;
  #tick: Disposable | undefined;

  constructor(parts: ConnectionsTreeParts) {
    this.#parts = parts;
    const { connections, settings, clock } = parts;
    const changes = this.#store.add(new Coalescer(clock, minIntervalMs, () => this.#refresh()));
    this.#store.add(
      connections.onDidChange(() => {
        changes.request();
        // A rate also falls when no event occurs.
        this.#tick?.dispose();
        this.#tick = clock.schedule(2 * minIntervalMs, () => changes.request());
      }),
    );
    this.#store.add(settings.onDidChange(() => changes.request()));
  }

  getChildren(): ConnectionNode[] {
    const rows = this.#current();
    this.#rows = rows;
    return rows;
  }

  getTreeItem(node: ConnectionNode): TreeItem {
    const item = this.#itemOf(node);
    this.#faces.set(node, faceOf(item));
    return item;
  }

  /**
   * A row that is redrawn under the pointer loses the click, so only rows that look different are.
   */
  #refresh(): void {
    const rows = this.#current();
    if (rows.length !== this.#rows.length || rows.some((row, at) => row !== this.#rows[at])) {
      this.#onDidChange.fire(undefined);
      return;
    }
    const changed = rows.filter(row => faceOf(this.#itemOf(row)) !== this.#faces.get(row));
    if (changed.length > 0) {
      this.#onDidChange.fire(changed);
    }
  }

  #current(): ConnectionNode[] {
    const { connections, settings } = this.#parts;
    const configured = settings.current.profiles.map(
      profile => connections.all.find(({ name }) => name === profile.name) ?? profile,
    );
    const others = connections.all.filter(monitored => !configured.includes(monitored));
    const all = [...configured, ...others];
    for (const known of this.#nodes.keys()) {
      if (!all.includes(known)) {
        this.#nodes.delete(known);
      }
    }
    return all.map(each => this.#nodeOf(each));
  }

  #itemOf({ of }: ConnectionNode): TreeItem {
    const item = 'connection' in of ? this.#monitoredItem(of) : configuredItem(of);
    // The `when` clauses of the tree's menus check the state and the place in the settings.
    const known = this.#configuredAs({ of });
    const place = known ? (known.index === undefined ? '.single' : '.listed') : '';
    item.contextValue = `${item.contextValue ?? ''}${place}`;
    return item;
  }

  handleDrag([node]: readonly ConnectionNode[], dragged: DataTransfer): void {
    const known = node && this.#configuredAs(node);
    if (known?.index !== undefined) {
      dragged.set(mimeType, new DataTransferItem(known.name));
    }
  }

  /** Moves the dragged connection to the place of `target`, or to the end. */
  async handleDrop(target: ConnectionNode | undefined, dragged: DataTransfer): Promise<void> {
    const { configured } = this.#parts;
    const name: unknown = dragged.get(mimeType)?.value;
    const known = typeof name === 'string' ? configured.find(name) : undefined;
    if (!known) {
      return;
    }
    const place = target && this.#configuredAs(target);
    const isFirst = place !== undefined && place.index === undefined;
    const last = configured.lastIndexIn(known.scope);
    try {
      await configured.move(known, isFirst ? 0 : (place?.index ?? last));
    } catch (error) {
      inform('error', messageOf(error));
    }
  }

  dispose(): void {
    this.#tick?.dispose();
    this.#store.dispose();
  }

  /** The place of a row's connection in the settings, if it is there. */
  #configuredAs({ of }: Pick<ConnectionNode, 'of'>): ConfiguredConnection | undefined {
    return this.#parts.configured.find(of.name);
  }

  #nodeOf(of: MonitoredConnection | Profile): ConnectionNode {
    const known = this.#nodes.get(of);
    const node = known ?? new ConnectionNode('connection' in of ? of.id : of.name, of);
    this.#nodes.set(of, node);
    return node;
  }

  #monitoredItem(monitored: MonitoredConnection): TreeItem {
    const { id, name, connection } = monitored;
    const { state, options } = connection;
    const word = wordOf(state);
    const [icon, color] = icons[word];
    const item = treeRow({
      label: name,
      description: this.#description(monitored),
      tooltip: textCard([name, options.endpoint.display, stateSentence(state, options.endpoint)]),
    });
    item.id = id;
    item.iconPath = new ThemeIcon(icon, color === undefined ? undefined : new ThemeColor(color));
    item.contextValue = contextOf(monitored);
    const arguments_ = [id];
    item.command = {
      command: CommandId.OpenMonitor,
      title: l10n.t('Open Monitor'),
      arguments: arguments_,
    };
    return item;
  }

  /** The state, the rate if it is open, and the reason if it is not. */
  #description(monitored: MonitoredConnection): string {
    const { connection, profile, received } = monitored;
    const { clock, formats } = this.#parts;
    const { state, options } = connection;
    const { folder } = profile;
    const parts = [...(folder === undefined ? [] : [folder]), labelOf(state)];
    if (state.kind === 'open') {
      parts.push(`${formats.rate(received.rate(clock.now()))}/s`);
    }
    if (severityOf(state) !== 'info') {
      parts.push(stateSentence(state, options.endpoint));
    }
    return parts.join(' · ');
  }
}

/** Everything of an item that can change. */
function faceOf({ label, description, contextValue, tooltip, iconPath }: TreeItem): string {
  const { id } = iconPath instanceof ThemeIcon ? iconPath : {};
  const said = tooltip instanceof MarkdownString ? tooltip.value : tooltip;
  return JSON.stringify([label, description, contextValue, said, id]);
}

/** The state of a connection for the `when` clauses of the tree's menus. */
function contextOf({ connection }: MonitoredConnection): string {
  const { state } = connection;
  if (state.kind === 'open') {
    return 'connection.open';
  }
  return isLive(state) ? 'connection.live' : 'connection.idle';
}

function configuredItem({ name, url, folder }: Profile): TreeItem {
  const { display } = parseEndpointTemplate(url);
  const item = treeRow({
    label: name,
    description: folder === undefined ? display : `${folder} · ${display}`,
    tooltip: textCard([name, display, l10n.t('Not connected in this window yet.')]),
  });
  item.id = `configured:${name}`;
  item.iconPath = new ThemeIcon('circle-outline');
  item.contextValue = 'connection.configured';
  return item;
}

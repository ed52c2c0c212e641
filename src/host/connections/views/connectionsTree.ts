import {
  DataTransferItem,
  EventEmitter,
  l10n,
  ThemeIcon,
  type Command,
  type TreeItem,
  type DataTransfer,
  window,
} from 'vscode';
import type { Clock } from '../../../core/base/clock.ts';
import { Coalescer } from '../../../core/base/coalescer.ts';
import { messageOf } from '../../../core/base/errors.ts';
import { DisposableStore, type Disposable } from '../../../core/base/lifecycle.ts';
import { parseEndpointTemplate } from '../../../core/endpoint/endpointTemplate.ts';
import { labelOf, stateSentence, severityOf, wordOf } from '../../../core/connection/report.ts';
import { isLive } from '../../../core/connection/state/state.ts';
import type { Formats } from '../../../core/base/format.ts';
import type { Profile } from '../../../core/settings/profile.ts';
import { InternalCommandId, ViewType } from '../../../shared/ids.ts';
import { configuredId } from '../configuredId.ts';
import type { ConfiguredConnection, ConfiguredConnections } from '../configuredConnections.ts';
import type { Connections } from '../connections.ts';
import { markDecorations, markUri } from './markDecorations.ts';
import type { MonitoredConnection } from '../monitoredConnection.ts';
import { placeSentence, placeTag } from '../placeTag.ts';
import type { SettingsService } from '../../settings/settings.ts';
import { SlotNode, SlotNodes, type SlotTreeNode, type TapNodes } from '../../slots/slotNodes.ts';
import type { Slots } from '../../slots/slots.ts';
import { textCard } from '../../ui/card.ts';
import { inform } from '../../ui/notify.ts';
import { stateIcon } from '../../ui/stateIcons.ts';
import {
  clickedBy,
  type DraggableTree,
  faceOf,
  mimeTypeOf,
  treeRow,
  TreeTarget,
} from '../../ui/trees.ts';

/** Rates change all the time, but a tree that is redrawn more often than this cannot be read. */
const minIntervalMs = 1000;

/** A connection of this window, or one that is only configured. */
export class ConnectionNode extends TreeTarget {
  readonly of: MonitoredConnection | Profile;

  constructor(name: string, of: MonitoredConnection | Profile) {
    super(name);
    this.of = of;
  }
}

/** A row of the tree of connections. */
export type ConnectionsNode = ConnectionNode | SlotTreeNode;

export interface ConnectionsTreeParts {
  readonly connections: Connections;
  readonly slots: Slots;
  /** Absent: there are none. */
  readonly taps?: TapNodes;
  readonly settings: SettingsService;
  readonly configured: ConfiguredConnections;
  readonly clock: Clock;
  readonly formats: Formats;
}

/** The dragged data is the name of a configured connection. */
const mimeType = mimeTypeOf(ViewType.Connections);

/**
 * The tree of connections: the configured ones in the order of the settings, which dragging
 * changes, then those that exist only in this window, and then the groups of what others have dialled.
 */
export class ConnectionsTree implements DraggableTree<ConnectionsNode>, Disposable {
  readonly #store = new DisposableStore();
  readonly #parts: ConnectionsTreeParts;
  readonly #onDidChange = this.#store.add(new EventEmitter<ConnectionsNode[] | undefined>());
  readonly #others: SlotNodes;
  /** What the editor shows: the rows, those within the groups, and how each looks. */
  #rows: readonly ConnectionsNode[] = [];
  #inGroups: readonly ConnectionsNode[] = [];
  readonly #faces = new WeakMap<ConnectionsNode, string>();
  /** One node for each connection, so that the tree keeps its selection. */
  readonly #nodes = new Map<MonitoredConnection | Profile, ConnectionNode>();
  readonly onDidChangeTreeData = this.#onDidChange.event;
  #tick: Disposable | undefined;

  constructor(parts: ConnectionsTreeParts) {
    this.#parts = parts;
    const { connections, slots, taps, settings, clock } = parts;
    this.#others = new SlotNodes(parts);
    const changes = this.#store.add(new Coalescer(clock, minIntervalMs, () => this.#refresh()));
    for (const { onDidChange } of [connections, slots]) {
      this.#store.add(
        onDidChange(() => {
          changes.request();
          // A rate also falls when no event occurs.
          this.#tick?.dispose();
          this.#tick = clock.schedule(2 * minIntervalMs, () => changes.request());
        }),
      );
    }
    if (taps) {
      this.#store.add(taps.onDidChange(() => changes.request()));
    }
    this.#store.add(settings.onDidChange(() => changes.request()));
    this.#store.add(window.registerFileDecorationProvider(markDecorations));
  }

  getChildren(node?: ConnectionsNode): ConnectionsNode[] {
    if (node) {
      return node instanceof ConnectionNode ? [] : [...this.#others.childrenOf(node)];
    }
    const groups = this.#others.roots;
    const rows = [...this.#current(), ...groups];
    this.#rows = rows;
    this.#inGroups = this.#others.within(groups);
    return rows;
  }

  getTreeItem(node: ConnectionsNode): TreeItem {
    const item = this.#itemOf(node);
    this.#faces.set(node, faceOf(item));
    return item;
  }

  /**
   * A row that is redrawn under the pointer loses the click, so only rows that look different are.
   */
  #refresh(): void {
    const groups = this.#others.roots;
    const rows = [...this.#current(), ...groups];
    const inGroups = this.#others.within(groups);
    if (!areSame(rows, this.#rows)) {
      this.#onDidChange.fire(undefined);
      return;
    }
    if (!areSame(inGroups, this.#inGroups)) {
      this.#inGroups = inGroups;
      this.#onDidChange.fire([...groups]);
    }
    const changed = [...rows, ...inGroups].filter(
      row => faceOf(this.#itemOf(row)) !== this.#faces.get(row),
    );
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

  #itemOf(node: ConnectionsNode): TreeItem {
    const item =
      node instanceof ConnectionNode ? this.#connectionItem(node) : this.#others.itemOf(node);
    const marked = markedName(node);
    const all = [...this.#rows, ...this.#inGroups];
    // A single one need not be told from others.
    if (marked !== undefined && all.filter(each => markedName(each) !== undefined).length > 1) {
      item.resourceUri = markUri(this.#parts.connections.marks.numberOf(marked));
    }
    return item;
  }

  #connectionItem({ of }: ConnectionNode): TreeItem {
    const item = 'connection' in of ? this.#monitoredItem(of) : this.#configuredItem(of);
    // The `when` clauses of the tree's menus check the state and the place in the settings.
    const known = this.#configuredAs({ of });
    const { folder } = 'connection' in of ? of.profile : of;
    const outside = folder === undefined ? '' : '.folder';
    const place = known ? (known.index === undefined ? '.single' : '.listed') : outside;
    item.contextValue = `${item.contextValue ?? ''}${place}`;
    return item;
  }

  handleDrag([node]: readonly ConnectionsNode[], dragged: DataTransfer): void {
    const known = node instanceof ConnectionNode ? this.#configuredAs(node) : undefined;
    if (known?.index !== undefined) {
      dragged.set(mimeType, new DataTransferItem(known.name));
    }
  }

  /** Moves the dragged connection to the place of `target`, or to the end. */
  async handleDrop(target: ConnectionsNode | undefined, dragged: DataTransfer): Promise<void> {
    const { configured } = this.#parts;
    const name: unknown = dragged.get(mimeType)?.value;
    const known = typeof name === 'string' ? configured.find(name) : undefined;
    if (!known) {
      return;
    }
    const place = target instanceof ConnectionNode ? this.#configuredAs(target) : undefined;
    const last = configured.lastIndexIn(known.scope);
    try {
      await configured.move(known, place ? indexAt(place, known, last) : last);
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
    const item = treeRow({
      label: name,
      description: this.#description(monitored),
      tooltip: textCard([
        name,
        options.endpoint.display,
        stateSentence(state, options.endpoint),
        ...this.#placeLines(name),
      ]),
    });
    item.id = id;
    item.iconPath = stateIcon(wordOf(state));
    item.contextValue = contextOf(monitored);
    item.command = openCommand();
    return item;
  }

  #configuredItem({ name, url }: Profile): TreeItem {
    const { display } = parseEndpointTemplate(url);
    const tag = placeTag(name, this.#parts.settings.current.profiles);
    const item = treeRow({
      label: name,
      description: tag === '' ? display : `${tag} · ${display}`,
      tooltip: textCard([
        name,
        display,
        l10n.t('Not connected in this window yet.'),
        ...this.#placeLines(name),
      ]),
    });
    item.id = configuredId(name);
    item.command = openCommand();
    item.iconPath = new ThemeIcon('circle-outline');
    item.contextValue = 'connection.configured';
    return item;
  }

  #placeLines(name: string): readonly string[] {
    const sentence = placeSentence(name, this.#parts.settings.current.profiles);
    return sentence === '' ? [] : [sentence];
  }

  /** The state, the rate if it is open, and the reason if it is not. */
  #description(monitored: MonitoredConnection): string {
    const { connection, name, received } = monitored;
    const { clock, formats, settings } = this.#parts;
    const { state, options } = connection;
    const tag = placeTag(name, settings.current.profiles);
    const parts = [...(tag === '' ? [] : [tag]), labelOf(state)];
    if (state.kind === 'open') {
      parts.push(`${formats.rate(received.rate(clock.now()))}/s`);
    }
    if (severityOf(state) !== 'info') {
      parts.push(stateSentence(state, options.endpoint));
    }
    return parts.join(' · ');
  }
}

/** The name of a connection or slot, which have marks. */
function markedName(node: ConnectionsNode): string | undefined {
  return node instanceof ConnectionNode
    ? node.of.name
    : node instanceof SlotNode
      ? node.slot.name
      : undefined;
}

function areSame(one: readonly ConnectionsNode[], other: readonly ConnectionsNode[]): boolean {
  return one.length === other.length && one.every((row, at) => row === other[at]);
}

/** The state of a connection for the `when` clauses of the tree's menus. */
function contextOf({ connection }: MonitoredConnection): string {
  const { state } = connection;
  if (state.kind === 'open') {
    return 'connection.open';
  }
  return isLive(state) ? 'connection.live' : 'connection.idle';
}

function openCommand(): Command {
  return clickedBy(InternalCommandId.OpenConnectionRow, l10n.t('Open Monitor'));
}

/** Where a connection lands that is dropped at another one, perhaps of another list. */
function indexAt(place: ConfiguredConnection, known: ConfiguredConnection, last: number): number {
  if (place.scope !== known.scope) {
    return known.scope === 'user' ? 0 : last; // The user's list is the last.
  }
  return place.index ?? 0;
}

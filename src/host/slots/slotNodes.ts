import { l10n, ThemeColor, ThemeIcon, type TreeItem, TreeItemCollapsibleState } from 'vscode';
import type { Clock } from '../../core/base/clock.ts';
import type { Event } from '../../core/base/event.ts';
import type { Formats } from '../../core/base/format.ts';
import { InternalCommandId } from '../../shared/ids.ts';
import { textCard } from '../ui/card.ts';
import { stateIcon } from '../ui/stateIcons.ts';
import { clickedBy, treeRow, TreeTarget } from '../ui/trees.ts';
import type { Slot } from './slot.ts';
import type { Slots } from './slots.ts';

/** A tap in the tree, with or without sockets. Its name is the id of the owner of its sockets. */
export abstract class TapNode extends TreeTarget {
  /** Its row; the tree says whether it has children. */
  abstract item(): TreeItem;
}

/** The taps of this window. */
export interface TapNodes {
  /** The same node for the same tap. */
  readonly all: readonly TapNode[];
  /** A tap was added or removed, or anything that is shown of one has changed. */
  readonly onDidChange: Event<undefined>;
}

/** A group of the tree of connections: the taps, or what is watched of one label. */
export class GroupNode {
  readonly label: string;
  readonly kind: 'taps' | 'watched' | 'owner';

  constructor(kind: GroupNode['kind'], label: string) {
    this.kind = kind;
    this.label = label;
  }
}

export class SlotNode extends TreeTarget {
  readonly slot: Slot;

  constructor(slot: Slot) {
    super(slot.id);
    this.slot = slot;
  }
}

/** What stands below the own connections. */
export type SlotTreeNode = GroupNode | TapNode | SlotNode;

export interface SlotNodesParts {
  readonly slots: Slots;
  /** Absent: none can be made. */
  readonly taps?: TapNodes;
  readonly clock: Clock;
  readonly formats: Formats;
}

/** The groups *Taps* and *Watched* of the tree; none that is empty. */
export class SlotNodes {
  readonly #parts: SlotNodesParts;
  /** One node for each group and slot, so that the tree keeps its selection. */
  readonly #groups = new Map<string, GroupNode>();
  readonly #nodes = new WeakMap<Slot, SlotNode>();

  constructor(parts: SlotNodesParts) {
    this.#parts = parts;
  }

  /** The groups. */
  get roots(): readonly SlotTreeNode[] {
    const { slots, taps } = this.#parts;
    const watched = slots.all.filter(({ owner }) => owner.kind === 'watch');
    const labels = [...new Set(watched.map(({ owner }) => owner.label))];
    const hasTaps = (taps?.all ?? []).length > 0 || watched.length < slots.all.length;
    return [
      ...(hasTaps ? [this.#group('taps', l10n.t('Taps'))] : []),
      ...labels.map(label => this.#group('watched', label)),
    ];
  }

  childrenOf(node: SlotTreeNode): readonly SlotTreeNode[] {
    const { slots, taps } = this.#parts;
    if (node instanceof SlotNode) {
      return [];
    }
    const tapped = slots.all.filter(({ owner }) => owner.kind === 'tap');
    if (node instanceof TapNode) {
      return this.#nodesOf(tapped.filter(({ owner }) => owner.id === node.name));
    }
    switch (node.kind) {
      case 'taps': {
        const known = taps?.all ?? [];
        const others = tapped.filter(({ owner }) => !known.some(({ name }) => name === owner.id));
        const labels = [...new Set(others.map(({ owner }) => owner.label))];
        return [...known, ...labels.map(label => this.#group('owner', label))];
      }
      case 'owner':
        return this.#nodesOf(tapped.filter(({ owner }) => owner.label === node.label));
      case 'watched':
        return this.#nodesOf(
          slots.all.filter(({ owner }) => owner.kind === 'watch' && owner.label === node.label),
        );
    }
  }

  /** All nodes below these, in the order in which they are shown. */
  within(nodes: readonly SlotTreeNode[]): readonly SlotTreeNode[] {
    return nodes.flatMap(node => [node, ...this.within(this.childrenOf(node))]);
  }

  itemOf(node: SlotTreeNode): TreeItem {
    if (node instanceof SlotNode) {
      return this.#slotItem(node.slot);
    }
    const children = this.childrenOf(node);
    const item =
      node instanceof TapNode ? node.item() : groupItem(node, sharedTitle(slotsOf(children)));
    if (children.length === 0) {
      item.collapsibleState = TreeItemCollapsibleState.None;
    } else {
      item.collapsibleState = TreeItemCollapsibleState.Expanded;
      // The editor leaves a row that it knows without children collapsed when it gets some.
      item.id = `${item.id ?? ''} (open)`;
    }
    return item;
  }

  #group(kind: GroupNode['kind'], label: string): GroupNode {
    const key = `${kind} ${label}`;
    const known = this.#groups.get(key) ?? new GroupNode(kind, label);
    this.#groups.set(key, known);
    return known;
  }

  #nodesOf(slots: readonly Slot[]): readonly SlotNode[] {
    return slots.map(slot => {
      const node = this.#nodes.get(slot) ?? new SlotNode(slot);
      this.#nodes.set(slot, node);
      return node;
    });
  }

  #slotItem(slot: Slot): TreeItem {
    const { clock, formats, slots } = this.#parts;
    const { id, name, title, owner, path, url, state, isOpen, received, sent, heldCount } = slot;
    const isFlowing = state.word === 'connected';
    const counts = [received.total, sent.total].map(count => formats.count(count)) as [
      string,
      string,
    ];
    const item = treeRow({
      label: slots.labelOf(slot),
      description: [
        // What has no path is named by all of its name; the row above says what all lines have.
        ...(path === '' || title === '' || title === sharedTitle(slots.siblingsOf(slot))
          ? []
          : [title]),
        state.word,
        ...(heldCount > 0 ? [l10n.t('{0} held', formats.count(heldCount))] : []),
        ...(isFlowing ? [`${formats.rate(received.rate(clock.now()))}/s`] : []),
        l10n.t('{0} in, {1} out', ...counts),
        ...(state.severity === 'info' ? [] : [state.sentence]),
      ].join(' · '),
      tooltip: textCard([
        name,
        url,
        state.sentence,
        l10n.t('{0} received, {1} sent', ...counts),
        ...(owner.kind === 'watch'
          ? [l10n.t('It can only be watched: nothing can be sent to it.')]
          : []),
      ]),
    });
    item.id = id;
    item.iconPath =
      heldCount > 0
        ? new ThemeIcon('debug-pause', new ThemeColor('list.warningForeground'))
        : stateIcon(state.word);
    item.contextValue = `slot.${isOpen ? 'open' : 'closed'}.${owner.kind}`;
    item.command = clickedBy(InternalCommandId.OpenConnectionRow, l10n.t('Open Monitor'));
    return item;
  }
}

function slotsOf(nodes: readonly SlotTreeNode[]): readonly Slot[] {
  return nodes.flatMap(node => (node instanceof SlotNode ? [node.slot] : []));
}

/** The host or page that all slots of a group name, which its row then says once; empty if they differ. */
function sharedTitle(slots: readonly Slot[]): string {
  const titles = new Set(slots.filter(({ path }) => path !== '').map(({ title }) => title));
  const [only = ''] = titles;
  return titles.size === 1 ? only : '';
}

/** @param title what its lines have in common; may be empty */
function groupItem({ kind, label }: GroupNode, title: string): TreeItem {
  const item = treeRow({
    label: kind === 'watched' ? l10n.t('Watched: {0}', label) : label,
    ...(title !== '' && { description: title }),
  });
  item.id = `${kind} ${label}`;
  item.iconPath = new ThemeIcon(kind === 'watched' ? 'eye' : 'radio-tower');
  item.contextValue = `group.${kind}`;
  return item;
}

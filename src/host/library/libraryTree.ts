import {
  DataTransferItem,
  EventEmitter,
  l10n,
  type TreeItem,
  TreeItemCollapsibleState,
  type CancellationToken,
  type DataTransfer,
  type TreeView,
} from 'vscode';
import type { Clock } from '../../core/base/clock.ts';
import { Coalescer } from '../../core/base/coalescer.ts';
import { DisposableStore, type Disposable } from '../../core/base/lifecycle.ts';
import { ViewType } from '../../shared/ids.ts';
import { isUsable, type LibraryStore } from './libraryStore.ts';
import type { LibraryRun, SequenceRunner } from './sequenceRunner.ts';
import { treeRow } from '../ui/treeRow.ts';
import { mimeTypeOf, type DraggableTree } from '../ui/lazyTree.ts';
import { libraryRow } from './libraryRow.ts';
import { ItemNode, nodesOf, RootNode } from './libraryNodes.ts';

export type LibraryNode = ItemNode | RootNode;

/** Runs report each message; a tree that is drawn more often than this cannot be read. */
const leastIntervalMs = 250;
const mimeType = mimeTypeOf(ViewType.Messages);

export interface LibraryTreeParts {
  readonly library: LibraryStore;
  readonly runner: SequenceRunner;
  readonly view: TreeView<LibraryNode>;
  readonly clock: Clock;
  /** Shows why something could not be moved. */
  readonly onError: (error: unknown) => void;
}

/** The saved messages and sequences in the activity bar, in the order of their files. */
export class LibraryTree implements DraggableTree<LibraryNode>, Disposable {
  readonly #store = new DisposableStore();
  readonly #parts: LibraryTreeParts;
  readonly #onDidChange = this.#store.add(new EventEmitter<undefined>());
  #roots: readonly LibraryNode[] | undefined;
  readonly onDidChangeTreeData = this.#onDidChange.event;

  constructor(parts: LibraryTreeParts) {
    this.#parts = parts;
    const { library, runner, clock } = parts;
    const redraw = this.#store.add(
      new Coalescer(clock, leastIntervalMs, () => this.#onDidChange.fire(undefined)),
    );
    this.#store.add(runner.onDidChange(() => redraw.request()));
    this.#store.add(
      library.onDidChange(() => {
        this.#roots = undefined;
        this.#note();
        redraw.request();
      }),
    );
    this.#note();
  }

  /** What is selected, for commands that come from a key or the palette. */
  get selected(): LibraryNode | undefined {
    return this.#parts.view.selection[0];
  }

  getChildren(node?: LibraryNode): LibraryNode[] {
    return [...(node ? node.children : this.#rootNodes())];
  }

  getParent(node: LibraryNode): LibraryNode | undefined {
    return node.kind === 'root' ? undefined : node.parent;
  }

  getTreeItem(node: LibraryNode): TreeItem {
    return node.kind === 'root'
      ? rootItem(node)
      : libraryRow(node, this.#runOf(node), isUsable(node));
  }

  handleDrag([node]: readonly LibraryNode[], transfer: DataTransfer): void {
    if (node?.kind === 'item') {
      transfer.set(mimeType, new DataTransferItem(node));
    }
  }

  /** Onto a folder: to its end. Onto anything else: to where that is. */
  async handleDrop(
    target: LibraryNode | undefined,
    transfer: DataTransfer,
    token: CancellationToken,
  ): Promise<void> {
    const node: unknown = transfer.get(mimeType)?.value;
    if (!(node instanceof ItemNode) || node === target || token.isCancellationRequested) {
      return;
    }
    try {
      const { moveTo } = await import('./moveItem.ts');
      await moveTo(this.#parts.library, node, target);
    } catch (error) {
      this.#parts.onError(error);
    }
  }

  dispose(): void {
    this.#store.dispose();
  }

  #rootNodes(): readonly LibraryNode[] {
    this.#roots ??= this.#makeRoots();
    return this.#roots;
  }

  #makeRoots(): readonly LibraryNode[] {
    const files = this.#parts.library.files.filter(
      ({ content }) => content.library.items.length > 0,
    );
    const [only, other] = files;
    if (!only) {
      return [];
    }
    return other ? files.map(file => rootOf(file)) : nodesOf(only, undefined);
  }

  /** The one that began last: of several it is the one that somebody looks for. */
  #runOf({ origin, item }: ItemNode): LibraryRun | undefined {
    return this.#parts.runner.all.findLast(
      run => run.origin === origin && run.path === item.path && item.kind !== 'folder',
    );
  }

  #note(): void {
    const isInert = this.#parts.library.files.some(
      file => !isUsable(file) && file.content.library.items.length > 0,
    );
    this.#parts.view.message = isInert
      ? l10n.t('Restricted Mode: nothing of this workspace is sent.')
      : '';
  }
}

function rootOf(file: Parameters<typeof nodesOf>[0]): RootNode {
  const root = new RootNode(file.origin);
  root.children = nodesOf(file, root);
  return root;
}

function rootItem({ origin }: RootNode): TreeItem {
  const isShared = origin === 'workspace';
  const item = treeRow({
    label: isShared ? l10n.t('Workspace') : l10n.t('User'),
    tooltip: isShared
      ? l10n.t('From .vscode/websocket-monitor.json, made to be committed and shared')
      : l10n.t('Your own, in every workspace'),
    state: TreeItemCollapsibleState.Expanded,
  });
  item.id = `root:${origin}`;
  item.contextValue = 'library.root';
  return item;
}

import {
  EventEmitter,
  window,
  type CancellationToken,
  type DataTransfer,
  type Event,
  type TreeDataProvider,
  type TreeDragAndDropController,
  type TreeItem,
  type TreeView,
  type TreeViewOptions,
} from 'vscode';
import { DisposableStore, type Disposable } from '../../core/base/lifecycle.ts';
import { once } from '../../core/base/once.ts';

/** What draws a tree, once that is loaded. */
export interface DrawnTree<T> {
  /** Of some rows, or of all. */
  readonly onDidChangeTreeData: Event<T[] | undefined>;
  getChildren(node?: T): T[] | Promise<T[]>;
  getParent?(node: T): T | undefined;
  getTreeItem(node: T): TreeItem;
}

/** The same where its rows can be dragged. */
export interface DraggableTree<T> extends DrawnTree<T> {
  handleDrag(nodes: readonly T[], dragged: DataTransfer): void;
  handleDrop(target: T | undefined, dragged: DataTransfer, token: CancellationToken): Promise<void>;
}

/** What the rows of a tree are dragged as. */
export function mimeTypeOf(id: string): string {
  return `application/vnd.code.tree.${id.toLowerCase()}`;
}

/** A view that is there from the beginning; its tree is loaded when the editor first asks for rows. */
export class LazyTree<T, D extends DrawnTree<T> = DrawnTree<T>> implements Disposable {
  readonly #store = new DisposableStore();
  readonly #onDidChange = this.#store.add(new EventEmitter<T[] | undefined>());
  readonly view: TreeView<T>;

  constructor(
    id: string,
    load: () => Promise<D>,
    options?: (tree: () => Promise<D>) => Partial<TreeViewOptions<T>>,
  ) {
    const tree = once(async () => {
      const loaded = await load();
      this.#store.add(loaded.onDidChangeTreeData(rows => this.#onDidChange.fire(rows)));
      return loaded;
    });
    const treeDataProvider: TreeDataProvider<T> = {
      onDidChangeTreeData: this.#onDidChange.event,
      getChildren: async node => (await tree()).getChildren(node),
      getParent: async node => (await tree()).getParent?.(node),
      getTreeItem: async node => (await tree()).getTreeItem(node),
    };
    this.view = this.#store.add(
      window.createTreeView(id, { treeDataProvider, ...options?.(tree) }),
    );
  }

  dispose(): void {
    this.#store.dispose();
  }
}

/** For a `LazyTree` whose rows can be dragged. */
export function draggable<T>(id: string) {
  const mimeTypes = [mimeTypeOf(id)];
  return (tree: () => Promise<DraggableTree<T>>) => {
    const dragAndDropController: TreeDragAndDropController<T> = {
      dragMimeTypes: mimeTypes,
      dropMimeTypes: mimeTypes,
      handleDrag: async (nodes, dragged) => (await tree()).handleDrag(nodes, dragged),
      handleDrop: async (target, dragged, token) =>
        (await tree()).handleDrop(target, dragged, token),
    };
    return { dragAndDropController };
  };
}

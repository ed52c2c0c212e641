import {
  type CancellationToken,
  type Command,
  type DataTransfer,
  type Event,
  EventEmitter,
  MarkdownString,
  ThemeIcon,
  type TreeDataProvider,
  type TreeDragAndDropController,
  TreeItem,
  TreeItemCollapsibleState,
  type TreeView,
  type TreeViewOptions,
  Uri,
  window,
} from 'vscode';
import type { Clock } from '../../core/base/clock.ts';
import { messageOf } from '../../core/base/errors.ts';
import { type Disposable, DisposableStore } from '../../core/base/lifecycle.ts';
import { once } from '../../core/base/once.ts';
import { plainLine, plainText } from '../../core/text/plainText.ts';
import type { InternalCommandId } from '../../shared/ids.ts';
import { inform } from './notify.ts';

/**
 * The argument of a command that is run on a row of a tree. Its name is the id of a connection or,
 * if it has not been opened in this window, its name; of a capture it is the key.
 */
export class TreeTarget {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}

/** The name that a command was given: by a row of a tree, or by code. */
export function targetName(target: unknown): unknown {
  return target instanceof TreeTarget ? target.name : target;
}

const maxTooltipLength = 4000;

/** The texts of a row in a tree; a peer may have written any of them. */
export interface RowTexts {
  readonly label: string;
  readonly description?: string;
  /** Lines, or a card. */
  readonly tooltip?: string | MarkdownString;
  readonly state?: TreeItemCollapsibleState;
}

/** A row of a tree; the caller sets what is not text. */
export function treeRow({ label, description, tooltip, state }: RowTexts): TreeItem {
  const name = plainLine(label);
  const row = new TreeItem(name, state ?? TreeItemCollapsibleState.None);
  if (description !== undefined) {
    row.description = plainLine(description);
    // Screen readers would read the tooltip instead, which may lack the name.
    row.accessibilityInformation = { label: `${name}, ${row.description}` };
  }
  if (tooltip !== undefined) {
    row.tooltip = typeof tooltip === 'string' ? plainText(tooltip, maxTooltipLength) : tooltip;
  }
  return row;
}

/**
 * What a click on a row does: it runs a command that looks up which row is selected, which the editor
 * tells before it runs the command. It has no arguments, because the editor forgets those of a row that
 * is redrawn, and a click that came just before would fail.
 */
export function clickedBy(command: InternalCommandId, title: string): Command {
  return { command, title };
}

/** While a tree is read anew, which takes a few messages between the editor and this host. */
const rereadMs = 5000;
const lookAgainMs = 20;

/**
 * The row that has just been clicked. From the moment at which a tree changes until the editor has read
 * it anew, no row counts as selected, and no event tells when that is over: so it is looked for again.
 *
 * @returns `undefined` if the row has gone meanwhile
 */
export async function clickedRow<T>(
  view: Pick<TreeView<T>, 'selection'>,
  clock: Clock,
): Promise<T | undefined> {
  const until = clock.monotonic() + rereadMs;
  while (view.selection.length === 0 && clock.monotonic() < until) {
    await new Promise<void>(resolve => clock.schedule(lookAgainMs, resolve));
  }
  return view.selection[0];
}

/** Everything of a row that can change. */
export function faceOf(item: TreeItem): string {
  const { label, description, contextValue, tooltip, iconPath, resourceUri } = item;
  const { collapsibleState } = item;
  const { id } = iconPath instanceof ThemeIcon ? iconPath : {};
  const said = tooltip instanceof MarkdownString ? tooltip.value : tooltip;
  return JSON.stringify([
    label,
    description,
    contextValue,
    said,
    id,
    resourceUri?.path,
    collapsibleState,
  ]);
}

/** The data of a tree, once it is loaded. */
export interface DrawnTree<T> {
  /** Some rows have changed, or all. */
  readonly onDidChangeTreeData: Event<T[] | undefined>;
  getChildren(node?: T): T[] | Promise<T[]>;
  getParent?(node: T): T | undefined;
  getTreeItem(node: T): TreeItem;
}

/** The data of a tree whose rows can be dragged. */
export interface DraggableTree<T> extends DrawnTree<T> {
  handleDrag(nodes: readonly T[], dragged: DataTransfer): void;
  handleDrop(target: T | undefined, dragged: DataTransfer, token: CancellationToken): Promise<void>;
}

/** The MIME type of dragged rows of a tree. */
export function mimeTypeOf(id: string): string {
  return `application/vnd.code.tree.${id.toLowerCase()}`;
}

/**
 * A view that exists from activation on; its data is loaded when the editor first asks for rows.
 */
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

/** The options of a `LazyTree` whose rows can be dragged. */
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

/**
 * The options of a `LazyTree` onto which files can be dropped.
 *
 * @param open is called with one after the other; its failure is shown
 */
export function takingFiles<T>(open: (file: Uri) => Thenable<unknown>) {
  const dragAndDropController: TreeDragAndDropController<T> = {
    dragMimeTypes: [],
    dropMimeTypes: [uriList],
    handleDrop: async (_target, dragged) => {
      const lines = (await dragged.get(uriList)?.asString()) ?? '';
      for (const line of lines
        .split(/\r?\n/)
        .filter(each => each !== '' && !each.startsWith('#'))) {
        try {
          await open(Uri.parse(line, true));
        } catch (error) {
          inform('error', messageOf(error));
        }
      }
    },
  };
  return () => ({ dragAndDropController });
}

const uriList = 'text/uri-list';

import {
  type CancellationToken,
  type DataTransfer,
  DataTransferItem,
  EventEmitter,
  l10n,
  type MarkdownString,
  ThemeColor,
  ThemeIcon,
  type TreeItem,
  TreeItemCollapsibleState,
  type TreeView,
} from 'vscode';
import type { Clock } from '../../core/base/clock.ts';
import { Coalescer } from '../../core/base/coalescer.ts';
import { assertNever } from '../../core/base/errors.ts';
import { type Disposable, DisposableStore } from '../../core/base/lifecycle.ts';
import type { Runnable, Timing } from '../../core/library/library.ts';
import type { RunProgress } from '../../core/library/sequenceRun.ts';
import type { BodyKind, MessageBody } from '../../core/message/messageBody.ts';
import { ItemNode, nodesOf, RootNode } from './libraryNodes.ts';
import { isUsable, type LibraryStore } from './libraryStore.ts';
import type { LibraryRun, SequenceRunner } from './sequenceRunner.ts';
import { codeCard } from '../ui/card.ts';
import { type DraggableTree, mimeTypeOf, treeRow } from '../ui/trees.ts';
import { CommandId, ViewType } from '../../shared/ids.ts';

export type LibraryNode = ItemNode | RootNode;

/** Runs report each message, but a tree that is redrawn more often than this cannot be read. */
const minIntervalMs = 250;
const mimeType = mimeTypeOf(ViewType.Messages);

export interface LibraryTreeParts {
  readonly library: LibraryStore;
  readonly runner: SequenceRunner;
  readonly view: TreeView<LibraryNode>;
  readonly clock: Clock;
  /** Shows why an item could not be moved. */
  readonly onError: (error: unknown) => void;
}

/** The tree of saved messages and sequences, in the order of their files. */
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
      new Coalescer(clock, minIntervalMs, () => this.#onDidChange.fire(undefined)),
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

  /** The selected node, for commands that are run by a key or from the palette. */
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

  /** A drop on a folder moves the item to its end; a drop on another item moves it before that. */
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
      const { moveTo } = await import('./itemCommands.ts');
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

  /** The run of an item that started last. */
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
      ? l10n.t('Restricted Mode: messages of this workspace are not sent.')
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
      ? l10n.t('From .vscode/websocket-monitor.json, which can be committed and shared')
      : l10n.t('Your own items, available in every workspace'),
    state: TreeItemCollapsibleState.Expanded,
  });
  item.id = `root:${origin}`;
  item.contextValue = 'library.root';
  return item;
}

const icons: Readonly<Record<BodyKind, string>> = {
  text: 'symbol-string',
  json: 'json',
  hex: 'file-binary',
  base64: 'file-binary',
  file: 'file',
  ping: 'pulse',
  close: 'debug-disconnect',
};

/**
 * The row of an item.
 *
 * @param run the last run that is still shown
 * @param isUsable whether the item may be sent
 */
export function libraryRow(
  node: ItemNode,
  run: LibraryRun | undefined,
  isUsable: boolean,
): TreeItem {
  const { item: of } = node;
  if (of.kind === 'folder') {
    const folder = treeRow({ label: of.name, state: TreeItemCollapsibleState.Collapsed });
    folder.id = node.id;
    folder.iconPath = ThemeIcon.Folder;
    folder.contextValue = 'library.folder';
    return folder;
  }
  const item = treeRow({
    label: of.name,
    description: run ? progressText(run.progress) : summaryOf(of),
    tooltip: tooltipOf(of, run?.progress),
  });
  const isRunning = run !== undefined && isOn(run.progress);
  item.id = node.id;
  item.iconPath = iconOf(of, run?.progress);
  item.contextValue = `library.${of.kind}${isUsable ? (isRunning ? '.running' : '.ready') : '.inert'}`;
  item.command = { command: CommandId.EditSaved, title: l10n.t('Edit'), arguments: [node] };
  return item;
}

/** A text such as `2/5 · waiting`; a single message has no step count. */
export function progressText(progress: RunProgress): string {
  const { state, step, of, sent } = progress;
  const parts = [
    of > 1 && isOn(progress) ? `${Math.min(step + 1, of)}/${of}` : '',
    wordOf(state),
    state === 'repeating' || state === 'stopped' ? l10n.t('{0} sent', sent) : '',
    progress.problem ?? '',
  ];
  return parts.filter(part => part !== '').join(' · ');
}

function isOn({ state }: RunProgress): boolean {
  return state === 'waiting' || state === 'sending' || state === 'repeating';
}

function wordOf(state: RunProgress['state']): string {
  switch (state) {
    case 'waiting':
      return l10n.t('waiting');
    case 'sending':
      return l10n.t('sending');
    case 'repeating':
      return l10n.t('repeating');
    case 'done':
      return l10n.t('done');
    case 'stopped':
      return l10n.t('stopped');
    case 'failed':
      return l10n.t('failed');
    default:
      return assertNever(state);
  }
}

function iconOf(of: Runnable, progress: RunProgress | undefined): ThemeIcon {
  if (progress && isOn(progress)) {
    return new ThemeIcon('loading~spin');
  }
  if (progress?.state === 'done') {
    return new ThemeIcon('pass', new ThemeColor('testing.iconPassed'));
  }
  if (progress?.state === 'failed') {
    return new ThemeIcon('error', new ThemeColor('list.errorForeground'));
  }
  return new ThemeIcon(of.kind === 'sequence' ? 'list-ordered' : icons[of.body.as]);
}

function summaryOf(of: Runnable): string {
  return of.kind === 'sequence'
    ? of.steps.length === 1
      ? l10n.t('1 step')
      : l10n.t('{0} steps', of.steps.length)
    : [bodyWord(of.body), ...timingWords(of.timing)].join(' · ');
}

function bodyWord(body: MessageBody): string {
  switch (body.as) {
    case 'text':
      return l10n.t('text');
    case 'json':
      return 'JSON';
    case 'hex':
    case 'base64':
      return l10n.t('binary');
    case 'file':
      return body.path;
    case 'ping':
      return 'ping';
    case 'close':
      return l10n.t('close {0}', body.code);
    default:
      return assertNever(body);
  }
}

function timingWords({ delayMs, repeat, waitFor }: Timing): readonly string[] {
  return [
    ...(delayMs > 0 ? [l10n.t('after {0} s', delayMs / 1000)] : []),
    ...(repeat ? [l10n.t('every {0} s', repeat.everyMs / 1000)] : []),
    ...(waitFor ? [l10n.t('waits')] : []),
  ];
}

function tooltipOf(of: Runnable, progress: RunProgress | undefined): MarkdownString {
  const lines =
    of.kind === 'sequence'
      ? of.steps.slice(0, 20).map((step, index) => `${index + 1}. ${step.name}`)
      : ['text' in of.body ? of.body.text : bodyWord(of.body)];
  return codeCard([of.path, ...(progress ? [progressText(progress)] : [])], lines.join('\n'));
}

import {
  type CancellationToken,
  commands,
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
import { Timer } from '../../core/base/timer.ts';
import type { Formats } from '../../core/base/format.ts';
import { Coalescer } from '../../core/base/coalescer.ts';
import { assertNever } from '../../core/base/errors.ts';
import { type Disposable, DisposableStore } from '../../core/base/lifecycle.ts';
import type { Logger } from '../../core/base/logger.ts';
import type { Runnable, Timing } from '../../core/library/library.ts';
import { elapsedWords } from '../../core/library/runReport.ts';
import type { RunProgress } from '../../core/library/sequenceRun.ts';
import type { BodyKind, MessageBody } from '../../core/message/messageBody.ts';
import { ItemNode, nodesOf, RootNode } from './items/libraryNodes.ts';
import { isUsable, type LibraryStore } from './files/libraryStore.ts';
import type { LastRun, LibraryRun, SequenceRunner } from './runs/sequenceRunner.ts';
import type { Origin } from '../../core/variables/value.ts';
import { codeCard } from '../ui/card.ts';
import { clickedBy, type DraggableTree, faceOf, mimeTypeOf, treeRow } from '../ui/trees.ts';
import { InternalCommandId, ViewType } from '../../shared/ids.ts';

export type LibraryNode = ItemNode | RootNode;

/** How soon a row shows that its item runs or has ended, with other buttons. */
const minIntervalMs = 250;
/** Runs report each message, but a row that is redrawn more often than this can hardly be clicked. */
const minCountIntervalMs = 1000;
const mimeType = mimeTypeOf(ViewType.Messages);

/** How often an item is tried to be revealed, and the time after the first; it doubles each time. */
const maxTries = 5;
const retryMs = 500;

/** An item that is to be revealed. */
interface WantedItem {
  readonly origin: Origin;
  readonly path: string;
  tries: number;
  error?: unknown;
}

export interface LibraryTreeParts {
  readonly library: LibraryStore;
  readonly runner: SequenceRunner;
  readonly view: TreeView<LibraryNode>;
  readonly clock: Clock;
  readonly formats: Formats;
  readonly log: Logger;
  /** Shows why an item could not be moved. */
  readonly onError: (error: unknown) => void;
}

/** The tree of saved messages and sequences, in the order of their files. */
export class LibraryTree implements DraggableTree<LibraryNode>, Disposable {
  readonly #store = new DisposableStore();
  readonly #parts: LibraryTreeParts;
  readonly #onDidChange = this.#store.add(new EventEmitter<LibraryNode[] | undefined>());
  /** How the editor shows each row. */
  readonly #shown = new WeakMap<LibraryNode, TreeItem>();
  #roots: readonly LibraryNode[] | undefined;
  /** What is to be revealed once the tree is on screen. */
  #wanted: WantedItem | undefined;
  readonly #retry: Timer;
  readonly onDidChangeTreeData = this.#onDidChange.event;

  constructor(parts: LibraryTreeParts) {
    this.#parts = parts;
    const { library, runner, clock } = parts;
    this.#retry = this.#store.add(new Timer(clock));
    const redraw = this.#store.add(
      new Coalescer(clock, minIntervalMs, () => this.#onDidChange.fire(undefined)),
    );
    const runs = this.#store.add(
      new Coalescer(clock, minIntervalMs, () => this.#redraw(buttonsOf)),
    );
    const counts = this.#store.add(
      new Coalescer(clock, minCountIntervalMs, () => this.#redraw(faceOf)),
    );
    this.#store.add(
      runner.onDidChange(() => {
        runs.request();
        counts.request();
      }),
    );
    this.#store.add(
      library.onDidChange(() => {
        this.#roots = undefined;
        this.#note();
        redraw.request();
        this.#reveal();
      }),
    );
    const { view } = parts;
    this.#store.add(view.onDidChangeVisibility(() => this.#reveal()));
    this.#store.add(view.onDidChangeSelection(({ selection }) => this.#endReveal(selection)));
    this.#note();
  }

  /** Selects an item and opens its folders, at once or when the tree is shown next. */
  reveal(origin: Origin, path: string): void {
    this.#retry.dispose();
    this.#wanted = { origin, path, tries: 0 };
    this.#reveal();
  }

  /**
   * The editor shows nothing, and says so to nobody, if it does not have the rows of the item and its
   * folders yet. So they are said to have changed before, which it waits for, and it is tried again
   * until the item is selected.
   */
  #reveal(): void {
    const { view, log } = this.#parts;
    const wanted = this.#wanted;
    const node = wanted && view.visible ? this.#find(wanted) : undefined;
    // One that is not in the file yet is revealed as soon as it is.
    if (!wanted || !node || this.#retry.isRunning) {
      return;
    }
    if (wanted.tries >= maxTries) {
      this.#wanted = undefined;
      log.warn('A saved item could not be shown in the tree', wanted.error);
      return;
    }
    wanted.tries++;
    this.#onDidChange.fire(undefined);
    const revealed = view.reveal(node, { select: true, focus: false });
    revealed.then(undefined, (error: unknown) => (wanted.error = error));
    this.#retry.start(retryMs * 2 ** (wanted.tries - 1), () => this.#reveal());
  }

  /** What is selected is what was to be revealed, or the user has gone on to something else. */
  #endReveal(selection: readonly LibraryNode[]): void {
    if (this.#wanted && this.#wanted.tries > 0 && selection.length > 0) {
      this.#wanted = undefined;
      this.#retry.dispose();
    }
  }

  #find({ origin, path }: WantedItem): LibraryNode | undefined {
    return allOf(this.#rootNodes()).find(
      node => node.kind === 'item' && node.origin === origin && node.item.path === path,
    );
  }

  /**
   * The row that the keys are on, for commands that are run by a key. The editor tells extensions only
   * what is selected, so the row is selected.
   */
  async focused(): Promise<LibraryNode | undefined> {
    const { view } = this.#parts;
    const before = view.selection;
    await commands.executeCommand('list.toggleSelection');
    const after = view.selection;
    const toggled =
      after.find(node => !before.includes(node)) ?? before.find(node => !after.includes(node));
    const node = toggled ?? before[0];
    if (toggled) {
      await view.reveal(toggled, { select: true, focus: true });
    }
    return node;
  }

  getChildren(node?: LibraryNode): LibraryNode[] {
    return [...(node ? node.children : this.#rootNodes())];
  }

  getParent(node: LibraryNode): LibraryNode | undefined {
    return node.kind === 'root' ? undefined : node.parent;
  }

  getTreeItem(node: LibraryNode): TreeItem {
    const item = this.#itemOf(node);
    this.#shown.set(node, item);
    return item;
  }

  #itemOf(node: LibraryNode): TreeItem {
    return node.kind === 'root'
      ? rootItem(node)
      : libraryRow(node, this.#shownRunOf(node), isUsable(node));
  }

  /**
   * A row that is redrawn under the pointer loses the click, so only rows that look different are.
   * Those that the editor has not asked for are not on screen.
   */
  #redraw(lookOf: (item: TreeItem) => string): void {
    const changed = allOf(this.#rootNodes()).filter(node => {
      const shown = this.#shown.get(node);
      return shown && lookOf(this.#itemOf(node)) !== lookOf(shown);
    });
    if (changed.length > 0) {
      this.#onDidChange.fire(changed);
    }
  }

  handleDrag([node]: readonly LibraryNode[], transfer: DataTransfer): void {
    if (node?.kind === 'item') {
      // The editor writes it as JSON, which a node with a parent or children is not.
      transfer.set(mimeType, new DataTransferItem(node.id));
    }
  }

  /** A drop on a folder moves the item to its end; a drop on another item moves it before that. */
  async handleDrop(
    target: LibraryNode | undefined,
    transfer: DataTransfer,
    token: CancellationToken,
  ): Promise<void> {
    const id: unknown = transfer.get(mimeType)?.value;
    const node = allOf(this.#rootNodes()).find(each => each instanceof ItemNode && each.id === id);
    if (!(node instanceof ItemNode) || node === target || token.isCancellationRequested) {
      return;
    }
    try {
      const { moveTo } = await import('./items/moveItem.ts');
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

  #shownRunOf(node: ItemNode): ShownRun | undefined {
    const { runner, formats } = this.#parts;
    const last = runner.lastOf(node.origin, node.item.path);
    if (last && node.item.kind !== 'folder') {
      return { progress: last.progress, text: lastText(last, formats), sentence: last.sentence };
    }
    const progress = this.#runOf(node)?.progress;
    return progress && { progress, text: progressText(progress) };
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

function allOf(nodes: readonly LibraryNode[]): readonly LibraryNode[] {
  return nodes.flatMap(node => [node, ...allOf(node.children)]);
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

/** A run as the row of its item shows it. */
interface ShownRun {
  readonly progress: RunProgress;
  readonly text: string;
  /** What came of it, in full. */
  readonly sentence?: string;
}

/**
 * The row of an item.
 *
 * @param run the current run, or the last one
 * @param isUsable whether the item may be sent
 */
export function libraryRow(node: ItemNode, run: ShownRun | undefined, isUsable: boolean): TreeItem {
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
    description: run?.text ?? summaryOf(of),
    tooltip: tooltipOf(of, run),
  });
  const isRunning = run !== undefined && isOn(run.progress);
  item.id = node.id;
  item.iconPath = iconOf(of, run?.progress);
  item.contextValue = `library.${of.kind}${isUsable ? (isRunning ? '.running' : '.ready') : '.inert'}`;
  item.command = clickedBy(InternalCommandId.OpenMessageRow, l10n.t('Edit'));
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

/** A text such as `✓ done 14:02:31 in 0.4 s`. */
function lastText({ progress, endedAt, elapsedMs }: LastRun, formats: Formats): string {
  const { state, step, of, sent, problem } = progress;
  const [time = ''] = formats.clock(endedAt).split(/[.,]/);
  const took = elapsedWords(elapsedMs);
  switch (state) {
    case 'done':
      return l10n.t('✓ done {0} · {1} sent in {2}', time, sent, took);
    case 'failed': {
      const place = of > 1 ? l10n.t('step {0} of {1}', Math.min(step + 1, of), of) : '';
      const parts = [l10n.t('✗ failed {0}', time), place, problem ?? ''];
      return parts.filter(part => part !== '').join(' · ');
    }
    case 'stopped':
    case 'waiting':
    case 'sending':
    case 'repeating':
      return l10n.t('stopped {0} · {1} sent in {2}', time, sent, took);
    default:
      return assertNever(state);
  }
}

function isOn({ state }: RunProgress): boolean {
  return state === 'waiting' || state === 'sending' || state === 'repeating';
}

/** What of a row tells whether its item runs. */
function buttonsOf({ contextValue, iconPath }: TreeItem): string {
  return `${contextValue ?? ''} ${iconPath instanceof ThemeIcon ? iconPath.id : ''}`;
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

function tooltipOf(of: Runnable, run: ShownRun | undefined): MarkdownString {
  const lines =
    of.kind === 'sequence'
      ? of.steps.slice(0, 20).map((step, index) => `${index + 1}. ${step.name}`)
      : ['text' in of.body ? of.body.text : bodyWord(of.body)];
  return codeCard([of.path, ...(run ? [run.sentence ?? run.text] : [])], lines.join('\n'));
}

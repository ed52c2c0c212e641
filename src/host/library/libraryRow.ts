import {
  l10n,
  ThemeColor,
  ThemeIcon,
  type MarkdownString,
  type TreeItem,
  TreeItemCollapsibleState,
} from 'vscode';
import { assertNever } from '../../core/base/errors.ts';
import type { Runnable, Timing } from '../../core/library/library.ts';
import type { BodyKind, MessageBody } from '../../core/message/messageBody.ts';
import type { RunProgress } from '../../core/library/sequenceRun.ts';
import { CommandId } from '../../shared/ids.ts';
import { codeCard } from '../ui/card.ts';
import { treeRow } from '../ui/treeRow.ts';
import type { LibraryRun } from './sequenceRunner.ts';
import type { ItemNode } from './libraryNodes.ts';

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
 * @param run the last one that is still shown
 * @param isUsable whether it may be sent
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

/** `2/5 · waiting`; a single message has no steps to count. */
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

import { EventEmitter, l10n, ThemeColor, ThemeIcon, type TreeItem, type TreeView } from 'vscode';
import { DisposableStore, type Disposable } from '../../core/base/lifecycle.ts';
import type { ArchivedCapture, CaptureArchive } from '../../core/capture/captureArchive.ts';
import type { Formats } from '../../core/base/format.ts';
import { InternalCommandId } from '../../shared/ids.ts';
import { textCard } from '../ui/card.ts';
import { captureLabel } from './sources.ts';
import { clickedBy, type DrawnTree, treeRow, TreeTarget } from '../ui/trees.ts';

export class CaptureNode extends TreeTarget {
  readonly capture: ArchivedCapture;

  constructor(capture: ArchivedCapture) {
    super(capture.key);
    this.capture = capture;
  }
}

/** The tree of captures of earlier windows. */
export class CapturesTree implements DrawnTree<CaptureNode>, Disposable {
  readonly #store = new DisposableStore();
  readonly #archive: CaptureArchive;
  readonly #formats: Formats;
  readonly #onDidChange = this.#store.add(new EventEmitter<undefined>());
  readonly onDidChangeTreeData = this.#onDidChange.event;

  constructor(archive: CaptureArchive, formats: Formats, view: TreeView<CaptureNode>) {
    this.#archive = archive;
    this.#formats = formats;
    // Other windows may have closed in the meantime, so the list is read again when it is shown.
    this.#store.add(view.onDidChangeVisibility(({ visible }) => visible && this.refresh()));
  }

  refresh(): void {
    this.#onDidChange.fire(undefined);
  }

  async getChildren(): Promise<CaptureNode[]> {
    return (await this.#archive.list()).map(capture => new CaptureNode(capture));
  }

  getTreeItem({ capture }: CaptureNode): TreeItem {
    const { key, url, source, startedAt, endedAt, rowCount, fileByteLength } = capture;
    const formats = this.#formats;
    const rows = l10n.t('{0} rows', formats.count(rowCount));
    const item = treeRow({
      label: capture.problem === undefined ? captureLabel(capture, formats) : capture.name,
      description: [
        ...(capture.dueAt === undefined ? [] : [l10n.t('deleted soon')]),
        rows,
        ...(source === undefined ? [] : [source]),
        formats.bytes(fileByteLength),
      ].join(' · '),
      tooltip: textCard([
        ...(url === '' ? [] : [url]),
        ...(source === undefined ? [] : [l10n.t('Opened from {0}', source)]),
        l10n.t('From {0}', formats.moment(startedAt)),
        ...(endedAt === undefined ? [] : [l10n.t('To {0}', formats.moment(endedAt))]),
        ...noteOf(capture),
        ...this.#endOf(capture),
      ]),
    });
    item.id = key;
    item.iconPath = iconOf(capture);
    item.contextValue = capture.problem === undefined ? 'capture' : 'capture.unreadable';
    if (capture.problem === undefined) {
      item.command = clickedBy(InternalCommandId.OpenCaptureRow, l10n.t('Open Capture'));
    }
    return item;
  }

  dispose(): void {
    this.#store.dispose();
  }

  #endOf({ dueAt }: ArchivedCapture): readonly string[] {
    return dueAt === undefined
      ? []
      : [
          l10n.t(
            'It is older than websocketMonitor.history.keepDays allows, and will be deleted after {0}. Save it to keep it.',
            this.#formats.moment(dueAt),
          ),
        ];
  }
}

function iconOf({ problem, isAbandoned }: ArchivedCapture): ThemeIcon {
  if (problem !== undefined) {
    return new ThemeIcon('error', new ThemeColor('list.errorForeground'));
  }
  return isAbandoned
    ? new ThemeIcon('warning', new ThemeColor('list.warningForeground'))
    : new ThemeIcon('database');
}

function noteOf({ problem, isAbandoned }: ArchivedCapture): readonly string[] {
  if (problem !== undefined) {
    return [problem];
  }
  return isAbandoned
    ? [
        l10n.t(
          'The window that made this capture crashed. The capture is complete up to that moment.',
        ),
      ]
    : [];
}

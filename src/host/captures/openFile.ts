import { l10n, Uri, window } from 'vscode';
import { CancellationError, messageOf, UserError } from '../../core/base/errors.ts';
import type { ImportedFile, ImportProgress } from '../../core/capture/captureArchive.ts';
import type { Formats } from '../../core/base/format.ts';
import { inform, withProgress } from '../ui/notify.ts';
import type { CaptureParts } from './captureParts.ts';
import { readUri } from './exportChoices.ts';

/** What code gets that passed a file. */
export interface OpenedFile {
  readonly captures: readonly { readonly name: string; readonly rows: number }[];
  readonly leftOut: number;
}

/** Makes captures of a file that was exported or saved, and shows them in the monitor. */
export async function openFile(parts: CaptureParts, target?: unknown): Promise<OpenedFile> {
  const uri = target === undefined ? await chooseFile() : readUri(target);
  if (uri.scheme !== 'file') {
    throw new UserError(
      l10n.t(
        'Only a file on the machine of this window can be opened, not one of {0}:.',
        uri.scheme,
      ),
    );
  }
  const name = uri.path.replace(/^.*\//, '');
  const imported = await read(parts, uri.fsPath, name);
  parts.refresh();
  await show(parts, imported);
  report(parts.formats, imported, name);
  return {
    captures: imported.captures.map(({ name, rowCount }) => ({ name, rows: rowCount })),
    leftOut: imported.unread,
  };
}

async function chooseFile(): Promise<Uri> {
  const chosen = await window.showOpenDialog({
    title: l10n.t('Open an export or a saved capture'),
    filters: {
      [l10n.t('Exports and captures')]: ['ndjson', 'jsonl', 'sqlite', 'db'],
      [l10n.t('All files')]: ['*'],
    },
    openLabel: l10n.t('Open'),
  });
  const [uri] = chosen ?? [];
  if (!uri) {
    throw new CancellationError();
  }
  return uri;
}

function read({ archive, formats }: CaptureParts, path: string, name: string) {
  return withProgress([l10n.t('Opening {0}'), name], true, async (note, token) => {
    let shown = 0;
    const onProgress = ({ share, rowCount }: ImportProgress) => {
      const message = l10n.t('{0} messages', formats.count(rowCount));
      note({ message, increment: share * 100 - shown });
      shown = share * 100;
    };
    const running = archive.importFile(path, onProgress);
    token.onCancellationRequested(() => running.cancel());
    try {
      return await running.done;
    } catch (error) {
      throw token.isCancellationRequested
        ? new CancellationError()
        : new UserError(messageOf(error), { cause: error });
    }
  });
}

/** Those of one file are shown together. */
async function show(parts: CaptureParts, { captures }: ImportedFile): Promise<void> {
  const opened = [];
  for (const { key } of captures) {
    opened.push(await parts.sources.withKey(key));
  }
  const ids = opened.map(({ id }) => id);
  await parts.showMonitor(ids[0]);
  if (ids.length > 1) {
    parts.panel.set({ merged: ids });
  }
}

function report(formats: Formats, imported: ImportedFile, name: string): void {
  const { rowCount, unread, firstUnread, renumbered, isCut, of } = imported;
  const count = (value: number) => formats.count(value);
  const opened = l10n.t('Opened {0} messages of {1}.');
  const parts = [count(rowCount), name, count(unread), count(rowCount + unread)];
  const left =
    of === 'lines'
      ? l10n.t('{2} of {3} lines could not be read: first at line {4}, because {5}.')
      : l10n.t('{2} of {3} rows could not be read: first row {4}, because {5}.');
  const cut = l10n.t('The file ends early.');
  const anew = l10n.t('Numbers of messages: {6} are not as in the file.');
  const sentences = [
    opened,
    ...(firstUnread ? [left] : []),
    ...(isCut ? [cut] : []),
    ...(renumbered > 0 ? [anew] : []),
  ];
  inform(firstUnread ? 'warning' : 'information', [
    sentences.join(' '),
    ...parts,
    count(firstUnread?.number ?? 0),
    firstUnread?.reason ?? '',
    count(renumbered),
  ]);
}

import { l10n, Uri, window } from 'vscode';
import { CancellationError, UserError } from '../../core/base/errors.ts';
import type { CaptureArchive } from '../../core/capture/captureArchive.ts';
import type { Formats } from '../../core/base/format.ts';
import type { Sources } from './sources.ts';
import { targetName } from '../ui/trees.ts';
import { confirm, pickOne } from '../ui/prompts.ts';
import { inform } from '../ui/notify.ts';
import type { ShowMonitor } from '../connections/connect.ts';

export interface CaptureCommandParts {
  readonly archive: CaptureArchive;
  readonly sources: Sources;
  readonly showMonitor: ShowMonitor;
  readonly formats: Formats;
  /** Called when the list of captures has changed. */
  readonly refresh: () => void;
}

/** Shows the capture of an earlier window in the monitor. */
export async function openCapture(parts: CaptureCommandParts, target?: unknown): Promise<void> {
  const key = await chooseCapture(parts, target, l10n.t('Select the capture to open'));
  const source = await parts.sources.withKey(key);
  await parts.showMonitor(source.id);
}

/** Deletes a capture's file, after asking. */
export async function deleteCapture(parts: CaptureCommandParts, target?: unknown): Promise<void> {
  const key = await chooseCapture(parts, target, l10n.t('Select the capture to delete'));
  const captures = await parts.archive.list();
  const capture = captures.find(each => each.key === key);
  if (!capture) {
    throw new UserError(l10n.t('The capture no longer exists, because its file was deleted.'));
  }
  const rows = parts.formats.count(capture.rowCount);
  const question = [
    l10n.t('Delete the capture of {0} with {1} rows?'),
    capture.name,
    rows,
  ] as const;
  const detail = l10n.t('Its file is deleted permanently.');
  await confirm(question, [detail], l10n.t('Delete'));
  await parts.sources.remove(key);
  parts.refresh();
}

/** Saves a capture as a SQLite database at a place that the user chooses. */
export async function saveCapture(parts: CaptureCommandParts, target?: unknown): Promise<void> {
  const key = await chooseCapture(parts, target, l10n.t('Select the capture to save'));
  const source = await parts.sources.withKey(key);
  const uri = await window.showSaveDialog({
    defaultUri: Uri.file(key),
    filters: { [l10n.t('SQLite database')]: ['sqlite', 'db'] },
    saveLabel: l10n.t('Save'),
  });
  if (!uri) {
    throw new CancellationError();
  }
  if (uri.scheme !== 'file') {
    throw new UserError(l10n.t('A capture can only be saved to a folder on this machine.'));
  }
  await parts.archive.saveCopy(source.capture.id, uri.fsPath);
  inform('information', [l10n.t('Saved as {0}.'), uri.fsPath]);
}

async function chooseCapture(
  { archive, formats }: CaptureCommandParts,
  target: unknown,
  placeHolder: string,
): Promise<string> {
  const named = targetName(target);
  if (named !== undefined) {
    if (typeof named !== 'string') {
      throw new UserError(l10n.t('Pass the key of a capture.'));
    }
    return named;
  }
  const captures = (await archive.list()).filter(({ problem }) => problem === undefined);
  if (captures.length === 0) {
    throw new UserError(l10n.t('There is no capture of an earlier window.'));
  }
  const items = captures.map(({ key, name, url, startedAt, rowCount }) => ({
    label: name,
    description: formats.moment(startedAt),
    detail: l10n.t('{0} rows, {1}', formats.count(rowCount), url),
    key,
  }));
  return (await pickOne(items, { placeHolder, matchOnDescription: true })).key;
}

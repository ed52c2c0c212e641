import { l10n, Uri, window } from 'vscode';
import { CancellationError, UserError } from '../../core/base/errors.ts';
import type { Formats } from '../../core/base/format.ts';
import type { ArchivedCapture } from '../../core/capture/captureArchive.ts';
import type { CaptureParts } from './captureParts.ts';
import { openFile, type OpenedFile } from './openFile.ts';
import { captureLabel } from './sources.ts';
import { targetName } from '../ui/trees.ts';
import { type Choice, confirm, pickOne } from '../ui/prompts.ts';
import { inform } from '../ui/notify.ts';

/** Shows the capture of an earlier window in the monitor, or what is in a file. */
export async function openCapture(
  parts: CaptureParts,
  target?: unknown,
): Promise<OpenedFile | undefined> {
  if (target instanceof Uri) {
    return openFile(parts, target);
  }
  const key = targetName(target) === undefined ? await captureOrFile(parts) : keyIn(target);
  if (key === undefined) {
    return openFile(parts);
  }
  const source = await parts.sources.withKey(key);
  await parts.showMonitor(source.id);
  return undefined;
}

/** `undefined` if the user wants to open a file. */
async function captureOrFile({ archive, formats }: CaptureParts): Promise<string | undefined> {
  const file: Choice & { readonly key?: string } = {
    label: l10n.t('Open File…'),
    description: l10n.t('an export as NDJSON, or a saved capture'),
    alwaysShow: true,
  };
  const items = [...captureItems(await archive.list(), formats), file];
  const placeHolder = l10n.t('Select the capture to open');
  return (await pickOne(items, { placeHolder, matchOnDescription: true })).key;
}

/** Deletes a capture's file, after asking. */
export async function deleteCapture(parts: CaptureParts, target?: unknown): Promise<void> {
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
export async function saveCapture(parts: CaptureParts, target?: unknown): Promise<void> {
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
  { archive, formats }: CaptureParts,
  target: unknown,
  placeHolder: string,
): Promise<string> {
  if (targetName(target) !== undefined) {
    return keyIn(target);
  }
  const items = captureItems(await archive.list(), formats);
  if (items.length === 0) {
    throw new UserError(l10n.t('There is no capture of an earlier window.'));
  }
  return (await pickOne(items, { placeHolder, matchOnDescription: true })).key;
}

function captureItems(captures: readonly ArchivedCapture[], formats: Formats) {
  return captures
    .filter(({ problem }) => problem === undefined)
    .map(capture => ({
      label: captureLabel(capture, formats),
      description: l10n.t('{0} rows', formats.count(capture.rowCount)),
      detail: capture.source ?? capture.url,
      key: capture.key,
    }));
}

/** @throws UserError if it is none */
function keyIn(target: unknown): string {
  const named = targetName(target);
  if (typeof named !== 'string') {
    throw new UserError(l10n.t('Pass the key of a capture.'));
  }
  return named;
}

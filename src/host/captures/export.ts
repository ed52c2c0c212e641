import { homedir } from 'node:os';
import { commands, env, l10n, UIKind, Uri, window, workspace } from 'vscode';
import { CancellationError, UserError } from '../../core/base/errors.ts';
import type { CaptureView } from '../../core/capture/view.ts';
import {
  ExportError,
  type ExportedConnection,
  type ExportJob,
  type ExportProgress,
  type ExportResult,
  type StartExport,
  exportFileName,
} from '../../core/export/exportJob.ts';
import { isoTime } from '../../core/base/date.ts';
import { zoneOffset } from '../../core/filter/filterTime.ts';
import { parseFilter } from '../../core/filter/parseFilter.ts';
import type { Formats } from '../../core/base/format.ts';
import { visibleLine } from '../../core/text/visibleText.ts';
import { filterClock, userZone } from '../ui/userZone.ts';
import { sourceNames, type Source } from './sources.ts';
import { unwaited } from '../ui/unwaited.ts';
import { inform, showInformation, withProgress } from '../ui/notify.ts';
import {
  chooseFormat,
  chooseSubject,
  type ChosenFormat,
  type ExportParts,
  type ExportSubject,
  type ExportTarget,
  type FormatChoice,
  readExportTarget,
  subjectText,
} from './exportChoices.ts';
import { exportSecrets } from './exportSecrets.ts';

/**
 * Writes messages to a file. Asks for what is missing in `target`; code passes everything, and gets
 * the number of exported messages.
 */
export async function exportMessages(
  parts: ExportParts,
  target?: unknown,
): Promise<ExportResult | undefined> {
  const wanted = readExportTarget(target);
  return exportSubject(parts, await chooseSubject(parts, wanted), wanted);
}

/** Asks for the format and the place if they are missing, and writes the file. */
export async function exportSubject(
  parts: ExportParts,
  subject: ExportSubject,
  wanted: ExportTarget = {},
): Promise<ExportResult | undefined> {
  const isAsked = wanted.uri === undefined;
  const { format: known, byteOrderMark = false, parsed = false, decoded = false } = wanted;
  const choice: FormatChoice = known
    ? { format: known, byteOrderMark, parsed, decoded }
    : await chooseFormat(subject, parts.formats);
  const { format } = choice;
  const uri = wanted.uri ?? (await choosePlace(parts, subject, format));
  if (uri.scheme !== 'file') {
    throw new UserError(
      l10n.t('An export can only be written to a folder on this machine, not to {0}:.', uri.scheme),
    );
  }
  if (format === 'sqlite') {
    await saveDatabase(parts, subject, choice, uri);
    return undefined;
  }
  const result = await write(parts, subject, { ...choice, format }, uri);
  if (isAsked) {
    unwaited('Opening the export', parts.log, offer(parts.formats, subject, result, uri));
  }
  return result;
}

async function choosePlace(
  { now }: ExportParts,
  subject: ExportSubject,
  format: ChosenFormat,
): Promise<Uri> {
  const [first, ...others] = connectionsOf(subject);
  const name = first && others.length === 0 ? first.name : 'messages';
  const folder = workspace.workspaceFolders?.find(({ uri }) => uri.scheme === 'file');
  const at = now();
  const localTime = isoTime(at + zoneOffset(at, userZone.timeZone));
  const fileName = exportFileName(name, localTime, format);
  const uri = await window.showSaveDialog({
    defaultUri: Uri.joinPath(folder?.uri ?? Uri.file(homedir()), fileName),
    filters: { [format.toUpperCase()]: [format] },
    saveLabel: l10n.t('Export'),
  });
  if (!uri) {
    throw new CancellationError();
  }
  return uri;
}

async function write(
  parts: ExportParts,
  subject: ExportSubject,
  { format, byteOrderMark, parsed, decoded }: FormatChoice & Pick<ExportJob, 'format'>,
  uri: Uri,
): Promise<ExportResult> {
  const { sources, secrets, formats, startExport } = parts;
  const connections = connectionsOf(subject);
  const profiles = connections.flatMap(({ capture }) => {
    const source = sources.ofCapture(capture);
    return source?.kind === 'connection' ? [source.monitored.profile] : [];
  });
  const known = await exportSecrets(secrets, profiles);
  const view = subject.kind === 'shown' ? subject.shown.view : openView(parts, subject);
  const ranges = subject.kind === 'shown' ? subject.ranges : undefined;
  const job: ExportJob = {
    view: view.id,
    connections,
    format,
    path: uri.fsPath,
    secrets: known,
    ...(ranges && { ranges }),
    ...(byteOrderMark && { byteOrderMark }),
    ...(parsed && { isParsed: true }),
    ...(decoded && { isDecoded: true }),
  };
  try {
    return await run(job, formats, startExport);
  } finally {
    if (subject.kind === 'capture') {
      view.dispose();
    }
  }
}

/** @throws UserError if the filter is invalid */
function openView(
  { openView, now }: ExportParts,
  { source, filter }: Extract<ExportSubject, { kind: 'capture' }>,
): CaptureView {
  const { condition, problems } = parseFilter(filter, filterClock(now()));
  const [problem] = problems;
  if (problem) {
    throw new UserError(l10n.t('The filter cannot be used: {0}', problem.message));
  }
  return openView({ captures: [source.capture.id], ...(condition && { condition }) });
}

async function run(
  job: ExportJob,
  formats: Formats,
  startExport: StartExport,
): Promise<ExportResult> {
  const title = l10n.t('Exporting messages');
  try {
    return await withProgress(title, true, async (note, token) => {
      let shown = 0;
      const report = ({ rows, of, decoding }: ExportProgress) => {
        if (decoding) {
          const [read, all] = [formats.count(decoding.rows), formats.count(decoding.of)];
          note({ message: l10n.t('Decoding: {0} of {1}', read, all), increment: 0 });
          return;
        }
        const percent = of === 0 ? 100 : (rows / of) * 100;
        const message = l10n.t('{0} of {1}', formats.count(rows), formats.count(of));
        note({ message, increment: percent - shown });
        shown = percent;
      };
      const running = startExport(job, report);
      token.onCancellationRequested(() => running.cancel());
      return await running.done;
    });
  } catch (error) {
    throw error instanceof ExportError && error.isCancelled ? new CancellationError() : error;
  }
}

async function saveDatabase(
  { archive }: ExportParts,
  subject: ExportSubject,
  { decoded = false }: FormatChoice,
  uri: Uri,
): Promise<void> {
  if (subject.kind !== 'capture' || subject.filter !== '') {
    throw new UserError(
      l10n.t('A database is always a whole capture. Choose another format for a part of it.'),
    );
  }
  const title = l10n.t('Saving the capture');
  const { id } = subject.source.capture;
  await withProgress(title, false, () => archive.saveCopy(id, uri.fsPath, decoded));
  inform('information', [l10n.t('Saved as {0}.'), uri.fsPath]);
}

/** Reports the result, and offers to open the file. */
async function offer(
  formats: Formats,
  subject: ExportSubject,
  { rows, missed, problem }: ExportResult,
  uri: Uri,
): Promise<void> {
  const open = l10n.t('Open');
  const reveal = l10n.t('Reveal');
  const canReveal = env.uiKind === UIKind.Desktop && env.remoteName === undefined;
  const text =
    missed === 0
      ? l10n.t('Exported {0} to {1}.')
      : l10n.t('Exported {0} to {1}; {2} were dropped before they could be written.');
  const name = uri.path.replace(/^.*\//, '');
  const what = subjectText(subject, rows, formats);
  const actions = canReveal ? [open, reveal] : [open];
  const told = problem === undefined ? text : `${text} {3}`;
  const picked = await showInformation(
    [told, what, name, formats.count(missed), problem ?? ''],
    ...actions,
  );
  if (picked !== undefined) {
    await commands.executeCommand(picked === open ? 'vscode.open' : 'revealFileInOS', uri);
  }
}

function connectionsOf(subject: ExportSubject): readonly ExportedConnection[] {
  return subject.kind === 'shown'
    ? subject.shown.connections
    : [{ capture: subject.source.capture.id, ...nameOf(subject.source) }];
}

function nameOf(source: Source): { readonly name: string; readonly url: string } {
  const { name, url } = sourceNames(source);
  return { name: visibleLine(name), url };
}

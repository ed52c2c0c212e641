import { l10n, Uri } from 'vscode';
import { UserError } from '../../core/base/errors.ts';
import type { Formats } from '../../core/base/format.ts';
import type { Logger } from '../../core/base/logger.ts';
import type { CaptureArchive } from '../../core/capture/captureArchive.ts';
import type { CaptureView, ViewQuery } from '../../core/capture/view.ts';
import {
  type ExportedConnection,
  type ExportFormat,
  exportFormats,
  type ExportJob,
  type StartExport,
} from '../../core/export/exportJob.ts';
import { type Source, sourceNames, type Sources } from './sources.ts';
import type { Secrets } from '../secrets/secrets.ts';
import { type Choice, pickOne } from '../ui/prompts.ts';
import { TreeTarget } from '../ui/trees.ts';

/** An export format, or the capture's database. */
export type ChosenFormat = ExportFormat | 'sqlite';
const chosenFormats: readonly ChosenFormat[] = [...exportFormats, 'sqlite'];

/** The beginning of an absolute path. */
const absolute = /^(?:\/|\\\\|[a-z]:[\\/])/i;

/** The argument of the command; the user is asked for what is absent. */
export interface ExportTarget {
  readonly connection?: string;
  readonly format?: ChosenFormat;
  /** Whether CSV begins with a byte order mark, which Excel needs. */
  readonly byteOrderMark?: boolean;
  readonly uri?: Uri;
  readonly filter?: string;
}

/** @throws UserError if the argument is invalid, saying why */
export function readExportTarget(target: unknown): ExportTarget {
  if (target === undefined) {
    return {};
  }
  if (target instanceof TreeTarget) {
    return { connection: target.name };
  }
  if (typeof target !== 'object' || target === null) {
    throw new UserError(l10n.t('Pass an object with format and uri.'));
  }
  const { connection, format, byteOrderMark, uri, filter } = target as Readonly<
    Record<string, unknown>
  >;
  if (connection !== undefined && typeof connection !== 'string') {
    throw new UserError(l10n.t('Pass the name or the id of a connection.'));
  }
  if (filter !== undefined && typeof filter !== 'string') {
    throw new UserError(l10n.t('The filter must be a string.'));
  }
  if (byteOrderMark !== undefined && typeof byteOrderMark !== 'boolean') {
    throw new UserError(l10n.t('The byteOrderMark must be true or false.'));
  }
  const known = chosenFormats.find(each => each === format);
  if (!known) {
    throw new UserError(l10n.t('The format must be one of {0}.', chosenFormats.join(', ')));
  }
  if (byteOrderMark === true && known !== 'csv') {
    throw new UserError(l10n.t('Only CSV can begin with a byte order mark.'));
  }
  return {
    format: known,
    uri: readUri(uri),
    ...(byteOrderMark === undefined ? {} : { byteOrderMark }),
    ...(connection === undefined ? {} : { connection }),
    ...(filter === undefined ? {} : { filter }),
  };
}

function readUri(uri: unknown): Uri {
  if (uri instanceof Uri) {
    return uri;
  }
  if (typeof uri === 'string' && absolute.test(uri)) {
    return Uri.file(uri);
  }
  if (typeof uri === 'string' && /^[a-z][a-z0-9+.-]+:/i.test(uri)) {
    return Uri.parse(uri);
  }
  throw new UserError(l10n.t('The uri must be a Uri, or a string with a URI or an absolute path.'));
}

type SubjectItem = Choice & { readonly subject: ExportSubject };

/** The rows to export: those of `target`, the only ones there are, or those that the user picks. */
export async function chooseSubject(
  parts: ExportParts,
  target: ExportTarget,
): Promise<ExportSubject> {
  const { sources } = parts;
  const { connection, uri, filter = '' } = target;
  const candidates = connection === undefined ? sources.all : [sourceNamed(parts, connection)];
  const [only, ...others] = candidates;
  if (!only) {
    throw new UserError(l10n.t('There is nothing to export. Connect first.'));
  }
  if (connection !== undefined || (uri !== undefined && others.length === 0)) {
    return { kind: 'capture', source: only, filter };
  }
  if (uri !== undefined) {
    const names = candidates.map(source => `"${sourceNames(source).name}"`).join(', ');
    throw new UserError(l10n.t('Pass the connection to export. Connections: {0}.', names));
  }
  const items = [...shownItems(parts), ...candidates.map(source => captureItem(parts, source))];
  const [first, second] = items;
  const placeHolder = l10n.t('Select what to export');
  const chosen = first && !second ? first : await pickOne(items, { placeHolder });
  return chosen.subject;
}

/** @throws UserError if there is none, with the names of the existing ones */
function sourceNamed({ sources }: ExportParts, idOrName: string): Source {
  const found =
    sources.find(idOrName) ?? sources.all.find(source => source.captureKey === idOrName);
  if (!found) {
    const names = sources.all.map(source => `"${sourceNames(source).name}"`).join(', ');
    throw new UserError(
      names === ''
        ? l10n.t(
            'There is no connection "{0}", because no connection was opened in this window yet.',
            idOrName,
          )
        : l10n.t('There is no connection "{0}". Connections: {1}.', idOrName, names),
    );
  }
  return found;
}

function shownItems({ currentView, formats }: ExportParts): readonly SubjectItem[] {
  const shown = currentView();
  if (!shown) {
    return [];
  }
  const { first, next } = shown.view.state;
  const selected = (shown.selection ?? []).reduce((sum, [from, to]) => sum + to - from, 0);
  const all: SubjectItem = {
    label: l10n.t('Rows shown in the monitor'),
    description: formats.count(next - first),
    subject: { kind: 'shown', shown },
  };
  if (selected === 0) {
    return [all];
  }
  const selection: SubjectItem = {
    label: l10n.t('Selected rows'),
    description: formats.count(selected),
    subject: { kind: 'shown', shown, ranges: shown.selection },
  };
  return [all, selection];
}

function captureItem({ formats }: ExportParts, source: Source): SubjectItem {
  const { first, next } = source.capture.extent;
  return {
    label: l10n.t('All of {0}', sourceNames(source).name),
    description: formats.count(next - first),
    subject: { kind: 'capture', source, filter: '' },
  };
}

/** The format of the file. */
export interface FormatChoice {
  readonly format: ChosenFormat;
  /** Only for CSV. */
  readonly byteOrderMark?: boolean;
}

export async function chooseFormat(subject: ExportSubject): Promise<FormatChoice> {
  const items: readonly (Choice & FormatChoice)[] = [
    {
      label: 'NDJSON',
      description: l10n.t('one JSON object per line, for jq, DuckDB, pandas and programs'),
      format: 'ndjson',
    },
    {
      label: 'CSV',
      description: l10n.t('for spreadsheets; formulas are disarmed'),
      format: 'csv',
    },
    {
      label: l10n.t('CSV for Excel'),
      description: l10n.t('with a byte order mark, so that Excel reads accented letters'),
      format: 'csv',
      byteOrderMark: true,
    },
    {
      label: 'HAR',
      description: l10n.t('for the developer tools of browsers'),
      format: 'har',
    },
    ...(subject.kind === 'capture'
      ? [
          {
            label: 'SQLite',
            description: l10n.t('the whole capture, not redacted'),
            format: 'sqlite' as const,
          },
        ]
      : []),
  ];
  return pickOne(items, { placeHolder: l10n.t('Select the export format') });
}

/** The rows that the monitor shows, and which of them are selected. */
export interface ShownRows {
  readonly view: CaptureView;
  readonly connections: readonly ExportedConnection[];
  /** Positions in the view; the end of a range is not included. */
  readonly selection?: ExportJob['ranges'];
}

export interface ExportParts {
  readonly sources: Sources;
  readonly archive: CaptureArchive;
  readonly secrets: Secrets;
  readonly formats: Formats;
  readonly log: Logger;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly openView: (query: ViewQuery) => CaptureView;
  readonly startExport: StartExport;
  /** The rows that the monitor shows; `undefined` if it is closed or empty. */
  readonly currentView: () => ShownRows | undefined;
}

/** What is exported: rows of an open view, or a whole capture. */
export type ExportSubject =
  | { readonly kind: 'shown'; readonly shown: ShownRows; readonly ranges?: ExportJob['ranges'] }
  | { readonly kind: 'capture'; readonly source: Source; readonly filter: string };

import { l10n, Uri } from 'vscode';
import { UserError } from '../../core/base/errors.ts';
import type { Formats } from '../../core/base/format.ts';
import type { Logger } from '../../core/base/logger.ts';
import { rowCountOf } from '../../core/capture/capture.ts';
import type { CaptureArchive } from '../../core/capture/captureArchive.ts';
import type { CaptureView, ViewQuery } from '../../core/capture/view.ts';
import {
  type ExportedConnection,
  type ExportFormat,
  exportFormats,
  type ExportJob,
  type StartExport,
} from '../../core/export/exportJob.ts';
import { type Source, sourceLabel, sourceNames, type Sources } from './sources.ts';
import { noConnection } from '../connections/noConnection.ts';
import type { Secrets } from '../secrets/secrets.ts';
import { type Choice, pickOne } from '../ui/prompts.ts';
import { TreeTarget } from '../ui/trees.ts';

/** An export format, or the capture's database. */
export type ChosenFormat = ExportFormat | 'sqlite';
const chosenFormats: readonly ChosenFormat[] = [...exportFormats, 'sqlite'];

/** No connection that has no file of its own is named so. */
const isCaptureKey = /^[\d-]+T[\d-]+Z-\d+-\d+\.sqlite$/;

/** The beginning of an absolute path. */
const absolute = /^(?:\/|\\\\|[a-z]:[\\/])/i;

/** The argument of the command; the user is asked for what is absent. */
export interface ExportTarget {
  readonly connection?: string;
  readonly format?: ChosenFormat;
  /** Whether CSV begins with a byte order mark, which Excel needs. */
  readonly byteOrderMark?: boolean;
  /** Whether NDJSON has messages that are JSON as values. */
  readonly parsed?: boolean;
  /** Whether the file has what decoders say of messages. */
  readonly decoded?: boolean;
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
  const { connection, format, byteOrderMark, parsed, decoded, uri, filter } = target as Readonly<
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
  if (parsed !== undefined && typeof parsed !== 'boolean') {
    throw new UserError(l10n.t('parsed must be true or false.'));
  }
  if (decoded !== undefined && typeof decoded !== 'boolean') {
    throw new UserError(l10n.t('decoded must be true or false.'));
  }
  const known = chosenFormats.find(each => each === format);
  if (!known) {
    throw new UserError(l10n.t('The format must be one of {0}.', chosenFormats.join(', ')));
  }
  if (byteOrderMark === true && known !== 'csv') {
    throw new UserError(l10n.t('Only CSV can begin with a byte order mark.'));
  }
  if (parsed === true && known !== 'ndjson') {
    throw new UserError(l10n.t('Only NDJSON can have messages as JSON values.'));
  }
  return {
    format: known,
    uri: readUri(uri),
    ...(parsed === undefined ? {} : { parsed }),
    ...(decoded === undefined ? {} : { decoded }),
    ...(byteOrderMark === undefined ? {} : { byteOrderMark }),
    ...(connection === undefined ? {} : { connection }),
    ...(filter === undefined ? {} : { filter }),
  };
}

/** @throws UserError if it is none */
export function readUri(uri: unknown): Uri {
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
  const candidates =
    connection === undefined ? sources.all : [await sourceNamed(parts, connection)];
  const [only, ...others] = candidates;
  if (only && (connection !== undefined || (uri !== undefined && others.length === 0))) {
    return { kind: 'capture', source: only, filter };
  }
  if (only && uri !== undefined) {
    const names = candidates.map(source => `"${sourceNames(source).name}"`).join(', ');
    throw new UserError(l10n.t('Pass the connection to export. Connections: {0}.', names));
  }
  const shown = uri === undefined ? shownItems(parts) : [];
  const items = [...shown, ...shownFirst(parts, candidates).map(each => captureItem(parts, each))];
  const [first, second] = items;
  if (!first) {
    throw new UserError(l10n.t('There is nothing to export. Connect first.'));
  }
  const placeHolder = l10n.t('Select what to export');
  const chosen = !second ? first : await pickOne(items, { placeHolder });
  return chosen.subject;
}

/** @throws UserError if there is none, with the names of the existing ones */
async function sourceNamed({ sources }: ExportParts, idOrName: string): Promise<Source> {
  const found =
    sources.find(idOrName) ??
    sources.all.find(source => source.captureKey === idOrName) ??
    (isCaptureKey.test(idOrName) ? await sources.withKey(idOrName) : undefined);
  if (!found) {
    throw noConnection(
      idOrName,
      sources.all.map(source => sourceNames(source).name),
    );
  }
  return found;
}

function shownItems({ currentView, formats }: ExportParts): readonly SubjectItem[] {
  const shown = currentView();
  if (!shown) {
    return [];
  }
  const subjects: readonly ExportSubject[] = [
    { kind: 'shown', shown },
    ...(shown.selection ? [{ kind: 'shown' as const, shown, ranges: shown.selection }] : []),
  ];
  return subjects.map(subject => ({
    label: subjectText(subject, countOf(subject), formats),
    description: l10n.t('shown in the monitor'),
    subject,
  }));
}

function shownFirst({ currentView }: ExportParts, sources: readonly Source[]): readonly Source[] {
  const shown = new Set(currentView()?.connections.map(({ capture }) => capture));
  const isElsewhere = ({ capture }: Source) => Number(!shown.has(capture.id));
  return sources.toSorted((one, other) => isElsewhere(one) - isElsewhere(other));
}

function captureItem({ formats, placeOf }: ExportParts, source: Source): SubjectItem {
  const subject: ExportSubject = { kind: 'capture', source, filter: '' };
  return {
    label: subjectText(subject, countOf(subject), formats),
    description: [placeIn(source, placeOf), l10n.t('all of it')]
      .filter(text => text !== '')
      .join(' · '),
    subject,
  };
}

/** Whose settings a connection is in, or which file a capture comes from, if there is a doubt. */
function placeIn(source: Source, placeOf: ExportParts['placeOf']): string {
  switch (source.kind) {
    case 'connection':
      return placeOf(source.monitored.name);
    case 'slot':
      return '';
    case 'capture':
      return source.archived.source ?? '';
  }
}

/** How many rows it has now, as far as that is known. */
export function countOf(subject: ExportSubject): number {
  if (subject.kind === 'capture') {
    return rowCountOf(subject.source.capture.extent);
  }
  const { first, next, dropped } = subject.shown.view.state;
  const ranges = subject.ranges ?? [[first + (dropped > 0 ? 1 : 0), next] as const];
  return ranges.reduce((sum, [from, to]) => sum + to - from, 0);
}

/** Names rows: `2,783 messages that match $.type:trade`. */
export function subjectText(subject: ExportSubject, count: number, formats: Formats): string {
  const messages = formats.count(count);
  const filter = subject.kind === 'shown' ? subject.shown.filter : subject.filter;
  if (subject.kind === 'shown' && subject.ranges) {
    return l10n.t('{0} selected messages', messages);
  }
  if (filter !== '') {
    return l10n.t('{0} messages that match {1}', messages, filter);
  }
  if (subject.kind === 'capture') {
    return l10n.t('{0} messages of {1}', messages, sourceLabel(subject.source, formats));
  }
  const [only, ...others] = subject.shown.connections;
  return only && others.length === 0
    ? l10n.t('{0} messages of {1}', messages, only.name)
    : l10n.t('{0} messages of {1} connections', messages, formats.count(others.length + 1));
}

/** The format of the file. */
export interface FormatChoice {
  readonly format: ChosenFormat;
  /** Only for CSV. */
  readonly byteOrderMark?: boolean;
  /** Only for NDJSON. */
  readonly parsed?: boolean;
  readonly decoded?: boolean;
}

export async function chooseFormat(
  subject: ExportSubject,
  formats: Formats,
): Promise<FormatChoice> {
  const items: readonly (Choice & FormatChoice)[] = [
    {
      label: 'NDJSON',
      description: l10n.t('one JSON object per line, for jq, DuckDB, pandas and programs'),
      format: 'ndjson',
    },
    {
      label: l10n.t('NDJSON, JSON parsed'),
      description: l10n.t('messages that are JSON as values, not as text'),
      format: 'ndjson',
      parsed: true,
    },
    {
      label: l10n.t('NDJSON with decoded values'),
      description: l10n.t('messages as they came, and what decoders read in them'),
      format: 'ndjson',
      decoded: true,
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
      label: l10n.t('CSV with decoded values'),
      description: l10n.t('with columns for event, topic, time to the answer and value'),
      format: 'csv',
      decoded: true,
    },
    {
      label: 'HAR',
      description: l10n.t('for the developer tools of browsers'),
      format: 'har',
    },
    {
      label: l10n.t('HAR with decoded values'),
      description: l10n.t('what decoders read is in _decoded of each message'),
      format: 'har',
      decoded: true,
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
  return pickOne(items, {
    title: [l10n.t('Export {0}'), subjectText(subject, countOf(subject), formats)],
    placeHolder:
      subject.kind === 'capture'
        ? l10n.t('Select the export format')
        : l10n.t('Select the export format. SQLite takes only a whole capture.'),
  });
}

/** The rows that the monitor shows, and which of them are selected. */
export interface ShownRows {
  readonly view: CaptureView;
  readonly connections: readonly ExportedConnection[];
  /** The filter in effect; empty if there is none. */
  readonly filter: string;
  /** Positions in the view; the end of a range is not included. */
  readonly selection?: ExportJob['ranges'];
}

export interface ExportParts {
  readonly sources: Sources;
  readonly archive: CaptureArchive;
  readonly secrets: Secrets;
  readonly formats: Formats;
  readonly log: Logger;
  /** Whose settings a connection is in, if there is a doubt; else empty. */
  readonly placeOf: (name: string) => string;
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

import { l10n } from 'vscode';
import { UserError } from '../../core/base/errors.ts';
import { sourceNames, type Source } from './sources.ts';
import { pickOne, type Choice } from '../ui/prompts.ts';
import type { ExportParts, ExportSubject } from './exportParts.ts';
import type { ChosenFormat, ExportTarget } from './exportTarget.ts';

type SubjectItem = Choice & { readonly subject: ExportSubject };

/** What is to be exported: what `target` says, the only thing there is, or what the user picks. */
export async function chooseSubject(
  parts: ExportParts,
  target: ExportTarget,
): Promise<ExportSubject> {
  const { sources } = parts;
  const { connection, uri, filter = '' } = target;
  const candidates = connection === undefined ? sources.all : [sourceNamed(parts, connection)];
  const [only, ...others] = candidates;
  if (!only) {
    throw new UserError(l10n.t('There is nothing to export yet. Connect first.'));
  }
  if (connection !== undefined || (uri !== undefined && others.length === 0)) {
    return { kind: 'capture', source: only, filter };
  }
  if (uri !== undefined) {
    const names = candidates.map(source => `"${sourceNames(source).name}"`).join(', ');
    throw new UserError(l10n.t('Name the connection to export. There are: {0}.', names));
  }
  const items = [...shownItems(parts), ...candidates.map(source => captureItem(parts, source))];
  const [first, second] = items;
  const placeHolder = l10n.t('Select what to export');
  const chosen = first && !second ? first : await pickOne(items, { placeHolder });
  return chosen.subject;
}

/** @throws UserError naming those that there are */
function sourceNamed({ sources }: ExportParts, idOrName: string): Source {
  const found =
    sources.find(idOrName) ?? sources.all.find(source => source.captureKey === idOrName);
  if (!found) {
    const names = sources.all.map(source => `"${sourceNames(source).name}"`).join(', ');
    throw new UserError(
      names === ''
        ? l10n.t('There is no connection "{0}": none was made in this window yet.', idOrName)
        : l10n.t('There is no connection "{0}". There are: {1}.', idOrName, names),
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
    label: l10n.t('The rows that the monitor shows'),
    description: formats.count(next - first),
    subject: { kind: 'shown', shown },
  };
  if (selected === 0) {
    return [all];
  }
  const selection: SubjectItem = {
    label: l10n.t('The selected rows'),
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

/** How the file is written. */
export interface FormatChoice {
  readonly format: ChosenFormat;
  /** Only of CSV. */
  readonly byteOrderMark?: boolean;
}

export async function chooseFormat(subject: ExportSubject): Promise<FormatChoice> {
  const items: readonly (Choice & FormatChoice)[] = [
    {
      label: 'NDJSON',
      description: l10n.t('a JSON object a line, for jq, DuckDB, pandas and programs'),
      format: 'ndjson',
    },
    {
      label: 'CSV',
      description: l10n.t('for spreadsheets; formulas are made harmless'),
      format: 'csv',
    },
    {
      label: l10n.t('CSV for Excel'),
      description: l10n.t('with a byte order mark, by which Excel reads umlauts'),
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
            description: l10n.t('the capture as it is, nothing redacted'),
            format: 'sqlite' as const,
          },
        ]
      : []),
  ];
  return pickOne(items, { placeHolder: l10n.t('Select the export format') });
}

import { l10n, Uri } from 'vscode';
import { UserError } from '../../core/base/errors.ts';
import { exportFormats, type ExportFormat } from '../../core/export/exportJob.ts';
import { TreeTarget } from '../ui/treeTarget.ts';

/** A format, or the capture's database as it is. */
export type ChosenFormat = ExportFormat | 'sqlite';
const chosenFormats: readonly ChosenFormat[] = [...exportFormats, 'sqlite'];

/** Beginnings of paths that lead to the same place from everywhere. */
const absolute = /^(?:\/|\\\\|[a-z]:[\\/])/i;

/** What a command was told about an export; what is absent is asked. */
export interface ExportTarget {
  readonly connection?: string;
  readonly format?: ChosenFormat;
  /** CSV begins with a byte order mark, for Excel. */
  readonly byteOrderMark?: boolean;
  readonly uri?: Uri;
  readonly filter?: string;
}

/** @throws UserError a sentence that names what is wrong with the argument */
export function readExportTarget(target: unknown): ExportTarget {
  if (target === undefined) {
    return {};
  }
  if (target instanceof TreeTarget) {
    return { connection: target.name };
  }
  if (typeof target !== 'object' || target === null) {
    throw new UserError(l10n.t('Give an object with format and uri.'));
  }
  const { connection, format, byteOrderMark, uri, filter } = target as Readonly<
    Record<string, unknown>
  >;
  if (connection !== undefined && typeof connection !== 'string') {
    throw new UserError(l10n.t('Give the name or the id of a connection.'));
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

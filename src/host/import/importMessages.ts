import { l10n, Uri, window, workspace } from 'vscode';
import { CancellationError, UserError } from '../../core/base/errors.ts';
import type { Logger } from '../../core/base/logger.ts';
import { decodeText } from '../../core/import/draft/decodeText.ts';
import type { Imported, ImportedConnection } from '../../core/import/draft/importResult.ts';
import { readImport } from '../../core/import/readImport.ts';
import type { Environments } from '../library/environments.ts';
import type { LibraryFile } from '../library/files/libraryFile.ts';
import type { Secrets } from '../secrets/secrets.ts';
import { showInformation } from '../ui/notify.ts';
import { countsOf, reportOf } from './importReport.ts';
import { offerToStore } from './importSecrets.ts';
import { chooseFile } from '../library/items/destination.ts';
import type { ItemCommandParts } from '../library/items/itemCommands.ts';

/** In bytes. Reading a larger file would block the extension host. */
const maxFileBytes = 32 * 1024 * 1024;
/** The maximum number of notes in the log; the report lists all. */
const maxLoggedNotes = 20;

export interface ImportParts extends ItemCommandParts {
  readonly secrets: Pick<Secrets, 'names' | 'store'>;
  /** The names of all secrets that are stored, or referred to by settings and saved messages. */
  readonly reservedSecrets: () => readonly string[];
  readonly log: Logger;
  readonly environments: Pick<Environments, 'all' | 'active' | 'switch'>;
  /** Asks which of these connections to keep, and keeps them. */
  readonly addConnections: (connections: readonly ImportedConnection[]) => Promise<void>;
  /** Shows a plain text in an editor. */
  readonly showReport: (title: string, text: string) => Promise<void>;
}

/** The result of the command. */
interface Summary {
  readonly messages: number;
  readonly environments: number;
  /** Connections that were found; they are not added if the command is called by code. */
  readonly connections: number;
  /** What was left out, and why. */
  readonly notes: readonly string[];
}

/**
 * Imports messages from a file of Postman or Insomnia, or a browser's archive.
 *
 * @param target the file, if called by code: then no question is asked, and the workspace's library is used
 */
export async function importMessages(parts: ImportParts, target: unknown): Promise<Summary> {
  const isAsked = !(target instanceof Uri);
  const uri = isAsked ? await pickFile() : target;
  const imported = await read(uri, parts.reservedSecrets());
  const { items, environments, connections, messageCount, notes } = imported;
  let added: readonly string[] = [];
  if (items.length > 0 || environments.length > 0) {
    const [first] = parts.library.files;
    const file = !isAsked && first ? first : await chooseFile(parts);
    added = await addTo(file, imported);
  }
  if (isAsked) {
    const areStored = await offerToStore(parts.secrets, imported.credentials);
    await report(parts, imported, areStored, added, uri.path.split('/').at(-1) ?? '');
  }
  return {
    messages: messageCount,
    environments: environments.length,
    connections: connections.length,
    notes,
  };
}

async function pickFile(): Promise<Uri> {
  const picked = await window.showOpenDialog({
    title: l10n.t('Import Messages'),
    openLabel: l10n.t('Import'),
    filters: {
      [l10n.t('Postman, Insomnia, HAR')]: ['json', 'har', 'yaml', 'yml'],
      [l10n.t('All Files')]: ['*'],
    },
  });
  const [uri] = picked ?? [];
  if (!uri) {
    throw new CancellationError();
  }
  return uri;
}

async function read(uri: Uri, secretNames: readonly string[]): Promise<Imported> {
  const { size } = await workspace.fs.stat(uri);
  if (size > maxFileBytes) {
    throw new UserError(l10n.t('The file is larger than 32 MiB. Export less at a time.'));
  }
  const { text, note } = decodeText(await workspace.fs.readFile(uri));
  const result = readImport(text, secretNames);
  if (result.kind === 'refused') {
    throw new UserError(result.problem);
  }
  return note === undefined
    ? result
    : {
        ...result,
        notes: [note, ...result.notes],
        groups: [{ reason: note, count: 1, items: [] }, ...result.groups],
      };
}

/** Adds the contents in one edit; returns the names of the new environments. */
async function addTo(
  file: LibraryFile,
  { items, environments }: Imported,
): Promise<readonly string[]> {
  await file.edit(edit => {
    edit.addItems(['items'], items).addEnvironments(environments);
  });
  const all = file.content.library.environments;
  return all.slice(all.length - environments.length).map(({ name }) => name);
}

/** Shows a summary with a button for the full report, which may be long. */
async function report(
  parts: ImportParts,
  imported: Imported,
  areSecretsStored: boolean,
  added: readonly string[],
  fileName: string,
): Promise<void> {
  const { format, connections, notes } = imported;
  for (const note of notes.slice(0, maxLoggedNotes)) {
    parts.log.info(`Import: ${note}.`);
  }
  const isUsed = await useOnly(parts, added);
  const showReport = l10n.t('Show Report');
  const choose = l10n.t('Switch Environment…');
  const add =
    connections.length === 1
      ? l10n.t('Add Connection…')
      : l10n.t('Add Connections ({0})…', connections.length);
  let actions = [
    ...(connections.length > 0 ? [add] : []),
    ...(added.length > 0 && !isUsed ? [choose] : []),
    showReport,
  ];
  const sentence = [
    l10n.t('From {0}: {1}.', format, countsOf(imported)),
    notes.length > 0 ? l10n.t('Some parts were changed or left out: see the report.') : '',
    isUsed ? l10n.t('Its environment is now active.') : '',
  ]
    .filter(each => each !== '')
    .join(' ');
  // A notification closes after the first choice, so it is shown again with the other ones.
  while (actions.length > 0) {
    const choice = await showInformation(sentence, ...actions);
    actions = choice === undefined ? [] : actions.filter(each => each !== choice);
    if (choice === showReport) {
      await parts.showReport(fileName, reportOf(imported, areSecretsStored));
    } else if (choice === choose) {
      await parts.environments.switch(undefined);
    } else if (choice === add) {
      await parts.addConnections(connections);
    }
  }
}

/** Activates the environment of an import if it is the only one, so that its addresses can be used. */
async function useOnly({ environments }: ImportParts, added: readonly string[]): Promise<boolean> {
  const [only, ...others] = added;
  if (only === undefined || others.length > 0 || environments.active) {
    return false;
  }
  const isUsable = environments.all.some(({ name }) => name === only);
  if (isUsable) {
    await environments.switch(only);
  }
  return isUsable;
}

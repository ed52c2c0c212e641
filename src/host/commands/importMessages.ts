import { CancellationError, l10n, Uri, window, workspace } from 'vscode';
import { UserError } from '../../core/base/errors.ts';
import type { Logger } from '../../core/base/logger.ts';
import type { Imported, ImportedConnection } from '../../core/import/imported.ts';
import { readImport } from '../../core/import/readImport.ts';
import { showInformation } from '../user/tell.ts';
import { chooseFile, type SavedItemsParts } from './savedItems.ts';

/** Reading a larger one would hold up the editor. */
const longestFile = 32 * 1024 * 1024;

export interface ImportParts extends SavedItemsParts {
  readonly log: Logger & { show(): void };
  /** Asks which of these connections to keep, and keeps them. */
  readonly addConnections: (connections: readonly ImportedConnection[]) => Promise<void>;
}

/** What the command resolves to. */
interface Summary {
  readonly messages: number;
  readonly environments: number;
  /** What was left out and why. */
  readonly notes: readonly string[];
}

/**
 * Imports what Postman, Insomnia or a browser's archive sent.
 *
 * @param target the file, for code: then nothing is asked, and a workspace's file is preferred
 */
export async function importMessages(parts: ImportParts, target: unknown): Promise<Summary> {
  const uri = target instanceof Uri ? target : await pickFile();
  const imported = await read(uri);
  if (imported.items.length > 0 || imported.environments.length > 0) {
    const [first] = parts.library.files;
    const file = target instanceof Uri && first ? first : await chooseFile(parts);
    await file.edit(edit => {
      edit.addItems(['items'], imported.items).addEnvironments(imported.environments);
    });
  }
  if (!(target instanceof Uri)) {
    await report(parts, imported);
  }
  const { messageCount, environments, notes } = imported;
  return { messages: messageCount, environments: environments.length, notes };
}

async function pickFile(): Promise<Uri> {
  const picked = await window.showOpenDialog({
    title: l10n.t('Import Messages'),
    openLabel: l10n.t('Import'),
    filters: {
      [l10n.t('Postman, Insomnia, HAR')]: ['json', 'har'],
      [l10n.t('All Files')]: ['*'],
    },
  });
  const [uri] = picked ?? [];
  if (!uri) {
    throw new CancellationError();
  }
  return uri;
}

async function read(uri: Uri): Promise<Imported> {
  const { size } = await workspace.fs.stat(uri);
  if (size > longestFile) {
    throw new UserError(l10n.t('The file is larger than 32 MiB. Export less at a time.'));
  }
  const bytes = await workspace.fs.readFile(uri);
  const result = readImport(new TextDecoder().decode(bytes));
  if (result.kind === 'refused') {
    throw new UserError(result.problem);
  }
  return result;
}

/** Says what was taken; what was left out is one click away, since it may be long. */
async function report({ log, addConnections }: ImportParts, imported: Imported): Promise<void> {
  const { format, messageCount, environments, connections, notes } = imported;
  const taken = [
    l10n.t('From {0}: {1} messages, {2} environments.'),
    format,
    messageCount,
    environments.length,
  ] as const;
  for (const note of notes) {
    log.info(`Import: ${note}.`);
  }
  const showNotes = l10n.t('Show What Was Left Out ({0})', notes.length);
  const add = l10n.t('Add Connections ({0})…', connections.length);
  const choice = await showInformation(
    taken,
    ...(notes.length > 0 ? [showNotes] : []),
    ...(connections.length > 0 ? [add] : []),
  );
  if (choice === showNotes) {
    log.show();
  } else if (choice === add) {
    await addConnections(connections);
  }
}

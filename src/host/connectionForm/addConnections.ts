import { l10n } from 'vscode';
import type { ImportedConnection } from '../../core/import/draft/importResult.ts';
import { uniqueName } from '../../core/endpoint/endpointName.ts';
import type { ConnectionEntry } from '../connections/configuredConnections.ts';
import { pickSeveral, unlessCancelled } from '../ui/prompts.ts';
import { showInformation } from '../ui/notify.ts';
import type { FormSubject } from './connectionForm.ts';

export interface AddConnectionsParts {
  /** The names of all connections in the settings. */
  readonly names: () => readonly string[];
  /** Opens a form; resolves when it is closed, to whether the connection was saved. */
  readonly fillIn: (subject: FormSubject) => Promise<boolean>;
}

/** Asks which of several connections to add, and shows their forms, one after another. */
export async function addConnections(
  { names, fillIn }: AddConnectionsParts,
  imported: readonly ImportedConnection[],
): Promise<void> {
  const picked = imported.length === 1 ? imported : await choose(imported);
  for (const [index, connection] of picked.entries()) {
    const rest = picked.length - index - 1;
    const taken = names().map(name => ({ name }));
    const entry = entryOf({ ...connection, name: uniqueName(connection.name, taken) });
    const isSaved = await fillIn({ entry, notes: notesOn(index, picked.length) });
    if (!isSaved && rest > 0 && !(await isToGoOn(rest))) {
      return;
    }
  }
}

async function choose(
  imported: readonly ImportedConnection[],
): Promise<readonly ImportedConnection[]> {
  const choices = imported.map(connection => ({
    label: connection.name,
    description: connection.url.replace(/\?.*$/s, '?…'),
    connection,
  }));
  const picked = await unlessCancelled(
    pickSeveral(choices, {
      title: l10n.t('Add Connections'),
      placeHolder: l10n.t(
        'Select the connections to add. Each opens in a form before it is saved.',
      ),
      matchOnDescription: true,
      ignoreFocusOut: true,
    }),
  );
  return (picked ?? []).map(({ connection }) => connection);
}

function notesOn(index: number, count: number): readonly string[] {
  const source = l10n.t('From the imported file.');
  return count === 1
    ? [source]
    : [source, l10n.t('This is {0} of {1}. The next one opens after it.', index + 1, count)];
}

async function isToGoOn(rest: number): Promise<boolean> {
  const next = l10n.t('Next Connection');
  const sentence =
    rest === 1
      ? l10n.t('The connection was not saved. One more is selected.')
      : l10n.t('The connection was not saved. {0} more are selected.', rest);
  return (await showInformation(sentence, next)) === next;
}

function entryOf({ name, url, headers, subprotocols, auth }: ImportedConnection): ConnectionEntry {
  return {
    name,
    url,
    ...(subprotocols ? { subprotocols } : {}),
    ...(Object.keys(headers).length > 0 ? { headers } : {}),
    ...(auth ? { auth } : {}),
  };
}

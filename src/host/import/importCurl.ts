import { env, l10n } from 'vscode';
import { UserError } from '../../core/base/errors.ts';
import { readCurl } from '../../core/import/curl/curl.ts';
import { entryOfRequest, secretPlaces } from '../../core/import/curl/curlRequest.ts';
import { askText } from '../ui/prompts.ts';
import type { FormSubject } from '../connectionForm/connectionForm.ts';

/**
 * Opens the form with the connection of a cURL command, from the clipboard or typed by the user. The
 * notes above the form name the secrets in it, which can be stored from there.
 *
 * @param showForm opens a form, or shows the one that is open
 */
export async function importCurl(
  showForm: (subject: FormSubject) => Promise<void>,
  target?: unknown,
): Promise<void> {
  const text = typeof target === 'string' ? target : await askForCurl();
  const read = readCurl(text);
  if (read.kind === 'refused') {
    throw new UserError(read.problem);
  }
  const places = secretPlaces(read);
  await showForm({
    entry: entryOfRequest(read),
    notes: [
      l10n.t(
        'From a cURL command. Store its cookies and tokens as secrets; they may be short-lived.',
      ),
      ...(places.length > 0
        ? [l10n.t('These would be saved in the settings in clear text: {0}.', places.join(', '))]
        : []),
      ...read.notes.map(note => `${note}.`),
    ],
  });
}

async function askForCurl(): Promise<string> {
  const copied = await env.clipboard.readText();
  if (readCurl(copied).kind === 'curl') {
    return copied;
  }
  return askText({
    title: l10n.t('Import Connection from cURL'),
    prompt: l10n.t('Paste the result of "Copy as cURL" in a browser\'s network tab'),
    validate: text => {
      const read = text.trim() === '' ? undefined : readCurl(text);
      return read?.kind === 'refused' ? read.problem : undefined;
    },
  });
}

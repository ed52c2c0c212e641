import { l10n, window } from 'vscode';
import type { Confirmation } from './sender.ts';

/** Asks before something goes to an environment that is marked as production. */
export async function confirmProduction(
  environment: string,
  connection: string,
): Promise<Confirmation> {
  const once = l10n.t('Send');
  const always = l10n.t("Send and Don't Ask Again in This Window");
  const question = l10n.t('Send to "{0}" with the environment "{1}"?', connection, environment);
  const detail = l10n.t('The environment is marked as production.');
  const answer = await window.showWarningMessage(question, { modal: true, detail }, once, always);
  if (answer === undefined) {
    return undefined;
  }
  return answer === always ? 'window' : 'once';
}

/** Asks for the value of `${prompt:label}`. */
export function askForValue(label: string, last: string): Thenable<string | undefined> {
  return window.showInputBox({
    title: label,
    prompt: l10n.t('A value for the message that is about to be sent'),
    value: last,
    ignoreFocusOut: true,
  });
}

import { l10n } from 'vscode';
import type { Secrets } from './secrets.ts';
import { askText, confirm } from '../ui/prompts.ts';

const validName = /^[\w.-]{1,100}$/;

/**
 * Asks what a value is to be called as a secret, and stores it. One that is there already is
 * replaced only after asking.
 *
 * @returns the name
 */
export async function nameSecret(
  secrets: Secrets,
  suggestion: string,
  value: string,
): Promise<string> {
  const words = suggestion.toLowerCase().replace(/[^\w.]+/g, '-');
  const name = await askText({
    title: l10n.t('Store as Secret'),
    prompt: l10n.t('A name for the secret; its value is kept by the editor, outside the settings'),
    value: words.replace(/^-+|-+$/g, '').slice(0, 100),
    validate: text =>
      validName.test(text)
        ? undefined
        : l10n.t('A name has 1 to 100 letters, digits, dots, hyphens or underscores.'),
  });
  await confirmReplacement(secrets, name);
  await secrets.store(name, value);
  return name;
}

async function confirmReplacement(secrets: Secrets, name: string): Promise<void> {
  if (!secrets.names.includes(name)) {
    return;
  }
  const question = [l10n.t('There is a secret "{0}" already. Replace its value?'), name] as const;
  const detail = l10n.t('Everything that refers to it uses the new value from then on.');
  await confirm(question, [detail], l10n.t('Replace'));
}

import { l10n } from 'vscode';
import type { Secrets } from './secrets.ts';
import { askText } from '../ui/prompts.ts';
import { confirm } from '../ui/notify.ts';

const validName = /^[\w.-]{1,100}$/;

/**
 * Asks what a value is to be called as a secret, and stores it. One that is there already is
 * replaced only after asking.
 *
 * @returns the name; `undefined` where the user thought better of it
 */
export async function nameSecret(
  secrets: Secrets,
  suggestion: string,
  value: string,
): Promise<string | undefined> {
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
  if (name === undefined || !(await mayStore(secrets, name))) {
    return undefined;
  }
  await secrets.store(name, value);
  return name;
}

async function mayStore(secrets: Secrets, name: string): Promise<boolean> {
  if (!secrets.names.includes(name)) {
    return true;
  }
  const replace = l10n.t('Replace');
  const question = [l10n.t('There is a secret "{0}" already. Replace its value?'), name] as const;
  const detail = l10n.t('Everything that refers to it uses the new value from then on.');
  return (await confirm(question, [detail], replace)) === replace;
}

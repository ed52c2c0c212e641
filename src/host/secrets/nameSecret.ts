import { l10n } from 'vscode';
import type { Secrets } from './secrets.ts';
import { askText, confirm } from '../ui/prompts.ts';

const validName = /^[\w.-]{1,100}$/;

/**
 * Asks for a name and stores a value as a secret. The value of an existing secret is replaced only
 * after confirmation.
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
    prompt: l10n.t('A name for the secret; the editor stores its value outside the settings'),
    value: unused(words.replace(/^-+|-+$/g, '').slice(0, 90), secrets.names),
    validate: text =>
      validName.test(text)
        ? undefined
        : l10n.t('Use 1 to 100 letters, digits, dots, hyphens or underscores.'),
  });
  await confirmReplacement(secrets, name);
  await secrets.store(name, value);
  return name;
}

/** The name itself, or with the first number that no stored secret has. */
function unused(name: string, taken: readonly string[]): string {
  let unique = name;
  for (let number = 2; taken.includes(unique); number++) {
    unique = `${name}-${number}`;
  }
  return unique;
}

async function confirmReplacement(secrets: Secrets, name: string): Promise<void> {
  if (!secrets.names.includes(name)) {
    return;
  }
  const question = [l10n.t('The secret "{0}" already exists. Replace its value?'), name] as const;
  const detail = l10n.t('Everything that refers to it will use the new value.');
  await confirm(question, [detail], l10n.t('Replace'));
}

import { InputBoxValidationSeverity, l10n } from 'vscode';
import { messageOf, UserError } from '../../core/base/errors.ts';
import { parseSecretHosts } from '../../core/consent/secretHosts.ts';
import { secretName, type Secrets } from './secrets.ts';
import { askText, pickOne, unlessCancelled } from '../ui/prompts.ts';
import { inform } from '../ui/notify.ts';

/** Asks for a secret's value and stores it. The value is never an argument, so that it is not logged. */
export async function storeSecret(secrets: Secrets, target?: unknown): Promise<void> {
  const name = nameIn(target) ?? (await askName(secrets));
  const isKnown = secrets.names.includes(name);
  const value = await askText({
    title: isKnown ? l10n.t('Replace Secret {0}', name) : l10n.t('Store Secret {0}', name),
    prompt: isKnown
      ? l10n.t('The new value; the old one is deleted')
      : l10n.t('The value; settings use it as {0}', '${' + `secret:${name}}`),
    password: true,
    validate: text => (text === '' ? l10n.t('A secret has at least one character.') : undefined),
  });
  // Stored first, so that the value is not lost if the next question is cancelled.
  const isReplaced = await secrets.store(name, value);
  const hosts = await askHosts(secrets, name);
  inform('information', [
    isReplaced
      ? l10n.t('The secret "{0}" was replaced. New handshakes use the new value. {1}')
      : l10n.t('The secret "{0}" was stored. {1}'),
    name,
    hostsSentence(hosts),
  ]);
}

/** Asks to which hosts a secret may be sent, and stores the answer. */
export async function limitSecret(secrets: Secrets, name: string): Promise<void> {
  const hosts = await askHosts(secrets, name);
  inform('information', ['"{0}": {1}', name, hostsSentence(hosts)]);
}

/** @returns the hosts after the question; unchanged if the user cancels it */
async function askHosts(secrets: Secrets, name: string): Promise<readonly string[]> {
  const before = await secrets.hostsOf(name);
  const answer = await unlessCancelled(
    askText({
      title: [l10n.t('Secret {0}: Only for These Hosts'), name],
      prompt: l10n.t(
        'Hosts such as api.example.com or wss://api.example.com:8443, separated by commas; empty for any host',
      ),
      value: before.join(', '),
      placeHolder: 'api.example.com',
      validate: problemWithHosts,
    }),
  );
  if (answer === undefined) {
    return before;
  }
  const hosts = parseSecretHosts(answer);
  await secrets.limit(name, hosts);
  return hosts;
}

function problemWithHosts(text: string): string | undefined {
  try {
    parseSecretHosts(text);
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}

function hostsSentence(hosts: readonly string[]): string {
  return hosts.length === 0
    ? l10n.t('It can be sent to any host.')
    : l10n.t('It is sent only to {0}.', hosts.join(', '));
}

export async function deleteSecret(secrets: Secrets, target?: unknown): Promise<void> {
  const { names } = secrets;
  const given = nameIn(target);
  if (given !== undefined && !names.includes(given)) {
    throw new UserError(l10n.t('There is no secret "{0}".', given));
  }
  if (names.length === 0) {
    throw new UserError(l10n.t('No secret is stored.'));
  }
  const name = given ?? (await pickName(names));
  await secrets.delete(name);
  inform('information', [l10n.t('The secret "{0}" was deleted.'), name]);
}

async function pickName(names: readonly string[]): Promise<string> {
  const choices = names.map(label => ({ label }));
  const placeHolder = l10n.t('Select the secret to delete');
  return (await pickOne(choices, { placeHolder })).label;
}

function nameIn(target: unknown): string | undefined {
  if (target === undefined) {
    return undefined;
  }
  if (typeof target !== 'string' || !secretName.test(target)) {
    throw new UserError(problem());
  }
  return target;
}

async function askName(secrets: Secrets): Promise<string> {
  return askText({
    title: l10n.t('Store Secret'),
    prompt: l10n.t('A name for the secret'),
    validate: text => {
      if (!secretName.test(text)) {
        return problem();
      }
      return secrets.names.includes(text)
        ? {
            message: [
              l10n.t('The secret "{0}" already exists. Its value will be replaced.'),
              text,
            ] as const,
            severity: InputBoxValidationSeverity.Warning,
          }
        : undefined;
    },
  });
}

function problem(): string {
  return l10n.t('Use 1 to 100 letters, digits, dots, hyphens or underscores.');
}

import { commands, l10n } from 'vscode';
import { CancellationError } from '../../core/base/errors.ts';
import { isSecretName } from '../../core/secrets/names.ts';
import { bodyLabel } from '../../core/library/librarySchema.ts';
import type { MessageBody } from '../../core/message/messageBody.ts';
import type { Origin } from '../../core/variables/value.ts';
import { CommandId } from '../../shared/ids.ts';
import { askText, confirm } from '../ui/prompts.ts';
import type { Confirmation } from './sender.ts';

const maxShownLength = 200;

/** Asks before something goes to an environment that is marked as production. */
export async function confirmProduction(
  environment: string,
  connection: string,
  body: MessageBody,
): Promise<Confirmation> {
  const change = l10n.t('Switch Environment…');
  const once = l10n.t('Send');
  const always = l10n.t("Send and Don't Ask Again in This Window");
  const question = [
    l10n.t('Send to "{0}" with the environment "{1}"?'),
    connection,
    environment,
  ] as const;
  const detail = [
    l10n.t('The environment is marked as production.'),
    '',
    [
      l10n.t('Message as it was written ({0}): {1}'),
      body.as,
      bodyLabel(body, maxShownLength),
    ] as const,
  ];
  // The editor makes the first choice the default, so that must not send.
  const answer = await confirm(question, detail, change, once, always);
  if (answer === change) {
    await commands.executeCommand(CommandId.SwitchEnvironment);
    throw new CancellationError();
  }
  return answer === once ? 'once' : 'window';
}

/**
 * Asks for the value of `${prompt:label}` in a message.
 *
 * @param origin who wrote the label: one of a workspace must not look like a question of the editor
 * @param last the initial text of the input box
 */
export function askForValue(label: string, origin: Origin, last: string): Promise<string> {
  const template =
    origin === 'workspace'
      ? l10n.t('A message of this workspace asks for: {0}')
      : l10n.t('WebSocket Monitor: {0}');
  return askText({
    title: [template, label],
    prompt: l10n.t('Value for the message to send'),
    value: last,
    password: isSecretName(label),
  });
}

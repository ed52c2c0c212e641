import { l10n } from 'vscode';
import { UserError } from '../../core/base/errors.ts';
import type { MessageBody } from '../../core/message/messageBody.ts';
import type { Connections } from '../connections/connections.ts';
import { askForMessage } from './editorText.ts';
import type { Sender } from './sender.ts';
import { TreeTarget } from '../ui/treeTarget.ts';
import { chooseConnection } from '../connections/choose.ts';

/**
 * Sends one message: what `target` holds, what the active editor holds, or what the user types.
 * References in it are filled in.
 */
export async function send(
  connections: Connections,
  sender: Sender,
  target?: unknown,
): Promise<void> {
  const { connection, body } = readTarget(target);
  const takers = connections.all.filter(each => each.connection.takes !== undefined);
  const monitored = await chooseConnection(
    connections,
    connection,
    takers,
    l10n.t('Send to which connection?'),
    l10n.t('Not connected: there is nobody to send to. Connect first.'),
  );
  if (monitored.connection.takes === undefined) {
    throw new UserError(monitored.connection.refusalOf('message'));
  }
  await sender.send(monitored, body ?? (await askForMessage(monitored.name)), 'user');
}

function readTarget(target: unknown): {
  readonly connection: unknown;
  readonly body?: MessageBody;
} {
  if (target === undefined || target instanceof TreeTarget) {
    return { connection: target };
  }
  if (typeof target !== 'object' || target === null) {
    throw new UserError(l10n.t('Give an object with text or base64.'));
  }
  const { connection, text, base64 } = target as Readonly<Record<string, unknown>>;
  if (text !== undefined && base64 !== undefined) {
    throw new UserError(l10n.t('Give text or base64, not both.'));
  }
  if (typeof text === 'string') {
    return { connection, body: { as: 'text', text } };
  }
  if (typeof base64 === 'string') {
    return { connection, body: { as: 'base64', text: base64 } };
  }
  if (text !== undefined || base64 !== undefined) {
    throw new UserError(l10n.t('The message must be a string, in text or in base64.'));
  }
  return { connection };
}

import { CancellationError, l10n, window } from 'vscode';
import { UserError } from '../../core/base/errors.ts';
import type { OutgoingMessage } from '../../core/connection/options.ts';
import type { Connections } from '../connections.ts';
import { TreeTarget } from '../trees/treeTarget.ts';
import { chooseConnection } from './choose.ts';

/** Sends one message: what `target` holds, or what the user types. */
export async function send(connections: Connections, target?: unknown): Promise<void> {
  const { connection, message } = readTarget(target);
  const open = connections.all.filter(each => each.connection.state.kind === 'open');
  const monitored = await chooseConnection(
    connections,
    connection,
    open,
    l10n.t('Send to which connection?'),
    l10n.t('Not connected: there is nobody to send to. Connect first.'),
  );
  await monitored.connection.send(message ?? (await ask(monitored.name)));
}

function readTarget(target: unknown): {
  readonly connection: unknown;
  readonly message?: OutgoingMessage;
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
    return { connection, message: text };
  }
  if (typeof base64 === 'string') {
    return { connection, message: decode(base64) };
  }
  if (text !== undefined || base64 !== undefined) {
    throw new UserError(l10n.t('The message must be a string, in text or in base64.'));
  }
  return { connection };
}

/** @throws UserError naming the first character that is not base64 */
function decode(base64: string): Uint8Array {
  const wrong = /[^A-Za-z0-9+/=]|=(?!=?$)/.exec(base64);
  if (wrong) {
    const position = wrong.index + 1;
    throw new UserError(l10n.t('This is not base64: see character {0}.', position));
  }
  if (base64.replace(/=+$/, '').length % 4 === 1) {
    throw new UserError(l10n.t('This is not base64: a character is missing at the end.'));
  }
  return new Uint8Array(Buffer.from(base64, 'base64'));
}

async function ask(name: string): Promise<string> {
  const text = await window.showInputBox({
    title: l10n.t('Send to {0}', name),
    prompt: l10n.t('The text to send'),
    ignoreFocusOut: true,
  });
  if (text === undefined) {
    throw new CancellationError();
  }
  return text;
}

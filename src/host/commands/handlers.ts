import type { LogOutputChannel } from 'vscode';
import { CommandId, InternalCommandId } from '../../shared/ids.ts';
import type { CommandHandlers } from '../commands.ts';
import type { MessagesChannel } from '../messageOutput.ts';
import type { Secrets } from '../secrets.ts';
import { connect, type ConnectParts } from './connect.ts';
import { clear, disconnect, openMonitor, reconnect, showActions } from './connectionCommands.ts';
import { deleteSecret, storeSecret } from './secretCommands.ts';
import { send } from './send.ts';

export interface CommandParts extends ConnectParts {
  readonly output: MessagesChannel;
  readonly secrets: Secrets;
  readonly log: LogOutputChannel;
}

/** What each command does. */
export function commandHandlers(parts: CommandParts): CommandHandlers {
  const { connections, panel, output, secrets, demo, log } = parts;
  return {
    [CommandId.Connect]: target => connect(parts, target),
    [CommandId.Disconnect]: target => disconnect(connections, target),
    [CommandId.Reconnect]: target => reconnect(connections, target),
    [CommandId.OpenMonitor]: target => openMonitor(connections, panel, target),
    [CommandId.ShowMessages]: () => output.show(),
    [CommandId.ShowLog]: () => log.show(),
    [CommandId.Send]: target => send(connections, target),
    [CommandId.Clear]: target => clear(connections, target),
    [CommandId.ToggleFollow]: () => panel.toggleFollow(),
    [CommandId.StartDemoServer]: () => demo.startAndOffer(),
    [CommandId.StopDemoServer]: () => demo.stop(),
    [CommandId.StoreSecret]: target => storeSecret(secrets, target),
    [CommandId.DeleteSecret]: target => deleteSecret(secrets, target),
    [InternalCommandId.ShowActions]: () => showActions(connections),
  };
}

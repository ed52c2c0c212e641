import type { LogOutputChannel } from 'vscode';
import { CommandId, InternalCommandId } from '../../shared/ids.ts';
import type { CommandHandlers } from '../commands.ts';
import type { MessagesChannel } from '../messageOutput.ts';
import type { Secrets } from '../secrets.ts';
import {
  deleteCapture,
  openCapture,
  saveCapture,
  type CaptureCommandParts,
} from './captureCommands.ts';
import { connect, type ConnectParts } from './connect.ts';
import { clear, disconnect, openMonitor, reconnect, showActions } from './connectionCommands.ts';
import { exportMessages } from './export.ts';
import type { ExportParts } from './exportParts.ts';
import { deleteSecret, storeSecret } from './secretCommands.ts';
import { send } from './send.ts';

export interface CommandParts extends ConnectParts, CaptureCommandParts, ExportParts {
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
    [CommandId.Export]: target => exportMessages(parts, target),
    [CommandId.OpenCapture]: target => openCapture(parts, target),
    [CommandId.SaveCapture]: target => saveCapture(parts, target),
    [CommandId.DeleteCapture]: target => deleteCapture(parts, target),
    [CommandId.RefreshCaptures]: () => parts.refresh(),
    [CommandId.StartDemoServer]: () => demo.startAndOffer(),
    [CommandId.StopDemoServer]: () => demo.stop(),
    [CommandId.StoreSecret]: target => storeSecret(secrets, target),
    [CommandId.DeleteSecret]: target => deleteSecret(secrets, target),
    [InternalCommandId.ShowActions]: () => showActions(connections),
  };
}

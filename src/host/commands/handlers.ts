import { l10n, type LogOutputChannel } from 'vscode';
import { CommandId, InternalCommandId } from '../../shared/ids.ts';
import type { CommandHandlers } from '../commands.ts';
import type { MessagesChannel } from '../messageOutput.ts';
import type { Connections } from '../connections.ts';
import type { Secrets } from '../secrets.ts';
import type { Sender } from '../sending/sender.ts';
import type { SettingsService } from '../settings.ts';
import {
  deleteCapture,
  openCapture,
  saveCapture,
  type CaptureCommandParts,
} from './captureCommands.ts';
import { connect, type ConnectParts } from './connect.ts';
import { clear, disconnect, openMonitor, reconnect, showActions } from './connectionCommands.ts';
import {
  addConnection,
  copyAs,
  duplicateConnection,
  editConnection,
  importCurl,
  moveConnection,
  removeConnection,
  type ConfigureParts,
} from './configureCommands.ts';
import { exportMessages } from './export.ts';
import type { ExportParts } from './exportParts.ts';
import { libraryCommands, type LibraryCommandParts } from './libraryCommands.ts';
import { listSecrets } from './listSecrets.ts';
import { deleteSecret, storeSecret } from './secretCommands.ts';
import { send } from './send.ts';

export interface CommandParts
  extends ConnectParts, CaptureCommandParts, ExportParts, ConfigureParts, LibraryCommandParts {
  readonly connections: Connections;
  readonly settings: SettingsService;
  readonly output: MessagesChannel;
  readonly secrets: Secrets;
  readonly sender: Sender;
  readonly log: LogOutputChannel;
}

/** What each command does. */
export function commandHandlers(parts: CommandParts): CommandHandlers {
  const { connections, panel, output, secrets, sender, settings, demo, log } = parts;
  return {
    [CommandId.Connect]: target => connect(parts, target),
    [CommandId.Disconnect]: target => disconnect(connections, target),
    [CommandId.Reconnect]: target => reconnect(connections, target),
    [CommandId.OpenMonitor]: target => openMonitor(connections, panel, target),
    [CommandId.ShowMessages]: () => output.show(),
    [CommandId.ShowLog]: () => log.show(),
    [CommandId.Send]: target => send(connections, sender, target),
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
    [CommandId.ListSecrets]: () =>
      listSecrets({
        ...{ secrets, settings, log },
        library: () => [{ where: l10n.t('saved messages'), value: parts.library.usable }],
      }),
    [CommandId.AddConnection]: () => addConnection(parts),
    [CommandId.EditConnection]: target => editConnection(parts, target),
    [CommandId.DuplicateConnection]: target => duplicateConnection(parts, target),
    [CommandId.RemoveConnection]: target => removeConnection(parts, target),
    [CommandId.MoveConnectionUp]: target => moveConnection(parts, -1, target),
    [CommandId.MoveConnectionDown]: target => moveConnection(parts, 1, target),
    [CommandId.CopyAs]: target => copyAs(parts, target),
    [CommandId.ImportCurl]: target => importCurl(parts, target),
    ...libraryCommands(parts),
    [InternalCommandId.ShowActions]: () => showActions(connections),
  };
}

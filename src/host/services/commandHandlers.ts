import { l10n } from 'vscode';
import type { ConfigureParts } from '../connectionForm/configureCommands.ts';
import { connect, type ConnectParts } from '../connections/connect.ts';
import {
  clear,
  disconnect,
  openMonitor,
  reconnect,
  showActions,
} from '../connections/connectionCommands.ts';
import type { Connections } from '../connections/connections.ts';
import type { MessagesChannel } from '../connections/messageOutput.ts';
import type { PermissionStore } from '../consent/permissionStore.ts';
import type { ImportParts } from '../import/importMessages.ts';
import type { Environments } from '../library/environments.ts';
import { runItem, type RunItemParts, stopItem } from '../library/runItem.ts';
import type { Secrets } from '../secrets/secrets.ts';
import { send } from '../sending/send.ts';
import type { Sender } from '../sending/sender.ts';
import type { MonitorServices } from './monitorServices.ts';
import type { SettingsService } from '../settings/settings.ts';
import type { CommandHandlers } from '../ui/commands.ts';
import type { ShownLog } from '../ui/plainLog.ts';
import { CommandId, InternalCommandId } from '../../shared/ids.ts';

export interface CommandParts extends ConnectParts, ConfigureParts, LibraryCommandParts {
  readonly monitor: () => Promise<MonitorServices>;
  /** Called when the list of captures has changed. */
  readonly refresh: () => void;
  readonly connections: Connections;
  readonly settings: SettingsService;
  readonly output: MessagesChannel;
  readonly secrets: Secrets;
  readonly permissions: PermissionStore;
  readonly sender: Sender;
  readonly log: ShownLog;
}

/** The handlers of all commands. Code that few windows need is loaded with the first use. */
export function commandHandlers(parts: CommandParts): CommandHandlers {
  const { connections, showMonitor, monitor, output, sender, demo, log } = parts;
  return {
    [CommandId.Connect]: target => connect(parts, target),
    [CommandId.Disconnect]: target => disconnect(connections, target),
    [CommandId.Reconnect]: target => reconnect(connections, target),
    [CommandId.OpenMonitor]: target => openMonitor(connections, showMonitor, target),
    [CommandId.ShowMessages]: () => output.show(),
    [CommandId.ShowLog]: () => log.show(),
    [CommandId.Send]: target => send(connections, sender, target),
    [CommandId.Clear]: target => clear(connections, target),
    [CommandId.ToggleFollow]: async () => (await monitor()).panel.toggleFollow(),
    [CommandId.StartDemoServer]: () => demo.startAndOffer(),
    [CommandId.StopDemoServer]: () => demo.stop(),
    ...captureCommands(parts),
    ...secretCommands(parts),
    ...configureCommands(parts),
    ...libraryCommands(parts),
    [InternalCommandId.ShowActions]: () => showActions(connections),
  };
}

function captureCommands({ monitor, showMonitor, refresh }: CommandParts) {
  const load = () => import('../captures/captureCommands.ts');
  const captureParts = async () => {
    const { exporting } = await monitor();
    return { ...exporting, showMonitor, refresh };
  };
  return {
    [CommandId.Export]: async target => {
      const { exportMessages } = await import('../captures/export.ts');
      return exportMessages((await monitor()).exporting, target);
    },
    [CommandId.OpenCapture]: async target =>
      (await load()).openCapture(await captureParts(), target),
    [CommandId.SaveCapture]: async target =>
      (await load()).saveCapture(await captureParts(), target),
    [CommandId.DeleteCapture]: async target =>
      (await load()).deleteCapture(await captureParts(), target),
    [CommandId.RefreshCaptures]: () => {
      refresh();
    },
  } satisfies Partial<CommandHandlers>;
}

function secretCommands({ secrets, settings, permissions, log, library }: CommandParts) {
  const load = () => import('../secrets/secretCommands.ts');
  return {
    [CommandId.StoreSecret]: async target => (await load()).storeSecret(secrets, target),
    [CommandId.DeleteSecret]: async target => (await load()).deleteSecret(secrets, target),
    [CommandId.ManagePermissions]: async () =>
      (await import('../consent/managePermissions.ts')).managePermissions(permissions),
    [CommandId.ListSecrets]: async () => {
      const { listSecrets } = await import('../secrets/listSecrets.ts');
      await listSecrets({
        secrets,
        settings,
        log,
        library: () => [{ where: l10n.t('saved messages'), value: library.usable }],
      });
    },
  } satisfies Partial<CommandHandlers>;
}

function configureCommands(parts: CommandParts) {
  const load = () => import('../connectionForm/configureCommands.ts');
  return {
    [CommandId.AddConnection]: async () => (await load()).addConnection(parts),
    [CommandId.EditConnection]: async target => (await load()).editConnection(parts, target),
    [CommandId.DuplicateConnection]: async target =>
      (await load()).duplicateConnection(parts, target),
    [CommandId.RemoveConnection]: async target => (await load()).removeConnection(parts, target),
    [CommandId.MoveConnectionUp]: async target => (await load()).moveConnection(parts, -1, target),
    [CommandId.MoveConnectionDown]: async target => (await load()).moveConnection(parts, 1, target),
    [CommandId.CopyAs]: async target => (await load()).copyAs(parts, target),
    [CommandId.ImportCurl]: async target =>
      (await import('../import/importCurl.ts')).importCurl(parts.showForm, target),
  } satisfies Partial<CommandHandlers>;
}

export interface LibraryCommandParts extends RunItemParts, ImportParts {
  readonly environments: Environments;
}

/** The handlers of the library's commands. */
export function libraryCommands(parts: LibraryCommandParts) {
  const load = () => import('../library/itemCommands.ts');
  return {
    [CommandId.RunSaved]: target => runItem(parts, target),
    [CommandId.StopSaved]: target => stopItem(parts, target),
    [CommandId.EditSaved]: async target => (await load()).editItem(parts, target),
    [CommandId.DuplicateSaved]: async target => (await load()).duplicateItem(parts, target),
    [CommandId.DeleteSaved]: async target => (await load()).deleteItem(parts, target),
    [CommandId.MoveSavedUp]: async target => (await load()).moveItem(parts, target, -1),
    [CommandId.MoveSavedDown]: async target => (await load()).moveItem(parts, target, 1),
    [CommandId.NewMessage]: async target => (await load()).newMessage(parts, target),
    [CommandId.NewSequence]: async target => (await load()).newSequence(parts, target),
    [CommandId.NewFolder]: async target => (await load()).newFolder(parts, target),
    [CommandId.ImportMessages]: async target =>
      (await import('../import/importMessages.ts')).importMessages(parts, target),
    [CommandId.OpenMessagesFile]: async target => (await load()).openMessagesFile(parts, target),
    [CommandId.SwitchEnvironment]: target => parts.environments.switch(target),
  } satisfies Partial<CommandHandlers>;
}

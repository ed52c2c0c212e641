import { l10n, type TreeView } from 'vscode';
import type { Clock } from '../../core/base/clock.ts';
import type { ConfigureParts } from '../connectionForm/configureCommands.ts';
import { connect, type ConnectParts } from '../connections/commands/connect.ts';
import {
  clear,
  type ClearParts,
  disconnect,
  openMonitor,
  reconnect,
} from '../connections/commands/connectionCommands.ts';
import type { Connections } from '../connections/connections.ts';
import type { Targets } from '../connections/targets.ts';
import type { MessagesChannel } from '../connections/output/messageOutput.ts';
import type { PermissionStore } from '../consent/permissionStore.ts';
import type { ImportParts } from '../import/importMessages.ts';
import type { Environments } from '../library/environments.ts';
import { runItem, type RunItemParts, stopItem } from '../library/items/runItem.ts';
import type { Secrets } from '../secrets/secrets.ts';
import { send } from '../sending/send.ts';
import { closeSocket, copySocketUrl } from '../slots/slotCommands.ts';
import type { Slots } from '../slots/slots.ts';
import type { Sender } from '../sending/sender.ts';
import type { MonitorServices } from './monitorServices.ts';
import type { SettingsService } from '../settings/settings.ts';
import type { RuleParts } from '../held/addRule.ts';
import type { TapCommandParts } from '../taps/tapCommands.ts';
import type { CommandHandlers } from '../ui/commands.ts';
import { clickedRow } from '../ui/trees.ts';
import type { WatchCommandParts } from '../watch/watchCommands.ts';
import type { ShownLog } from '../ui/plainLog.ts';
import { CommandId, InternalCommandId } from '../../shared/ids.ts';

export interface CommandParts
  extends
    ConnectParts,
    ConfigureParts,
    LibraryCommandParts,
    ClearParts,
    TapCommandParts,
    WatchCommandParts {
  readonly monitor: () => Promise<MonitorServices>;
  /** What rules are added to. */
  readonly ruleParts: () => RuleParts;
  /** Called when the list of captures has changed. */
  readonly refresh: () => void;
  readonly clock: Clock;
  readonly connections: Connections;
  readonly slots: Slots;
  readonly targets: Targets;
  readonly settings: SettingsService;
  readonly output: MessagesChannel;
  readonly secrets: Secrets;
  readonly permissions: PermissionStore;
  readonly sender: Sender;
  readonly log: ShownLog;
  readonly views: RowViews;
}

/** The rows that are selected in the trees. */
export interface RowViews {
  readonly connections: Pick<TreeView<unknown>, 'selection'>;
  readonly captures: Pick<TreeView<unknown>, 'selection'>;
  readonly messages: Pick<TreeView<unknown>, 'selection'>;
}

/** The handlers of all commands. Code that few windows need is loaded with the first use. */
export function commandHandlers(parts: CommandParts): CommandHandlers {
  const { connections, slots, targets, monitor, output, sender, demo, log } = parts;
  const handlers = {
    [CommandId.Connect]: target => connect(parts, target),
    [CommandId.Disconnect]: target => disconnect(connections, target),
    [CommandId.Reconnect]: target => reconnect(connections, target),
    [CommandId.CloseSocket]: target => closeSocket(slots, target),
    [CommandId.CopySocketUrl]: target => copySocketUrl(slots, target),
    [CommandId.OpenMonitor]: target => openMonitor(parts, target),
    [CommandId.ShowMessages]: () => output.show(),
    [CommandId.ShowLog]: () => log.show(),
    [CommandId.Send]: target => send(targets, sender, target),
    [CommandId.Clear]: target => clear(parts, target),
    [CommandId.ToggleFollow]: async () => (await monitor()).panel.toggleFollow(),
    [CommandId.OpenMessagesAsText]: async () => (await monitor()).openMessagesAsText(),
    [CommandId.ShowKeyboardHelp]: async () => (await monitor()).showKeyboardHelp(),
    [CommandId.StartDemoServer]: () => demo.startAndOffer(),
    [CommandId.StopDemoServer]: () => demo.stop(),
    ...captureCommands(parts),
    ...secretCommands(parts),
    ...configureCommands(parts),
    ...libraryCommands(parts),
    ...tapCommands(parts),
    ...heldCommands(parts),
    ...watchCommands(parts),
    [InternalCommandId.ShowActions]: async () =>
      (await import('../connections/views/connectionsMenu.ts')).showConnectionsMenu(parts),
  } satisfies Partial<CommandHandlers>;
  return { ...handlers, ...rowCommands(handlers, parts.views, parts.clock) };
}

/** What clicks on rows of trees do: the commands of the menus, with the row that is selected. */
export function rowCommands(
  handlers: Pick<CommandHandlers, OfRows>,
  { connections, captures, messages }: RowViews,
  clock: Clock,
) {
  const onSelected = (command: OfRows, view: RowViews[keyof RowViews]) => async () => {
    const row = await clickedRow(view, clock);
    return row === undefined ? undefined : handlers[command](row);
  };
  return {
    [InternalCommandId.OpenConnectionRow]: onSelected(CommandId.OpenMonitor, connections),
    [InternalCommandId.OpenCaptureRow]: onSelected(CommandId.OpenCapture, captures),
    [InternalCommandId.OpenMessageRow]: onSelected(CommandId.EditSaved, messages),
  } satisfies Partial<CommandHandlers>;
}

type OfRows =
  typeof CommandId.OpenMonitor | typeof CommandId.OpenCapture | typeof CommandId.EditSaved;

function captureCommands({ monitor, showMonitor, refresh }: CommandParts) {
  const load = () => import('../captures/captureCommands.ts');
  const captureParts = async () => {
    const { exporting, panel } = await monitor();
    return { ...exporting, panel, showMonitor, refresh };
  };
  const openFile = async (target?: unknown) =>
    (await import('../captures/openFile.ts')).openFile(await captureParts(), target);
  return {
    [CommandId.Export]: async target => {
      const { exportMessages } = await import('../captures/export.ts');
      return exportMessages((await monitor()).exporting, target);
    },
    [CommandId.OpenCapture]: async target =>
      (await load()).openCapture(await captureParts(), target),
    [CommandId.ShowCapture]: async target =>
      (await load()).openCapture(await captureParts(), target),
    [CommandId.OpenFile]: openFile,
    [CommandId.OpenFileAsCapture]: openFile,
    [CommandId.SaveCapture]: async target =>
      (await load()).saveCapture(await captureParts(), target),
    [CommandId.DeleteCapture]: async target =>
      (await load()).deleteCapture(await captureParts(), target),
    [CommandId.DecodeAs]: async target => {
      const { decodeAs } = await import('../decoding/decodeAs.ts');
      return decodeAs((await monitor()).decoding, target);
    },
    [CommandId.NewDecoder]: async () => (await monitor()).askForDecoder(),
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
    [CommandId.OpenConnectionSettings]: async target =>
      (await load()).openConnectionSettings(parts, target),
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

function tapCommands(parts: CommandParts) {
  const load = () => import('../taps/tapCommands.ts');
  return {
    [CommandId.StartTap]: async target => (await load()).startTap(parts, target),
    [CommandId.StopTap]: async target => (await load()).stopTap(parts, target),
    [CommandId.CopyTapUrl]: async target => (await load()).copyTapUrl(parts, target),
    [CommandId.OpenTapUrl]: async target => (await load()).openTapUrl(parts, target),
    [CommandId.TapUrl]: async target => (await load()).tapUrl(parts, target),
    [CommandId.SetTapNetwork]: async target => (await load()).setTapNetwork(parts, target),
    [CommandId.OpenTapSettings]: async target => (await load()).openTapSettings(parts, target),
    [CommandId.RemoveTap]: async target => (await load()).removeTap(parts, target),
    [CommandId.AddTapRule]: async target =>
      (await import('../held/addRule.ts')).addTapRule(parts.ruleParts(), target),
    [CommandId.ShowTapRules]: async target =>
      (await import('../held/rulesMenu.ts')).showTapRules(parts.ruleParts(), target),
  } satisfies Partial<CommandHandlers>;
}

function heldCommands({ monitor }: CommandParts) {
  const load = () => import('../held/heldCommands.ts');
  return {
    [CommandId.ReleaseHeld]: async (slot, number) =>
      (await load()).releaseHeld((await monitor()).held, slot, number),
    [CommandId.ReleaseAllHeld]: async slot =>
      (await load()).releaseAllHeld((await monitor()).held, slot),
    [CommandId.DropHeld]: async (slot, number) =>
      (await load()).dropHeld((await monitor()).held, slot, number),
    [CommandId.EditHeld]: async (slot, number) => {
      const { held, panel } = await monitor();
      const { editHeld } = await load();
      editHeld(held, (...message) => panel.editHeld(...message), slot, number);
    },
  } satisfies Partial<CommandHandlers>;
}

function watchCommands(parts: WatchCommandParts) {
  const load = () => import('../watch/watchCommands.ts');
  return {
    [CommandId.WatchDebugSession]: async target => (await load()).watchDebugSession(parts, target),
    [CommandId.StopWatching]: async target => (await load()).stopWatching(parts, target),
    [CommandId.ReloadPage]: async target => (await load()).reloadPage(parts, target),
  } satisfies Partial<CommandHandlers>;
}

export interface LibraryCommandParts extends RunItemParts, ImportParts {
  readonly environments: Environments;
}

/** The handlers of the library's commands. */
export function libraryCommands(parts: LibraryCommandParts) {
  const load = () => import('../library/items/itemCommands.ts');
  const loadMoves = () => import('../library/items/moveItem.ts');
  return {
    [CommandId.RunSaved]: target => runItem(parts, target),
    [CommandId.SendSaved]: target => runItem(parts, target),
    [CommandId.RunSequence]: target => runItem(parts, target),
    [CommandId.StopSaved]: target => stopItem(parts, target),
    [CommandId.EditSaved]: async target => (await load()).editItem(parts, target),
    [CommandId.DuplicateSaved]: async target => (await load()).duplicateItem(parts, target),
    [CommandId.DeleteSaved]: async target => (await load()).deleteItem(parts, target),
    [CommandId.RenameSaved]: async target => (await loadMoves()).renameItem(parts, target),
    [CommandId.MoveSaved]: async target => (await loadMoves()).moveToFolder(parts, target),
    [CommandId.MoveSavedUp]: async target => (await loadMoves()).moveBy(parts, target, -1),
    [CommandId.MoveSavedDown]: async target => (await loadMoves()).moveBy(parts, target, 1),
    [CommandId.NewMessage]: async target => (await load()).newMessage(parts, target),
    [CommandId.NewSequence]: async target => (await load()).newSequence(parts, target),
    [CommandId.NewFolder]: async target => (await load()).newFolder(parts, target),
    [CommandId.ImportMessages]: async target =>
      (await import('../import/importMessages.ts')).importMessages(parts, target),
    [CommandId.OpenMessagesFile]: async target => (await load()).openMessagesFile(parts, target),
    [CommandId.SwitchEnvironment]: target => parts.environments.switch(target),
  } satisfies Partial<CommandHandlers>;
}

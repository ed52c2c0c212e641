import { commands, l10n, window } from 'vscode';
import { wordOf } from '../../core/connection/report.ts';
import { isLive } from '../../core/connection/state.ts';
import { CommandId } from '../../shared/ids.ts';
import type { Connections } from '../connections.ts';
import { targetName } from '../trees/treeTarget.ts';
import { chooseConnection } from './choose.ts';
import { settled, type ConnectResult, type ShowMonitor } from './connect.ts';

/** Closes a connection, or stops retrying. Resolves when it is closed; harmless where it is. */
export async function disconnect(
  connections: Connections,
  target?: unknown,
): Promise<ConnectResult | undefined> {
  if (target === undefined && connections.all.length > 0 && connections.live.length === 0) {
    return undefined; // Pressed twice: what was asked for is so already.
  }
  const monitored = await chooseConnection(
    connections,
    target,
    connections.live,
    l10n.t('Disconnect which connection?'),
    l10n.t('Nothing is connected.'),
  );
  monitored.connection.disconnect();
  return settled(monitored);
}

/** Connects anew, at once: where it is open, waits to retry, or has been stopped. */
export async function reconnect(
  connections: Connections,
  target?: unknown,
): Promise<ConnectResult> {
  const { all, live } = connections;
  const monitored = await chooseConnection(
    connections,
    target,
    live.length > 0 ? live : all,
    l10n.t('Reconnect which connection?'),
    l10n.t('There is no connection yet. Run Connect… first.'),
  );
  monitored.connection.reconnect();
  return settled(monitored);
}

/** Drops the messages of a connection. */
export async function clear(connections: Connections, target?: unknown): Promise<void> {
  const filled = connections.all.filter(({ capture: { extent } }) => extent.next > extent.first);
  if (target === undefined && filled.length === 0) {
    return;
  }
  const monitored = await chooseConnection(
    connections,
    target,
    filled,
    l10n.t('Clear the messages of which connection?'),
    l10n.t('There are no messages.'),
  );
  await monitored.capture.clear();
}

/** Shows the monitor and, where it is named, that connection in it. */
export async function openMonitor(
  connections: Connections,
  showMonitor: ShowMonitor,
  target?: unknown,
): Promise<void> {
  const named = targetName(target);
  await showMonitor(typeof named === 'string' ? connections.get(named).id : undefined);
}

type Action = 'monitor' | 'output' | 'reconnect' | 'disconnect' | 'connect' | 'log';

/** What a click on the status bar does: offers what can be done now. */
export async function showActions(connections: Connections): Promise<void> {
  const items = [
    { label: `$(open-preview) ${l10n.t('Open Monitor')}`, action: 'monitor' as Action, id: '' },
    ...connections.all.flatMap(({ id, name, connection }) => {
      const word = wordOf(connection.state);
      const again = isLive(connection.state) ? l10n.t('Reconnect') : l10n.t('Connect');
      const entry = (label: string, action: Action) => ({ label, action, id, description: word });
      return [
        ...(isLive(connection.state)
          ? [entry(`$(debug-disconnect) ${l10n.t('Disconnect {0}', name)}`, 'disconnect')]
          : []),
        entry(`$(refresh) ${again} ${name}`, 'reconnect'),
      ];
    }),
    { label: `$(plug) ${l10n.t('Connect…')}`, action: 'connect' as Action, id: '' },
    { label: `$(output) ${l10n.t('Show Messages Output')}`, action: 'output' as Action, id: '' },
    { label: `$(list-flat) ${l10n.t('Show Log')}`, action: 'log' as Action, id: '' },
  ];
  const picked = await window.showQuickPick(items, { placeHolder: l10n.t('WebSocket Monitor') });
  if (picked) {
    await commands.executeCommand(actionCommands[picked.action], ...(picked.id ? [picked.id] : []));
  }
}

const actionCommands: Readonly<Record<Action, CommandId>> = {
  monitor: CommandId.OpenMonitor,
  output: CommandId.ShowMessages,
  reconnect: CommandId.Reconnect,
  disconnect: CommandId.Disconnect,
  connect: CommandId.Connect,
  log: CommandId.ShowLog,
};

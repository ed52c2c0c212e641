import { commands, l10n, ThemeIcon } from 'vscode';
import { wordOf } from '../../core/connection/report.ts';
import { isLive } from '../../core/connection/state/state.ts';
import { CommandId } from '../../shared/ids.ts';
import type { Connections } from './connections.ts';
import { targetName } from '../ui/treeTarget.ts';
import { pickOne, type Choice } from '../ui/prompts.ts';
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

interface ActionChoice extends Choice {
  readonly action: Action;
  /** Of the connection; empty where it is about none. */
  readonly id: string;
}

/** What a click on the status bar does: offers what can be done now. */
export async function showActions(connections: Connections): Promise<void> {
  const choice = (icon: string, label: string, action: Action, id = ''): ActionChoice => ({
    label,
    iconPath: new ThemeIcon(icon),
    action,
    id,
  });
  const items = [
    choice('open-preview', l10n.t('Open Monitor'), 'monitor'),
    ...connections.all.flatMap(({ id, name, connection }) => {
      const word = wordOf(connection.state);
      const again = isLive(connection.state) ? l10n.t('Reconnect') : l10n.t('Connect');
      const ofIt = [
        ...(isLive(connection.state)
          ? [choice('debug-disconnect', l10n.t('Disconnect {0}', name), 'disconnect', id)]
          : []),
        choice('refresh', `${again} ${name}`, 'reconnect', id),
      ];
      return ofIt.map(each => ({ ...each, description: word }));
    }),
    choice('plug', l10n.t('Connect…'), 'connect'),
    choice('output', l10n.t('Show Messages Output'), 'output'),
    choice('list-flat', l10n.t('Show Log'), 'log'),
  ];
  const { action, id } = await pickOne(items, { placeHolder: l10n.t('WebSocket Monitor') });
  await commands.executeCommand(actionCommands[action], ...(id ? [id] : []));
}

const actionCommands: Readonly<Record<Action, CommandId>> = {
  monitor: CommandId.OpenMonitor,
  output: CommandId.ShowMessages,
  reconnect: CommandId.Reconnect,
  disconnect: CommandId.Disconnect,
  connect: CommandId.Connect,
  log: CommandId.ShowLog,
};

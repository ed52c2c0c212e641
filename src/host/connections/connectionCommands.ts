import { commands, l10n, ThemeIcon } from 'vscode';
import { UserError } from '../../core/base/errors.ts';
import { wordOf } from '../../core/connection/report.ts';
import { isLive } from '../../core/connection/state/state.ts';
import { type ConnectResult, settled, type ShowMonitor } from './connect.ts';
import type { Connections } from './connections.ts';
import type { MonitoredConnection } from './monitoredConnection.ts';
import { type Choice, pickOne } from '../ui/prompts.ts';
import { targetName } from '../ui/trees.ts';
import { CommandId } from '../../shared/ids.ts';

/** Closes a connection, or stops retrying. Resolves when it is closed, also if it was before. */
export async function disconnect(
  connections: Connections,
  target?: unknown,
): Promise<ConnectResult | undefined> {
  if (target === undefined && connections.all.length > 0 && connections.live.length === 0) {
    return undefined; // All are disconnected already.
  }
  const monitored = await chooseConnection(
    connections,
    target,
    connections.live,
    l10n.t('Select the connection to disconnect'),
    l10n.t('Nothing is connected.'),
  );
  monitored.connection.disconnect();
  return settled(monitored);
}

/** Reconnects at once, whether the connection is open, waits to retry, or is stopped. */
export async function reconnect(
  connections: Connections,
  target?: unknown,
): Promise<ConnectResult> {
  const { all, live } = connections;
  const monitored = await chooseConnection(
    connections,
    target,
    live.length > 0 ? live : all,
    l10n.t('Select the connection to reconnect'),
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
    l10n.t('Select the connection to clear'),
    l10n.t('There are no messages.'),
  );
  await monitored.capture.clear();
}

/** Shows the monitor and, if given, that connection in it. */
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
  /** The id of the connection; empty for a general action. */
  readonly id: string;
}

/** Offers the actions that are possible now; run by a click on the status bar. */
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

/**
 * The connection for a command: the one that `target` names, the only candidate, or the one that
 * the user picks.
 *
 * @param none the error message if there is no candidate
 */
export async function chooseConnection(
  connections: Connections,
  target: unknown,
  candidates: readonly MonitoredConnection[],
  placeHolder: string,
  none: string,
): Promise<MonitoredConnection> {
  const named = targetName(target);
  if (named !== undefined) {
    if (typeof named !== 'string') {
      throw new UserError(l10n.t('Pass the name or the id of a connection.'));
    }
    return connections.get(named);
  }
  const [only] = candidates;
  if (!only) {
    throw new UserError(none);
  }
  if (candidates.length === 1) {
    return only;
  }
  const items = candidates.map(monitored => ({
    label: monitored.name,
    description: wordOf(monitored.connection.state),
    detail: monitored.connection.options.endpoint.display,
    monitored,
  }));
  return (await pickOne(items, { placeHolder })).monitored;
}

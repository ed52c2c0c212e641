import { l10n } from 'vscode';
import { UserError } from '../../../core/base/errors.ts';
import type { Formats } from '../../../core/base/format.ts';
import { configuredId } from '../configuredId.ts';
import { type ConnectResult, settled, type ShowMonitor } from './connect.ts';
import type { Clearing, LastCleared } from './clearing.ts';
import type { ConnectionOrder } from '../connectionOrder.ts';
import type { Connections } from '../connections.ts';
import type { Target, Targets } from '../targets.ts';
import type { SettingsService } from '../../settings/settings.ts';
import { showInformation } from '../../ui/notify.ts';
import type { ShownLog } from '../../ui/plainLog.ts';
import { pickOne } from '../../ui/prompts.ts';
import { targetName } from '../../ui/trees.ts';
import { unwaited } from '../../ui/unwaited.ts';

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

/** Clears a connection. Who asked for it in the editor can bring the messages back. */
export async function clear(
  { targets, clearing, formats, log }: ClearParts,
  target?: unknown,
): Promise<void> {
  const filled = targets.all.filter(({ capture: { extent } }) => extent.next > extent.first);
  if (target === undefined && filled.length === 0) {
    return;
  }
  const cleared = await chooseConnection(
    targets,
    target,
    filled,
    l10n.t('Select the connection to clear'),
    l10n.t('There are no messages.'),
  );
  await clearing.clear([cleared]);
  if (typeof target !== 'string' && clearing.last && !clearing.isShown()) {
    unwaited('Bringing messages back', log, offerUndo(clearing, clearing.last, formats));
  }
}

export interface ClearParts {
  readonly targets: Targets;
  readonly clearing: Clearing;
  readonly formats: Formats;
  readonly log: ShownLog;
}

async function offerUndo(
  clearing: Clearing,
  { names, rows }: LastCleared,
  formats: Formats,
): Promise<void> {
  const undo = l10n.t('Undo');
  const [name = ''] = names;
  const sentence = [l10n.t('Cleared {0} messages of {1}.'), formats.count(rows), name] as const;
  if ((await showInformation(sentence, undo)) === undo) {
    await clearing.undo();
  }
}

/** Shows the monitor and, if given, that connection in it, also one that is only configured. */
export async function openMonitor(
  { targets, settings, showMonitor }: OpenMonitorParts,
  target?: unknown,
): Promise<void> {
  const named = targetName(target);
  if (typeof named !== 'string') {
    await showMonitor();
    return;
  }
  const isConfigured = settings.current.profiles.some(({ name }) => name === named);
  const known = targets.find(named);
  const only = !known && isConfigured ? configuredId(named) : undefined;
  await showMonitor(only ?? targets.get(named).id);
}

export interface OpenMonitorParts {
  readonly targets: Targets;
  readonly settings: Pick<SettingsService, 'current'>;
  readonly showMonitor: ShowMonitor;
}

/**
 * The connection for a command: the one that `target` names, the only candidate, or the one that
 * the user picks.
 *
 * @param none the error message if there is no candidate
 */
export async function chooseConnection<T extends Target>(
  from: { get(idOrName: string): T; readonly order: ConnectionOrder },
  target: unknown,
  candidates: readonly T[],
  placeHolder: string,
  none: string,
): Promise<T> {
  const named = targetName(target);
  if (named !== undefined) {
    if (typeof named !== 'string') {
      throw new UserError(l10n.t('Pass the name or the id of a connection.'));
    }
    return from.get(named);
  }
  const [only] = candidates;
  if (!only) {
    throw new UserError(none);
  }
  if (candidates.length === 1) {
    return only;
  }
  const items = from.order.sorted(candidates).map(candidate => ({
    label: candidate.name,
    description: candidate.stateWord,
    detail: candidate.url,
    candidate,
  }));
  return (await pickOne(items, { placeHolder })).candidate;
}

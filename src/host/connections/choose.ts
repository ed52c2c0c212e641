import { l10n } from 'vscode';
import { UserError } from '../../core/base/errors.ts';
import { wordOf } from '../../core/connection/report.ts';
import type { Connections } from './connections.ts';
import type { MonitoredConnection } from './monitoredConnection.ts';
import { targetName } from '../ui/treeTarget.ts';
import { pickOne } from '../ui/prompts.ts';

/**
 * The connection that a command is about: the one that `target` names, the only candidate, or the
 * one that the user picks.
 *
 * @param none what to say where there is no candidate
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
      throw new UserError(l10n.t('Give the name or the id of a connection.'));
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

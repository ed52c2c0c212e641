import { l10n } from 'vscode';
import type { Disposable } from '../../core/base/lifecycle.ts';
import type { Logger } from '../../core/base/logger.ts';
import { stateSentence } from '../../core/connection/report.ts';
import { maxPartLength, shortened } from '../../core/text/plainText.ts';
import type { ConnectionState } from '../../core/connection/state/state.ts';
import type { MonitoredConnection } from './monitoredConnection.ts';
import { openSetting } from '../settings/openSetting.ts';
import { unwaited } from '../ui/unwaited.ts';
import { showError, showWarning } from '../ui/notify.ts';

/**
 * Notifies the user of what needs their attention: that a connection has failed for good, and that
 * a peer never answers pings. Each once until the connection was open again; automatic retries are
 * not notified.
 */
export function notifyOf(monitored: MonitoredConnection, log: Logger): Disposable {
  const told = new Set<string>();
  return monitored.connection.onDidChangeState(state => {
    const news = newsIn(state);
    if (news === undefined) {
      if (state.kind === 'open') {
        told.delete('failed');
      }
    } else if (!told.has(news)) {
      told.add(news);
      const telling = news === 'failed' ? notifyFailure(monitored) : notifySilence(monitored);
      unwaited('What a notification offers', log, telling);
    }
  });
}

function newsIn(state: ConnectionState): 'failed' | 'unverifiable' | undefined {
  if (state.kind === 'stopped' && state.why !== 'server-closed' && state.why !== 'disabled') {
    return 'failed';
  }
  return state.kind === 'open' && state.health === 'unverifiable' ? 'unverifiable' : undefined;
}

async function notifyFailure(monitored: MonitoredConnection): Promise<void> {
  const { name, connection, helpfulSetting: setting } = monitored;
  const { state, options } = connection;
  const tryAgain = l10n.t('Try Again');
  const open = l10n.t('Open Setting {0}', setting ?? '');
  const chosen = await showError(
    told(name, stateSentence(state, options.endpoint)),
    ...(setting === undefined ? [tryAgain] : [open, tryAgain]),
  );
  if (chosen === tryAgain) {
    connection.connect();
  } else if (chosen === open && setting !== undefined) {
    await openSetting(setting, monitored.profile.scope);
  }
}

async function notifySilence({ name, connection }: MonitoredConnection): Promise<void> {
  const setting = 'heartbeat.message';
  const open = l10n.t('Open Setting {0}', setting);
  const sentence = stateSentence(connection.state, connection.options.endpoint);
  if ((await showWarning(told(name, sentence), open)) === open) {
    await openSetting(setting);
  }
}

/** Only the name is shortened: the sentence has the cause, the consequence and advice. */
function told(name: string, sentence: string): string {
  return `${shortened(name, maxPartLength / 4)}: ${sentence}`;
}

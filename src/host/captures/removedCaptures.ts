import { l10n, type TreeView } from 'vscode';
import type { RemovedCapture } from '../../core/capture/captureArchive.ts';
import type { RemovalReason } from '../../core/capture/archiveRetention.ts';
import type { Formats } from '../../core/base/format.ts';
import type { Logger } from '../../core/base/logger.ts';
import { openSetting } from '../settings/openSetting.ts';
import { unwaited } from '../ui/unwaited.ts';
import { showInformation } from '../ui/notify.ts';

const settingOf = { age: 'history.keepDays', size: 'history.keepMegabytes' } as const;

/**
 * Says in the view of captures how many of them the limits have deleted in this window. What goes by
 * its age was announced there for a day; what goes for its size was not, so that a notification says
 * so as well, once.
 */
export function notifyRemoved(
  view: Pick<TreeView<unknown>, 'message'>,
  formats: Formats,
  log: Logger,
): (removed: readonly RemovedCapture[]) => void {
  const counts: Record<RemovalReason, number> = { age: 0, size: 0 };
  let wasNotified = false;
  return removed => {
    for (const { reason } of removed) {
      counts[reason]++;
    }
    view.message = reasons
      .filter(reason => counts[reason] > 0)
      .map(reason => sentenceOf(reason, formats.count(counts[reason])))
      .join(' ');
    if (counts.size > 0 && !wasNotified) {
      wasNotified = true;
      const telling = notify(sentenceOf('size', formats.count(counts.size)));
      unwaited('Telling of deleted captures', log, telling);
    }
  };
}

const reasons: readonly RemovalReason[] = ['age', 'size'];

function sentenceOf(reason: RemovalReason, count: string): string {
  const setting = `websocketMonitor.${settingOf[reason]}`;
  return reason === 'age'
    ? l10n.t('Captures deleted because they were older than {1} says: {0}.', count, setting)
    : l10n.t(
        'Captures deleted because together they took more than {1} says: {0}. The log names them.',
        count,
        setting,
      );
}

async function notify(sentence: string): Promise<void> {
  const open = l10n.t('Open Setting');
  if ((await showInformation(sentence, open)) === open) {
    await openSetting(settingOf.size);
  }
}

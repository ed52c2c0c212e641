import { commands, l10n, type TreeView } from 'vscode';
import type { Formats } from '../../core/base/format.ts';
import type { Logger } from '../../core/base/logger.ts';
import type {
  ArchivedCapture,
  CaptureArchive,
  RemovedCapture,
} from '../../core/capture/captureArchive.ts';
import type { RemovalReason } from '../../core/capture/archiveRetention.ts';
import { shortened } from '../../core/text/plainText.ts';
import { CommandId, ViewType } from '../../shared/ids.ts';
import { openSetting } from '../settings/openSetting.ts';
import { showInformation, type Sentence } from '../ui/notify.ts';
import { unwaited } from '../ui/unwaited.ts';

const reasons: readonly RemovalReason[] = ['age', 'size'];
const settings = { age: 'history.keepDays', size: 'history.keepMegabytes' } as const;

/** Of a notification, which is short: names, and characters of each. */
const maxNames = 3;
const maxNameLength = 60;

/**
 * Counts, in the view of captures, those that the limits have deleted in this window. A deletion by age
 * is announced there a day before. A deletion by size is not, so a notification reports the first one.
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
      .map(reason => removedSentence(reason, formats.count(counts[reason])))
      .join(' ');
    if (counts.size > 0 && !wasNotified) {
      wasNotified = true;
      const shown = offerSetting(removedSentence('size', formats.count(counts.size)));
      unwaited('The notification of deleted captures', log, shown);
    }
  };
}

function removedSentence(reason: RemovalReason, count: string): string {
  const setting = `websocketMonitor.${settings[reason]}`;
  return reason === 'age'
    ? l10n.t('Captures deleted because they were older than {1} allows: {0}.', count, setting)
    : l10n.t(
        'Captures deleted because together they were larger than {1} allows: {0}. The log has their names.',
        count,
        setting,
      );
}

async function offerSetting(sentence: string): Promise<void> {
  const open = l10n.t('Open Setting');
  if ((await showInformation(sentence, open)) === open) {
    await openSetting(settings.size);
  }
}

export interface AbandonedParts {
  readonly archive: Pick<CaptureArchive, 'hasAbandoned' | 'takeAbandoned'>;
  readonly formats: Formats;
  readonly log: Logger;
}

/** Offers the captures of windows that crashed, each capture once. Never rejects. */
export async function offerAbandonedCaptures(parts: AbandonedParts): Promise<void> {
  try {
    if (await parts.archive.hasAbandoned()) {
      await offer(parts, await parts.archive.takeAbandoned());
    }
  } catch (error) {
    parts.log.warn('The captures of earlier windows could not be read', error);
  }
}

async function offer(
  { formats }: AbandonedParts,
  captures: readonly ArchivedCapture[],
): Promise<void> {
  const [first, ...others] = captures;
  if (!first) {
    return;
  }
  const open = l10n.t('Open Capture');
  const show = l10n.t('Show Captures');
  const canOpen = others.length === 0 && first.problem === undefined;
  const picked = await showInformation(abandonedSentence(captures, formats), canOpen ? open : show);
  if (picked === open) {
    await commands.executeCommand(CommandId.OpenCapture, first.key);
  } else if (picked === show) {
    await commands.executeCommand(`${ViewType.Captures}.focus`);
  }
}

function abandonedSentence(captures: readonly ArchivedCapture[], formats: Formats): Sentence {
  const readable = captures.filter(({ problem }) => problem === undefined);
  const damaged = formats.count(captures.length - readable.length);
  if (readable.length === 0) {
    return [l10n.t('A window crashed. It left captures that cannot be read: {0}.'), damaged];
  }
  const kept =
    readable.length === 1
      ? l10n.t('A window crashed while it monitored {0}. Its {1} rows were kept.')
      : l10n.t(
          'A window crashed while it monitored {0}. All {2} captures were kept, with {1} rows.',
        );
  const others = l10n.t('Other captures cannot be read: {3}.');
  return [
    readable.length === captures.length ? kept : `${kept} ${others}`,
    namesIn(readable, formats),
    formats.count(readable.reduce((sum, { rowCount }) => sum + rowCount, 0)),
    formats.count(readable.length),
    damaged,
  ];
}

function namesIn(captures: readonly ArchivedCapture[], formats: Formats): string {
  const names = [...new Set(captures.map(({ name }) => name))];
  const shown = names.slice(0, maxNames).map(name => shortened(name, maxNameLength));
  const more = names.length - shown.length;
  return more === 0
    ? shown.join(', ')
    : l10n.t('{0} and {1} more', shown.join(', '), formats.count(more));
}

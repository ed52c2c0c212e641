import { commands, l10n } from 'vscode';
import type { Logger } from '../../core/base/logger.ts';
import type { ArchivedCapture, CaptureArchive } from '../../core/capture/captureArchive.ts';
import type { Formats } from '../../core/base/format.ts';
import { shortened } from '../../core/text/plainText.ts';
import { CommandId, ViewType } from '../../shared/ids.ts';
import { showInformation, type Sentence } from '../ui/notify.ts';

export interface OfferParts {
  readonly archive: Pick<CaptureArchive, 'hasAbandoned' | 'takeAbandoned'>;
  readonly formats: Formats;
  readonly log: Logger;
}

/** Names in a notification, which is short, and characters of each. */
const mostNames = 3;
const longestName = 60;

/** Offers all that windows that went down have left, each capture once. Never rejects. */
export async function offerAbandonedCaptures(parts: OfferParts): Promise<void> {
  try {
    if (await parts.archive.hasAbandoned()) {
      await offer(parts, await parts.archive.takeAbandoned());
    }
  } catch (error) {
    parts.log.warn('The captures of earlier windows could not be looked at', error);
  }
}

async function offer({ formats }: OfferParts, captures: readonly ArchivedCapture[]): Promise<void> {
  const [first, ...others] = captures;
  if (!first) {
    return;
  }
  const open = l10n.t('Open Capture');
  const show = l10n.t('Show Captures');
  const canOpen = others.length === 0 && first.problem === undefined;
  const picked = await showInformation(sentenceOf(captures, formats), canOpen ? open : show);
  if (picked === open) {
    await commands.executeCommand(CommandId.OpenCapture, first.key);
  } else if (picked === show) {
    await commands.executeCommand(`${ViewType.Captures}.focus`);
  }
}

function sentenceOf(captures: readonly ArchivedCapture[], formats: Formats): Sentence {
  const whole = captures.filter(({ problem }) => problem === undefined);
  const damaged = formats.count(captures.length - whole.length);
  if (whole.length === 0) {
    return [
      l10n.t('A window went down. Captures that it left and that cannot be read: {0}.'),
      damaged,
    ];
  }
  const kept =
    whole.length === 1
      ? l10n.t('A window went down while it monitored {0}. Its {1} rows were kept.')
      : l10n.t(
          'A window went down while it monitored {0}. All {2} captures were kept, with {1} rows.',
        );
  const others = l10n.t('Others that cannot be read: {3}.');
  return [
    whole.length === captures.length ? kept : `${kept} ${others}`,
    namesOf(whole, formats),
    formats.count(whole.reduce((sum, { rowCount }) => sum + rowCount, 0)),
    formats.count(whole.length),
    damaged,
  ];
}

function namesOf(captures: readonly ArchivedCapture[], formats: Formats): string {
  const names = [...new Set(captures.map(({ name }) => name))];
  const shown = names.slice(0, mostNames).map(name => shortened(name, longestName));
  const more = names.length - shown.length;
  return more === 0
    ? shown.join(', ')
    : l10n.t('{0} and {1} more', shown.join(', '), formats.count(more));
}

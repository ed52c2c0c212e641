import { commands, l10n, type Memento } from 'vscode';
import type { Logger } from '../core/base/logger.ts';
import type { CaptureArchive } from '../core/capture/captureArchive.ts';
import { Formats } from '../core/format.ts';
import { CommandId } from '../shared/ids.ts';
import { showInformation } from './user/tell.ts';

const key = 'offeredCaptures';
const mostRemembered = 20;

export interface OfferParts {
  readonly archive: CaptureArchive;
  readonly state: Memento;
  readonly formats: Formats;
  readonly log: Logger;
}

/** Offers what a window that went down has left, once for each capture. Never rejects. */
export async function offerAbandonedCaptures(parts: OfferParts): Promise<void> {
  try {
    if (await parts.archive.hasAbandoned()) {
      await offer(parts);
    }
  } catch (error) {
    parts.log.warn('The captures of earlier windows could not be looked at', error);
  }
}

async function offer({ archive, state, formats }: OfferParts): Promise<void> {
  const offered = state.get<readonly string[]>(key, []);
  const found = (await archive.list()).filter(
    capture =>
      capture.isAbandoned && capture.problem === undefined && !offered.includes(capture.key),
  );
  const [latest] = found;
  if (!latest) {
    return;
  }
  const keys = found.map(capture => capture.key);
  await state.update(key, [...keys, ...offered].slice(0, mostRemembered));
  const open = l10n.t('Open Capture');
  const sentence = [
    l10n.t('A window went down while it monitored {0}. Its {1} rows were kept.'),
    latest.name,
    formats.count(latest.rowCount),
  ] as const;
  if ((await showInformation(sentence, open)) === open) {
    await commands.executeCommand(CommandId.OpenCapture, latest.key);
  }
}

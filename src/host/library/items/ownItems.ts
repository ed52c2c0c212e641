import { messageDisclosures } from '../../../core/consent/messageDisclosures.ts';
import type { Disclosure } from '../../../core/consent/disclosure.ts';
import type { ItemEntry } from '../../../core/library/librarySchema.ts';
import { runnablesOf, type Runnable, type SavedMessage } from '../../../core/library/library.ts';
import { digest, type Consent } from '../../consent/consent.ts';
import { LibraryEdit } from '../files/editLibrary.ts';
import { readLibraryText } from '../files/libraryText.ts';

/**
 * Notes that the user has written a message of the workspace's file. What counts is what the user
 * entered, not what is in the file by now, which others may write too.
 *
 * @param path from the top of the file
 */
export async function noteOwnMessage(
  consent: Consent,
  path: string,
  entry: ItemEntry,
  exactJson: string | undefined,
): Promise<void> {
  const written = new LibraryEdit('', path);
  written.addAt(['items'], { folders: [], name: 'own' }, entry, exactJson);
  const [item] = runnablesOf(readLibraryText(written.text, 'workspace').library.items);
  if (item?.kind === 'message') {
    await consent.noteOwn(disclosuresOf({ ...item, path }));
  }
}

/** Notes a sequence of messages, if the user has written each of them. */
export async function noteOwnSequence(
  consent: Consent,
  path: string,
  messages: readonly SavedMessage[],
): Promise<void> {
  const areOwn = messages.every(message =>
    disclosuresOf(message).every(each => each.kind !== 'message' || consent.isOwn(each)),
  );
  if (areOwn && messages.length > 0) {
    const steps = messages;
    await consent.noteOwn(disclosuresOf({ kind: 'sequence', name: path, path, steps }));
  }
}

function disclosuresOf(item: Runnable): readonly Disclosure[] {
  const ports = { named: () => undefined, isForeign: false, digest };
  return messageDisclosures([{ origin: 'workspace', item }], ports);
}

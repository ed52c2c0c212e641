import { l10n, type TextDocument } from 'vscode';
import { UserError } from '../../../core/base/errors.ts';
import type { JsonPath } from '../../../core/json/jsonEdit.ts';
import { pathOfItem } from '../../../core/library/itemPath.ts';
import { messageEntryOf, type ItemEntry } from '../../../core/library/librarySchema.ts';
import { runnablesOf } from '../../../core/library/library.ts';
import { jsonProblem, type MessageBody } from '../../../core/message/messageBody.ts';
import type { Origin } from '../../../core/variables/value.ts';
import { ItemNode } from './libraryNodes.ts';
import type { LibraryStore } from '../files/libraryStore.ts';
import { askDestination, chooseFile, homeOf, type Destination } from './destination.ts';
import { noteOwnMessage, noteOwnSequence } from './ownItems.ts';
import type { Consent } from '../../consent/consent.ts';
import { showFile, showItem, showNewItem, showPlaceholder, stepPlaceholder } from './showItem.ts';
import type { Sentence } from '../../ui/notify.ts';
import { askText, confirm, pickSeveral } from '../../ui/prompts.ts';

export interface ItemCommandParts {
  readonly library: LibraryStore;
  readonly consent: Consent;
  /** What shows the items. */
  readonly tree: {
    readonly reveal: (origin: Origin, path: string) => void;
    /** The row that the keys are on, for commands that are run by a key. */
    readonly focused: () => Promise<unknown>;
  };
}

/** Opens the file of an item with the item selected. */
export async function editItem(parts: ItemCommandParts, target: unknown): Promise<void> {
  const { origin, item, place } = await nodeOf(parts, target);
  await showItem(parts.library.file(origin), item, place);
}

export async function duplicateItem(parts: ItemCommandParts, target: unknown): Promise<void> {
  const { origin, place } = await nodeOf(parts, target);
  await parts.library.file(origin).edit(edit => edit.duplicate(place));
}

export async function deleteItem(parts: ItemCommandParts, target: unknown): Promise<void> {
  const { origin, place, item } = await nodeOf(parts, target);
  const count = item.kind === 'folder' ? runnablesOf(item.items).length : 0;
  const detail: readonly Sentence[] =
    count > 0 ? [[l10n.t('The folder holds {0} messages and sequences.'), count]] : [];
  await confirm([l10n.t('Delete "{0}"?'), item.path], detail, l10n.t('Delete'));
  await parts.library.file(origin).edit(edit => edit.remove(place));
}

/** Asks for a text, and saves it as a message. */
export async function newMessage(parts: ItemCommandParts, target: unknown): Promise<void> {
  const text = await askText({
    title: l10n.t('New Message'),
    prompt: l10n.t('Text or JSON to send. You can change it in the file later.'),
    placeHolder: '{"op":"subscribe","channel":"prices"}',
  });
  const isJson = /^\s*[{[]/.test(text) && !jsonProblem(text);
  const destination = await askDestination(parts.library, homeOf(parts, target), {
    title: l10n.t('New Message'),
    suggestion: text.slice(0, 40),
  });
  await addMessage(parts, destination, { as: isJson ? 'json' : 'text', text }, true);
}

/**
 * Saves what was composed as a message, under a name that the user enters.
 *
 * @returns its path
 */
export async function saveMessage(parts: ItemCommandParts, body: MessageBody): Promise<string> {
  const destination = await askDestination(parts.library, undefined, {
    title: l10n.t('Save Message'),
    suggestion: 'text' in body ? body.text.slice(0, 40) : body.as,
  });
  await addMessage(parts, destination, body, false);
  return pathOfItem(destination.path);
}

/** Asks for messages of one file, and saves them as a sequence. */
export async function newSequence(parts: ItemCommandParts, target: unknown): Promise<void> {
  const title = l10n.t('New Sequence');
  const home = homeOf(parts, target);
  const destination = await askDestination(parts.library, home, { title, suggestion: '' });
  const messages = runnablesOf(destination.file.content.library.items).filter(
    each => each.kind === 'message',
  );
  const picked =
    messages.length === 0
      ? []
      : await pickSeveral(
          messages.map(message => ({ label: message.path, message })),
          {
            title,
            placeHolder: l10n.t(
              'Select the messages. Edit the file to set their order, delays and answers.',
            ),
            ignoreFocusOut: true,
          },
        );
  // Without saved messages there is a step to begin with.
  const steps =
    picked.length === 0 ? [{ text: stepPlaceholder }] : picked.map(({ message }) => message.path);
  if (destination.file.origin === 'workspace') {
    const own = picked.map(({ message }) => message);
    await noteOwnSequence(parts.consent, destination.fullPath, own);
  }
  await add(parts, destination, { name: '', steps }, true);
}

export async function newFolder(parts: ItemCommandParts, target: unknown): Promise<void> {
  const destination = await askDestination(parts.library, homeOf(parts, target), {
    title: l10n.t('New Folder'),
    suggestion: '',
  });
  await add(parts, destination, { folder: '', items: [] }, false);
}

/** Opens a file of the library, and creates it if needed. */
export async function openMessagesFile(parts: ItemCommandParts, target: unknown): Promise<void> {
  const file = homeOf(parts, target)?.file ?? (await chooseFile(parts));
  if (file.text === '') {
    await file.edit(() => undefined);
  }
  await showFile(file);
}

/** JSON keeps all digits of its numbers, and members of the same name. */
async function addMessage(
  parts: ItemCommandParts,
  destination: Destination,
  body: MessageBody,
  isShown: boolean,
): Promise<void> {
  const { text, ...entry } = messageEntryOf('', body);
  const isExact = body.as === 'json' && text !== undefined && !jsonProblem(body.text);
  const exactJson = isExact ? body.text : undefined;
  const written = isExact ? entry : messageEntryOf('', body);
  if (destination.file.origin === 'workspace') {
    await noteOwnMessage(parts.consent, destination.fullPath, written, exactJson);
  }
  await add(parts, destination, written, isShown, exactJson);
}

/** @param isShown whether the file is opened at the item, since more can be set there */
async function add(
  { tree }: ItemCommandParts,
  { file, list, path, fullPath }: Destination,
  entry: ItemEntry,
  isShown: boolean,
  exactJson?: string,
): Promise<void> {
  let place: JsonPath = [];
  const done = { isShown: false };
  const show = async (document: TextDocument) => {
    done.isShown = true;
    await showPlaceholder(document, place);
  };
  const text = await file.edit(
    edit => (place = edit.addAt(list, path, entry, exactJson)),
    isShown ? show : undefined,
  );
  tree.reveal(file.origin, fullPath);
  if (isShown && !done.isShown) {
    await showNewItem(file, text, place);
  }
}

export async function nodeOf(
  { tree }: Pick<ItemCommandParts, 'tree'>,
  target: unknown,
): Promise<ItemNode> {
  const node = target ?? (await tree.focused());
  if (!(node instanceof ItemNode)) {
    throw new UserError(l10n.t('Select a saved message, sequence or folder first.'));
  }
  return node;
}

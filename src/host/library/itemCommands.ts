import { l10n, window, workspace } from 'vscode';
import { UserError } from '../../core/base/errors.ts';
import type { JsonPath } from '../../core/json/jsonEdit.ts';
import { messageEntryOf, type ItemEntry } from '../../core/library/librarySchema.ts';
import { runnablesOf } from '../../core/library/library.ts';
import { jsonProblem, type MessageBody } from '../../core/message/messageBody.ts';
import { LineIndex } from '../../core/text/lineIndex.ts';
import { visibleLine } from '../../core/text/visibleText.ts';
import type { LibraryFile } from './libraryFile.ts';
import { ItemNode, RootNode } from './libraryNodes.ts';
import { type LibraryStore, rangeOf } from './libraryStore.ts';
import { fileChanged, valueInJsonText } from '../json/jsonText.ts';
import { spanOf } from './libraryText.ts';
import type { Sentence } from '../ui/notify.ts';
import { askName, askText, confirm, pickOne, pickSeveral } from '../ui/prompts.ts';

export interface ItemCommandParts {
  readonly library: LibraryStore;
  /** The selected node of the tree, for commands that are run by a key. */
  readonly selected: () => unknown;
}

const maxNameLength = 180;

/** Where a new item goes. */
interface Destination {
  readonly file: LibraryFile;
  readonly list: JsonPath;
}

/** Opens the file of an item with the item selected. */
export async function editItem(parts: ItemCommandParts, target: unknown): Promise<void> {
  const { origin, place } = nodeOf(parts, target);
  await openAt(parts.library.file(origin), place);
}

export async function duplicateItem(parts: ItemCommandParts, target: unknown): Promise<void> {
  const { origin, place } = nodeOf(parts, target);
  await parts.library.file(origin).edit(edit => edit.duplicate(place));
}

export async function deleteItem(parts: ItemCommandParts, target: unknown): Promise<void> {
  const { origin, place, item } = nodeOf(parts, target);
  const count = item.kind === 'folder' ? runnablesOf(item.items).length : 0;
  const detail: readonly Sentence[] =
    count > 0 ? [[l10n.t('The folder holds {0} messages and sequences.'), count]] : [];
  await confirm([l10n.t('Delete "{0}"?'), item.path], detail, l10n.t('Delete'));
  await parts.library.file(origin).edit(edit => edit.remove(place));
}

export async function moveItem(
  parts: ItemCommandParts,
  target: unknown,
  by: 1 | -1,
): Promise<void> {
  await moveBy(parts.library, nodeOf(parts, target), by);
}

/** Asks for a text, and saves it as a message. */
export async function newMessage(parts: ItemCommandParts, target: unknown): Promise<void> {
  const destination = await destinationOf(parts, target);
  const text = await askText({
    title: l10n.t('New Message'),
    prompt: l10n.t('Text or JSON to send. You can change it in the file later.'),
    placeHolder: '{"op":"subscribe","channel":"prices"}',
  });
  const isJson = /^\s*[{[]/.test(text) && !jsonProblem(text);
  const name = await askItemName(l10n.t('New Message'), text.slice(0, 40));
  await add(destination, [messageEntryOf(name, { as: isJson ? 'json' : 'text', text })]);
}

/** Saves what was composed as a message, under a name that the user enters. */
export async function saveMessage(parts: ItemCommandParts, body: MessageBody): Promise<void> {
  const destination = await destinationOf(parts, undefined);
  const suggested = 'text' in body ? body.text.slice(0, 40) : body.as;
  const name = await askItemName(l10n.t('Save Message'), suggested);
  await destination.file.edit(edit =>
    edit.addItems(destination.list, [messageEntryOf(name, body)]),
  );
}

/** Asks for messages of one file, and saves them as a sequence. */
export async function newSequence(parts: ItemCommandParts, target: unknown): Promise<void> {
  const destination = await destinationOf(parts, target);
  const messages = runnablesOf(destination.file.content.library.items).filter(
    ({ kind }) => kind === 'message',
  );
  if (messages.length === 0) {
    throw new UserError(l10n.t('A sequence consists of saved messages. Save some first.'));
  }
  const picked = await pickSeveral(
    messages.map(({ path }) => ({ label: path, path })),
    {
      title: l10n.t('New Sequence'),
      placeHolder: l10n.t(
        'Select the messages. Edit the file to set their order, delays and answers.',
      ),
      ignoreFocusOut: true,
    },
  );
  const name = await askItemName(l10n.t('New Sequence'), '');
  await add(destination, [{ name, steps: picked.map(({ path }) => path) }]);
}

export async function newFolder(parts: ItemCommandParts, target: unknown): Promise<void> {
  const { file, list } = await destinationOf(parts, target);
  const name = await askItemName(l10n.t('New Folder'), '');
  await file.edit(edit => edit.addItems(list, [{ folder: name, items: [] }]));
}

/** Opens a file of the library, and creates it if needed. */
export async function openMessagesFile(parts: ItemCommandParts, target: unknown): Promise<void> {
  const { file } = await destinationOf(parts, target);
  if (file.text === '') {
    await file.edit(() => undefined);
  }
  await openAt(file, []);
}

/** The only file, or the one that the user picks. */
export async function chooseFile({ library }: ItemCommandParts): Promise<LibraryFile> {
  const { files } = library;
  const items = files.map(file => ({
    label: file.origin === 'workspace' ? l10n.t('Workspace') : l10n.t('User'),
    description:
      file.origin === 'workspace'
        ? l10n.t('.vscode/websocket-monitor.json, can be shared')
        : l10n.t('your own, in every workspace'),
    file,
  }));
  const [only, other] = items;
  const chosen =
    only && !other
      ? only
      : await pickOne(items, { placeHolder: l10n.t('Select where to save it') });
  return chosen.file;
}

async function destinationOf(parts: ItemCommandParts, target: unknown): Promise<Destination> {
  if (target instanceof RootNode) {
    return { file: parts.library.file(target.origin), list: ['items'] };
  }
  if (!(target instanceof ItemNode)) {
    return { file: await chooseFile(parts), list: ['items'] };
  }
  const { origin, place, item } = target;
  const list = item.kind === 'folder' ? [...place, 'items'] : place.slice(0, -1);
  return { file: parts.library.file(origin), list };
}

async function askItemName(title: string, suggestion: string): Promise<string> {
  const value = visibleLine(suggestion).trim();
  const name = await askName({ title, prompt: l10n.t('Name'), value });
  return name.slice(0, maxNameLength);
}

/** Adds items and opens the file at the last one, since more can be set there. */
async function add({ file, list }: Destination, entries: readonly ItemEntry[]): Promise<void> {
  let count = 0;
  await file.edit(edit => {
    edit.addItems(list, entries);
    count = edit.countOf(list);
  });
  await openAt(file, [...list, count - 1]);
}

async function openAt(file: LibraryFile, place: JsonPath): Promise<void> {
  const span = place.length === 0 ? undefined : spanOf(file.text, place);
  const { offset, length } = span ?? { offset: 0, length: 0 };
  const selection = rangeOf(new LineIndex(file.text), offset, length);
  const document = await workspace.openTextDocument(file.uri);
  await window.showTextDocument(document, { selection, preview: true });
}

function nodeOf({ selected }: ItemCommandParts, target: unknown): ItemNode {
  const node = target ?? selected();
  if (!(node instanceof ItemNode)) {
    throw new UserError(l10n.t('Select a saved message, sequence or folder first.'));
  }
  return node;
}

/**
 * Moves an item to the end of a folder or file (`undefined`: its own), or before another item.
 *
 * @throws UserError if it cannot be moved
 */
export async function moveTo(
  library: LibraryStore,
  node: ItemNode,
  target: ItemNode | RootNode | undefined,
): Promise<void> {
  const from = library.file(node.origin);
  const to = library.file(target?.origin ?? node.origin);
  const { list, index } = placeIn(target);
  if (from !== to) {
    await moveToFile(from, to, node.place, list);
    return;
  }
  // The items after it move up when it is taken out, so the index is one higher.
  const isBehind = isSameList(node.place, list) && (node.place.at(-1) as number) < index;
  await from.edit(edit => edit.move(node.place, list, isBehind ? index + 1 : index));
}

/** Moves an item one place up or down. */
export async function moveBy(library: LibraryStore, node: ItemNode, by: 1 | -1): Promise<void> {
  const at = node.place.at(-1);
  if (typeof at !== 'number' || at + by < 0) {
    return;
  }
  const index = by === 1 ? at + 2 : at - 1;
  await library.file(node.origin).edit(edit => {
    edit.move(node.place, node.place.slice(0, -1), index);
  });
}

function placeIn(target: ItemNode | RootNode | undefined): {
  readonly list: JsonPath;
  readonly index: number;
} {
  if (!target || target.kind === 'root') {
    return { list: ['items'], index: Number.MAX_SAFE_INTEGER };
  }
  if (target.item.kind === 'folder') {
    return { list: [...target.place, 'items'], index: Number.MAX_SAFE_INTEGER };
  }
  const index = target.place.at(-1);
  return { list: target.place.slice(0, -1), index: typeof index === 'number' ? index : 0 };
}

function isSameList(place: JsonPath, list: JsonPath): boolean {
  return place.length === list.length + 1 && list.every((step, index) => place[index] === step);
}

/** The item is added before it is removed, so that it cannot get lost. */
async function moveToFile(
  from: LibraryFile,
  to: LibraryFile,
  place: JsonPath,
  list: JsonPath,
): Promise<void> {
  const entry = valueInJsonText(from.text, place, from.name);
  if (entry === undefined) {
    throw fileChanged(from.name);
  }
  await to.edit(edit => edit.addItems(list, [entry as ItemEntry]));
  await from.edit(edit => edit.remove(place));
}

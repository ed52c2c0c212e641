import { l10n } from 'vscode';
import { isObject } from '../../../core/json/json.ts';
import type { JsonPath } from '../../../core/json/jsonEdit.ts';
import { foldersOf, pathOfItem, writtenItemPath } from '../../../core/library/itemPath.ts';
import { runnablesOf } from '../../../core/library/library.ts';
import type { ItemEntry } from '../../../core/library/librarySchema.ts';
import { fileChanged, valueInJsonText } from '../../json/jsonText.ts';
import { confirm, pickOne, type Choice } from '../../ui/prompts.ts';
import { askPath, namesOf, topOf, type Home } from './destination.ts';
import { stepsNaming } from '../files/editLibrary.ts';
import { nodeOf, type ItemCommandParts } from './itemCommands.ts';
import type { LibraryFile } from '../files/libraryFile.ts';
import { ItemNode, RootNode } from './libraryNodes.ts';
import type { LibraryStore } from '../files/libraryStore.ts';

/** Asks for another path, and gives it to an item: its name, its folder, or both. */
export async function renameItem(parts: ItemCommandParts, target: unknown): Promise<void> {
  const node = await nodeOf(parts, target);
  const file = parts.library.file(node.origin);
  const names = namesOf(node);
  const folders = names.slice(0, -1);
  const name = names.at(-1) ?? '';
  const value = writtenItemPath({ folders, name });
  const start = value.length - writtenItemPath({ folders: [], name }).length;
  const path = await askPath(
    {
      title: [l10n.t('Rename "{0}"'), node.item.path],
      value,
      selection: [start, value.length],
    },
    [topOf(file)],
    value,
  );
  await file.edit(edit => edit.relocate(node.place, ['items'], path));
  parts.tree.reveal(node.origin, pathOfItem(path));
}

interface FolderChoice extends Choice {
  /** `undefined`: a new one, whose name is asked for. */
  readonly home: Home | undefined;
}

/** Asks for a folder, and moves an item into it. */
export async function moveToFolder(parts: ItemCommandParts, target: unknown): Promise<void> {
  const node = await nodeOf(parts, target);
  const { library, tree } = parts;
  const file = library.file(node.origin);
  const names = namesOf(node);
  const name = names.at(-1) ?? '';
  const { home } = await pickOne(choicesFor(library, file, names), {
    title: [l10n.t('Move "{0}"'), node.item.path],
    placeHolder: l10n.t('Select the folder'),
  });
  const to = home ?? (await newFolderIn(file, node));
  if (to.file === file) {
    await file.edit(edit => edit.relocate(node.place, ['items'], { folders: to.folders, name }));
  } else {
    await moveToFile(file, to.file, node, to.list);
  }
  tree.reveal(to.file.origin, pathOfItem({ folders: to.folders, name }));
}

function choicesFor(
  library: LibraryStore,
  file: LibraryFile,
  names: readonly string[],
): readonly FolderChoice[] {
  const isOwn = (folders: readonly string[]) =>
    startsWith(folders, names) || isSame(folders, names.slice(0, -1));
  const top = (of: LibraryFile): FolderChoice => ({
    label: of.origin === 'workspace' ? l10n.t('Workspace') : l10n.t('User'),
    description: l10n.t('in no folder'),
    home: topOf(of),
  });
  const inside = foldersOf(file.content.library.items)
    .filter(folders => !isOwn(folders))
    .map((folders): FolderChoice => ({
      label: folders.join('/'),
      home: { file, list: ['items'], folders },
    }));
  return [
    ...inside,
    { label: l10n.t('New Folder…'), home: undefined },
    ...library.files.filter(each => each !== file || names.length > 1).map(top),
  ];
}

async function newFolderIn(file: LibraryFile, { item }: ItemNode): Promise<Home> {
  const { folders, name } = await askPath(
    { title: [l10n.t('New Folder for "{0}"'), item.name], value: '' },
    [topOf(file)],
  );
  return { file, list: ['items'], folders: [...folders, name] };
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
    await moveToFile(from, to, node, list);
    return;
  }
  // The items after it move up when it is taken out, so the index is one higher.
  const isBehind = isSameList(node.place, list) && (node.place.at(-1) as number) < index;
  await from.edit(edit => edit.move(node.place, list, isBehind ? index + 1 : index));
}

/** Moves an item one place up or down. */
export async function moveBy(parts: ItemCommandParts, target: unknown, by: 1 | -1): Promise<void> {
  const { origin, place } = await nodeOf(parts, target);
  const at = place.at(-1);
  if (typeof at !== 'number' || at + by < 0) {
    return;
  }
  const index = by === 1 ? at + 2 : at - 1;
  await parts.library.file(origin).edit(edit => edit.move(place, place.slice(0, -1), index));
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

/**
 * The item is added before it is removed, so that it cannot get lost. Sequences that stay behind cannot
 * send its messages any more, which the user has to accept.
 */
async function moveToFile(
  from: LibraryFile,
  to: LibraryFile,
  { item, place }: ItemNode,
  list: JsonPath,
): Promise<void> {
  const entry = valueInJsonText(from.text, place, from.name);
  if (!isObject(entry)) {
    throw fileChanged(from.name);
  }
  await confirmBroken(from, item.kind === 'folder' ? runnablesOf(item.items) : [item], to);
  await to.edit(edit =>
    edit.addAt(list, { folders: [], name: item.name }, entry as unknown as ItemEntry),
  );
  await from.edit(edit => edit.remove(place));
}

async function confirmBroken(
  { text, name }: LibraryFile,
  moved: readonly { readonly path: string }[],
  to: LibraryFile,
): Promise<void> {
  const paths = new Set(moved.map(({ path }) => path));
  const broken = stepsNaming(text, paths, name).filter(path => !paths.has(path));
  if (broken.length > 0) {
    await confirm(
      [l10n.t('Move it to {0}?'), to.name],
      [
        l10n.t('These sequences stay where they are, and will not find it there:'),
        ...broken.map(path => ['    {0}', path] as const),
      ],
      l10n.t('Move'),
    );
  }
}

function startsWith(path: readonly string[], start: readonly string[]): boolean {
  return start.every((step, index) => path[index] === step);
}

function isSame(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && startsWith(one, other);
}

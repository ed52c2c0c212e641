import { l10n } from 'vscode';
import type { JsonPath } from '../../../core/json/jsonEdit.ts';
import {
  isTaken,
  maxNameLength,
  pathOfItem,
  readItemPath,
  writtenItemPath,
  type ItemPath,
} from '../../../core/library/itemPath.ts';
import { visibleLine } from '../../../core/text/visibleText.ts';
import type { LibraryFile } from '../files/libraryFile.ts';
import { ItemNode, RootNode } from './libraryNodes.ts';
import type { LibraryStore } from '../files/libraryStore.ts';
import type { Sentence } from '../../ui/notify.ts';
import { askText, pickOne } from '../../ui/prompts.ts';

/** A file, and a folder in it. */
export interface Home {
  readonly file: LibraryFile;
  readonly list: JsonPath;
  /** The names of the folder and those around it; empty for the top of the file. */
  readonly folders: readonly string[];
}

/** Where an item goes. */
export interface Destination extends Home {
  /** Below `list`. */
  readonly path: ItemPath;
  /** From the top of the file. */
  readonly fullPath: string;
}

/** What a name is asked for. */
interface NameQuestion {
  readonly title: string;
  readonly suggestion: string;
}

/** The only file, or the one that the user picks. */
export async function chooseFile({
  library,
}: {
  readonly library: LibraryStore;
}): Promise<LibraryFile> {
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

/** The folder of the tree that a command was run on, or that of the item; `undefined` for none. */
export function homeOf(
  { library }: { readonly library: LibraryStore },
  target: unknown,
): Home | undefined {
  if (target instanceof RootNode) {
    return topOf(library.file(target.origin));
  }
  if (!(target instanceof ItemNode)) {
    return undefined;
  }
  const { origin, place, item, parent } = target;
  const file = library.file(origin);
  const folder = item.kind === 'folder' ? target : parent;
  const list = item.kind === 'folder' ? [...place, 'items'] : place.slice(0, -1);
  return { file, list, folders: folder instanceof ItemNode ? namesOf(folder) : [] };
}

export function topOf(file: LibraryFile): Home {
  return { file, list: ['items'], folders: [] };
}

/** The names of a node's folders, and its own. */
export function namesOf({ item, parent }: ItemNode): readonly string[] {
  return [...(parent instanceof ItemNode ? namesOf(parent) : []), item.name];
}

/**
 * Asks for a name, with folders before it if the user likes, and then for the file, if there are two.
 *
 * @param home the folder that it is to be in; absent: the top of a file
 */
export async function askDestination(
  library: LibraryStore,
  home: Home | undefined,
  { title, suggestion }: NameQuestion,
): Promise<Destination> {
  const [only, other] = library.files;
  const known = home ?? (only && !other ? topOf(only) : undefined);
  const value = writtenItemPath({ folders: [], name: visibleLine(suggestion).trim() });
  const path = await askPath({ title, value }, known && [known]);
  if (known) {
    return destinationAt(known, path);
  }
  const chosen = topOf(await chooseFile({ library }));
  const isFree = !isTaken(chosen.file.content.library.items, path);
  // The other file may have it already.
  const again = { title, value: writtenItemPath(path) };
  return destinationAt(chosen, isFree ? path : await askPath(again, [chosen]));
}

/**
 * Asks for a path.
 *
 * @param homes where it must be free
 * @param allowed a path that is free although something has it
 */
export async function askPath(
  question: {
    readonly title: Sentence;
    readonly value: string;
    readonly selection?: readonly [from: number, to: number];
  },
  homes: readonly Home[] | undefined,
  allowed?: string,
): Promise<ItemPath> {
  const problemOf = (text: string): Sentence | undefined => {
    const path = readItemPath(text);
    if (!path) {
      return text.trim().length > maxNameLength
        ? l10n.t('The name is too long.')
        : l10n.t('Enter a name, such as login or Orders/login. Write \\/ for a slash in a name.');
    }
    const taken = homes?.find(
      ({ file, folders }) =>
        text !== allowed &&
        isTaken(file.content.library.items, { ...path, folders: [...folders, ...path.folders] }),
    );
    return (
      taken && [
        l10n.t('There is already "{0}" in {1}. Choose another name.'),
        pathOfItem({ ...path, folders: [...taken.folders, ...path.folders] }),
        taken.file.name,
      ]
    );
  };
  const text = await askText({
    ...question,
    prompt: l10n.t('Name, with folders before it if you like: Folder/Name'),
    validate: problemOf,
  });
  return readItemPath(text) ?? { folders: [], name: text.trim() };
}

function destinationAt(home: Home, path: ItemPath): Destination {
  const fullPath = pathOfItem({ ...path, folders: [...home.folders, ...path.folders] });
  return { ...home, path, fullPath };
}

import { runnablesOf, type LibraryItem } from './library.ts';

/** Where an item is to be, as a user writes it: `Orders/New order`. */
export interface ItemPath {
  readonly folders: readonly string[];
  readonly name: string;
}

/** Of a name that a user enters, in UTF-16 units. */
export const maxNameLength = 180;

/**
 * Reads folders and a name; `\/` is a slash within a name. `undefined` if one of them is empty or too
 * long.
 */
export function readItemPath(text: string): ItemPath | undefined {
  const parts = text.split(/(?<!\\)\//).map(part => part.replaceAll('\\/', '/').trim());
  const name = parts.pop() ?? '';
  const isUsable = [...parts, name].every(part => part !== '' && part.length <= maxNameLength);
  return isUsable ? { folders: parts, name } : undefined;
}

/** The text that `readItemPath` reads as this path. */
export function writtenItemPath({ folders, name }: ItemPath): string {
  return [...folders, name].map(part => part.replaceAll('/', '\\/')).join('/');
}

/** The path of an item that sequences refer to. */
export function pathOfItem({ folders, name }: ItemPath): string {
  return [...folders, name].join('/');
}

/** Whether the folder has something of that name, or something else would have the same path. */
export function isTaken(items: readonly LibraryItem[], { folders, name }: ItemPath): boolean {
  let list = items;
  for (const folder of folders) {
    const found = list.find(item => item.kind === 'folder' && item.name === folder);
    list = found?.kind === 'folder' ? found.items : [];
  }
  const path = pathOfItem({ folders, name });
  return (
    list.some(item => item.name === name) || runnablesOf(items).some(item => item.path === path)
  );
}

/** All folders, each by its outer folders and its name, before those that are in it. */
export function foldersOf(
  items: readonly LibraryItem[],
  outer: readonly string[] = [],
): readonly (readonly string[])[] {
  return items.flatMap(item => {
    if (item.kind !== 'folder') {
      return [];
    }
    const folders = [...outer, item.name];
    return [folders, ...foldersOf(item.items, folders)];
  });
}

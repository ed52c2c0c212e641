import { UserError } from '../../core/base/errors.ts';
import type { ItemEntry } from '../../core/library/librarySchema.ts';
import type { JsonPath } from '../../core/json/jsonEdit.ts';
import { l10n } from 'vscode';
import type { ItemNode, RootNode } from './libraryNodes.ts';
import type { LibraryFile } from './libraryFile.ts';
import { valueIn } from './libraryText.ts';
import type { LibraryStore } from './libraryStore.ts';

/**
 * Moves an item to the end of a folder, of a file (`undefined`: its own), or to where another item is.
 *
 * @throws UserError where it cannot be moved
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
  // What stands behind it moves up when it is taken out, so that it takes the place that was meant.
  const isBehind = isSameList(node.place, list) && (node.place.at(-1) as number) < index;
  await from.edit(edit => edit.move(node.place, list, isBehind ? index + 1 : index));
}

/** One place up or down among its siblings. */
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

/** Written before it is removed: an item may be twice for a moment, but is never lost. */
async function moveToFile(
  from: LibraryFile,
  to: LibraryFile,
  place: JsonPath,
  list: JsonPath,
): Promise<void> {
  const entry = valueIn(from.text, place);
  if (entry === undefined) {
    throw new UserError(l10n.t('{0} has changed meanwhile. Try again.', from.name));
  }
  await to.edit(edit => edit.addItems(list, [entry as ItemEntry]));
  await from.edit(edit => edit.remove(place));
}

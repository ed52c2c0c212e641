import type { LibraryItem } from '../../../core/library/library.ts';
import type { JsonPath } from '../../../core/json/jsonEdit.ts';
import type { LibraryFile } from '../files/libraryFile.ts';
import type { Origin } from '../../../core/variables/value.ts';
import { TreeTarget } from '../../ui/trees.ts';

/** A message, a sequence or a folder of the library. */
export class ItemNode extends TreeTarget {
  readonly kind = 'item';
  /** Stays the same as long as the item's name and folder do. */
  readonly id: string;
  readonly origin: Origin;
  readonly item: LibraryItem;
  /** Its path in the file. */
  readonly place: JsonPath;
  readonly parent: ItemNode | RootNode | undefined;
  readonly children: readonly ItemNode[];

  constructor(
    id: string,
    [item, place]: readonly [LibraryItem, JsonPath],
    parent: ItemNode | RootNode | undefined,
    { origin, makeChildren }: NodeContext,
  ) {
    super(item.path);
    this.id = id;
    this.item = item;
    this.place = place;
    this.parent = parent;
    this.origin = origin;
    this.children = item.kind === 'folder' ? makeChildren(item.items, this) : [];
  }
}

/** The items of one file; shown if both files have items. */
export class RootNode extends TreeTarget {
  readonly kind = 'root';
  readonly origin: Origin;
  children: readonly ItemNode[] = [];

  constructor(origin: Origin) {
    super(origin);
    this.origin = origin;
  }
}

interface NodeContext {
  readonly origin: Origin;
  readonly makeChildren: (
    items: readonly LibraryItem[],
    parent: ItemNode | RootNode | undefined,
  ) => readonly ItemNode[];
}

/** The nodes of one file. Their ids are unique, whatever names the file contains. */
export function nodesOf(
  { origin, content }: Pick<LibraryFile, 'origin' | 'content'>,
  root: RootNode | undefined,
): readonly ItemNode[] {
  const ids = new Set<string>();
  const makeChildren: NodeContext['makeChildren'] = (items, parent) =>
    items.map(item => {
      const wanted = `${origin}:${item.kind}:${item.path}`;
      const place = content.places.get(item) ?? [];
      const id = ids.has(wanted) ? `${wanted}:${place.join('.')}` : wanted;
      ids.add(id);
      return new ItemNode(id, [item, place], parent, { origin, makeChildren });
    });
  return makeChildren(content.library.items, root);
}

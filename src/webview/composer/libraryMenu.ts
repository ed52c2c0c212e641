import { visibleLine } from '../../core/text/visibleText.ts';
import type { ItemView } from '../../shared/composerProtocol.ts';
import type { MenuItem } from '../widgets/menu.ts';
import { text } from '../widgets/strings.ts';

interface LibraryActions {
  /** Loads a saved message into the composer. */
  readonly insert: (item: ItemView) => void;
  /** Sends a saved message, or runs a sequence. */
  readonly run: (item: ItemView) => void;
  readonly canRun: boolean;
}

/** The library as a menu with a submenu for each folder, in the order of its files. */
export function libraryMenu(
  saved: readonly ItemView[],
  actions: LibraryActions,
): readonly MenuItem[] {
  if (saved.length === 0) {
    const nothing = text('composeLibraryEmpty');
    return [{ kind: 'action', label: nothing, isDisabled: true, run: () => undefined }];
  }
  const workspace = saved.filter(({ origin }) => origin === 'workspace');
  const user = saved.filter(({ origin }) => origin === 'user');
  const itemsOf = (items: readonly ItemView[]) => folderMenu(items, 0, actions);
  if (workspace.length === 0 || user.length === 0) {
    return itemsOf(saved);
  }
  return [
    { kind: 'menu', label: text('composeFromWorkspace'), items: () => itemsOf(workspace) },
    { kind: 'menu', label: text('composeFromUser'), items: () => itemsOf(user) },
  ];
}

/** @param depth the number of folders above this menu */
function folderMenu(
  saved: readonly ItemView[],
  depth: number,
  actions: LibraryActions,
): readonly MenuItem[] {
  const folders = new Map<string, ItemView[]>();
  const menu: MenuItem[] = [];
  for (const item of saved) {
    const parts = item.path.split('/');
    const label = visibleLine(parts[depth] ?? item.path);
    if (depth >= parts.length - 1) {
      menu.push(itemMenu(item, label, actions));
      continue;
    }
    const folder = folders.get(label);
    if (folder) {
      folder.push(item);
    } else {
      const items = [item];
      folders.set(label, items);
      menu.push({ kind: 'menu', label, items: () => folderMenu(items, depth + 1, actions) });
    }
  }
  return menu;
}

function itemMenu(item: ItemView, label: string, actions: LibraryActions): MenuItem {
  const run = () => actions.run(item);
  const isDisabled = !actions.canRun;
  if (item.kind === 'sequence') {
    return { kind: 'action', label: text('composeRun', label), isDisabled, run };
  }
  return {
    kind: 'menu',
    label,
    items: () => [
      { kind: 'action', label: text('composeInsert'), run: () => actions.insert(item) },
      { kind: 'action', label: text('composeSendItem'), isDisabled, run },
    ],
  };
}

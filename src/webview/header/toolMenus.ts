import { visibleLine } from '../../core/text/visibleText.ts';
import type { ListHead } from '../list/listHead.ts';
import type { MenuItem } from '../widgets/menuItem.ts';
import type { PageSources } from '../state/pageSources.ts';
import { text } from '../widgets/strings.ts';

/** Which connections are in the list together, as choices that leave the menu open. */
export function mergeItems(
  sources: PageSources,
  setMerged: (merged: readonly string[], selected: string) => void,
): readonly MenuItem[] {
  const { all, shown, selected } = sources;
  if (!selected) {
    return [];
  }
  const ids = shown.map(({ id }) => id);
  const choose = (chosen: readonly string[]) => {
    const main = chosen.includes(selected.id) ? selected.id : (chosen[0] ?? selected.id);
    setMerged(chosen.length > 1 ? chosen : [], main);
  };
  const allIds = all.map(({ id }) => id);
  return [
    ...all.map((connection): MenuItem => {
      const isChecked = ids.includes(connection.id);
      const rest = ids.filter(id => id !== connection.id);
      return {
        kind: 'choice',
        label: visibleLine(connection.name),
        isChecked,
        staysOpen: true,
        colour: sources.colourOf(connection.id),
        isDisabled: isChecked && rest.length === 0,
        run: () =>
          choose(isChecked ? rest : allIds.filter(id => rest.includes(id) || id === connection.id)),
      };
    }),
    { kind: 'line' },
    { kind: 'action', label: text('mergeAll'), run: () => choose(allIds) },
    {
      kind: 'action',
      label: text('mergeNone', visibleLine(selected.name)),
      run: () => choose([selected.id]),
    },
  ];
}

interface MoreCommands {
  goToRow(): void;
  find(): void;
  selectAll(): void;
  showOutput(): void;
}

/** What there is no room for beside the other tools. */
export function moreItems(head: ListHead, commands: MoreCommands): readonly MenuItem[] {
  return [
    { kind: 'action', label: text('showOutput'), run: () => commands.showOutput() },
    { kind: 'line' },
    {
      kind: 'action',
      label: text('findInMessages'),
      keys: 'Ctrl+F',
      run: () => commands.find(),
    },
    {
      kind: 'action',
      label: text('goToRow'),
      keys: 'Ctrl+G',
      run: () => commands.goToRow(),
    },
    {
      kind: 'action',
      label: text('selectAllRows'),
      keys: 'Ctrl+A',
      run: () => commands.selectAll(),
    },
    { kind: 'line' },
    { kind: 'menu', label: text('timeMenu'), items: () => head.timeItems() },
    { kind: 'menu', label: text('columnsMenu'), items: () => head.columnItems() },
  ];
}

import type { CopyFormat, PageRow } from '../../shared/monitorProtocol.ts';
import type { PageString } from '../../shared/monitorStrings.ts';
import type { MenuItem } from '../widgets/menuItem.ts';
import { text } from '../widgets/strings.ts';

export interface RowMenuCommands {
  copy(format: CopyFormat): void;
  openEditor(row: PageRow): void;
  compare(): void;
  exportSelection(): void;
  selectAll(): void;
  goToRow(): void;
  /** Narrows the list down by a term of the filter language. */
  filterBy(term: string): void;
}

const copyNames: readonly (readonly [CopyFormat, PageString])[] = [
  ['json', 'copyAsJson'],
  ['hex', 'copyAsHex'],
  ['base64', 'copyAsBase64'],
  ['wscat', 'copyAsWscat'],
  ['websocat', 'copyAsWebsocat'],
];

/** Characters of a preview that are still a useful filter. */
const longestTerm = 200;

/** What can be done with the selected rows. `row` is the active one, where it is known. */
export function rowMenu(
  count: number,
  row: PageRow | undefined,
  commands: RowMenuCommands,
): readonly MenuItem[] {
  const action = (name: PageString, run: () => void, keys = '', isDisabled = false): MenuItem => ({
    kind: 'action',
    label: text(name),
    keys,
    isDisabled,
    run,
  });
  const copies = copyNames.map(([format, name]) => action(name, () => commands.copy(format)));
  const openRow = () => row && commands.openEditor(row);
  const isAlone = count === 1 && row !== undefined;
  return [
    action('copyText', () => commands.copy('text'), 'Ctrl+C', count === 0),
    { kind: 'menu', label: text('copyAs'), items: () => copies },
    { kind: 'line' },
    action('openInEditor', openRow, '', !isAlone),
    action('compareTwo', () => commands.compare(), '', count !== 2),
    action('exportSelection', () => commands.exportSelection(), '', count === 0),
    { kind: 'line' },
    ...(row ? [filterMenu(row, commands)] : []),
    { kind: 'line' },
    action('selectAllRows', () => commands.selectAll(), 'Ctrl+A'),
    action('goToRow', () => commands.goToRow(), 'Ctrl+G'),
  ];
}

function filterMenu(row: PageRow, commands: RowMenuCommands): MenuItem {
  const by = (label: string, term: string): MenuItem => ({
    kind: 'action',
    label,
    run: () => commands.filterBy(term),
  });
  const known = (name: PageString, term: string) => by(`${text(name)}: ${term}`, term);
  const content = contentTerm(row);
  const items = [
    known('filterByDirection', row.direction === 'in' ? 'in:' : 'out:'),
    known('filterByKind', `kind:${row.kind}`),
    known('filterOutKind', `-kind:${row.kind}`),
    ...(content === undefined ? [] : [by(text('filterByContent'), content)]),
  ];
  return { kind: 'menu', label: text('filterByMenu'), items: () => items };
}

/** The row's own text as a term; `undefined` where there is none that could be typed. */
function contentTerm({ kind, preview }: PageRow): string | undefined {
  // Control characters cannot be typed into a filter, so it looks for what comes before them.
  const words = /^[^\p{Cc}]*/u.exec(preview.slice(0, longestTerm))?.[0] ?? '';
  return kind === 'text' && words.trim() !== ''
    ? `"${words.replaceAll(/["\\]/g, '\\$&')}"`
    : undefined;
}

import type { CopyFormat, PageRow } from '../../shared/monitorProtocol.ts';
import type { GoToRow } from './goToRow.ts';
import type { HostRequests } from '../link/hostRequests.ts';
import type { PageString } from '../../shared/monitorStrings.ts';
import { openMenu, type MenuItem } from '../widgets/menu.ts';
import type { MessageList } from './messageList.ts';
import type { Locate } from './rowSeeker.ts';
import type { PositionRange } from './rowSelection.ts';
import { text } from '../widgets/strings.ts';

const copyNames: readonly (readonly [CopyFormat, PageString])[] = [
  ['json', 'copyAsJson'],
  ['hex', 'copyAsHex'],
  ['base64', 'copyAsBase64'],
  ['wscat', 'copyAsWscat'],
  ['websocat', 'copyAsWebsocat'],
];

/** More characters of a preview than this are no useful filter. */
const maxTermLength = 200;

/** What the commands need of the page. */
interface RowCommandPorts {
  readonly locate: Locate;
  /** For screen readers. */
  say(sentence: string): void;
  /** Adds a term to the filter. */
  filterBy(term: string): void;
}

/** What the user can do with rows of the list, and the menu that offers it. */
export class RowCommands {
  readonly #list: MessageList;
  readonly #goToRow: GoToRow;
  readonly #requests: HostRequests;
  readonly #ports: RowCommandPorts;

  constructor(list: MessageList, goToRow: GoToRow, requests: HostRequests, ports: RowCommandPorts) {
    this.#list = list;
    this.#requests = requests;
    this.#goToRow = goToRow;
    this.#ports = ports;
  }

  /** Opens the menu of the selected rows. */
  openMenu(at: { readonly x: number; readonly y: number }): void {
    openMenu(text('rowMenu'), () => this.#menuItems(), at);
  }

  /** Copies the selected rows. */
  copy(format: CopyFormat): void {
    this.#copyRanges(this.#list.selected, format);
  }

  /** Copies one row, which the details may still show when the list does not. */
  copyRow({ connection, seq }: PageRow): void {
    const { generation } = this.#list;
    this.#ports.locate({ generation, place: { connection, seq } }).then(
      ({ isExact, position }) => {
        if (isExact) {
          this.#copyRanges([[position, position + 1]], 'text');
        } else {
          this.#requests.fail(text('notInList'));
        }
      },
      () => this.#requests.fail(text('notInList')),
    );
  }

  copyText(words: string): void {
    this.#requests.send('copy.text', { text: words }, () => this.#ports.say(text('copied')));
  }

  openEditor({ connection, seq }: PageRow): void {
    this.#requests.send('editor.open', { connection, seq });
  }

  /** @param isAll whether all rows of the list are exported, else only the selected ones */
  export(isAll: boolean): void {
    const { generation, selected } = this.#list;
    if (isAll) {
      this.#requests.send('export', { generation });
    } else if (selected.length > 0) {
      this.#requests.send('export', { generation, ranges: mutable(selected) });
    }
  }

  goToRow(): void {
    this.#goToRow.open();
  }

  #menuItems(): readonly MenuItem[] {
    const count = this.#list.selectedCount;
    const row = this.#list.activeRow;
    const copies = copyNames.map(([format, name]) => action(name, () => this.copy(format)));
    return [
      action('copyText', () => this.copy('text'), 'Ctrl+C', count === 0),
      { kind: 'menu', label: text('copyAs'), items: () => copies },
      { kind: 'line' },
      action('openInEditor', () => row && this.openEditor(row), '', count !== 1 || !row),
      action('compareTwo', () => this.#compare(), '', count !== 2),
      action('exportSelection', () => this.export(false), '', count === 0),
      { kind: 'line' },
      ...(row ? [this.#filterMenu(row)] : []),
      { kind: 'line' },
      action('selectAllRows', () => this.#list.selectAll(), 'Ctrl+A'),
      action('goToRow', () => this.goToRow(), 'Ctrl+G'),
    ];
  }

  #filterMenu(row: PageRow): MenuItem {
    const by = (label: string, term: string): MenuItem => ({
      kind: 'action',
      label,
      run: () => this.#ports.filterBy(term),
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

  #copyRanges(ranges: readonly PositionRange[], format: CopyFormat): void {
    if (ranges.length > 0) {
      const { generation } = this.#list;
      const done = () => this.#ports.say(text('copied'));
      this.#requests.send('copy', { generation, ranges: mutable(ranges), format }, done);
    }
  }

  #compare(): void {
    const { generation, selected } = this.#list;
    const positions = selected.flatMap(([from, to]) => (to - from > 1 ? [from, to - 1] : [from]));
    const [one, other] = positions;
    if (positions.length === 2 && one !== undefined && other !== undefined) {
      this.#requests.send('editor.compare', { generation, positions: [one, other] });
    }
  }
}

function mutable(ranges: readonly PositionRange[]): [number, number][] {
  return ranges.map(([from, to]) => [from, to]);
}

function action(name: PageString, run: () => void, keys = '', isDisabled = false): MenuItem {
  return { kind: 'action', label: text(name), keys, isDisabled, run };
}

/** The row's own text as a term; `undefined` if there is none that could be typed. */
function contentTerm({ kind, preview }: PageRow): string | undefined {
  // Control characters cannot be typed into a filter, so it looks for what comes before them.
  const words = /^[^\p{Cc}]*/u.exec(preview.slice(0, maxTermLength))?.[0] ?? '';
  return kind === 'text' && words.trim() !== ''
    ? `"${words.replaceAll(/["\\]/g, '\\$&')}"`
    : undefined;
}

import type { CopyFormat, PageRow, RowAddress, RowsAnswer } from '../../shared/monitorProtocol.ts';
import type { HostRequests } from '../link/hostRequests.ts';
import type { PageString } from '../../shared/monitorStrings.ts';
import { openMenu, type MenuItem } from '../widgets/menu.ts';
import type { MessageList } from './messageList.ts';
import { rowName, type RowName } from './places/rowSeeker.ts';
import type { PositionRange } from './places/rowSelection.ts';
import type { RowQuestion } from './places/rowSource.ts';
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

/** How far back a row of the same feed is looked for. */
const blockSize = 400;
const maxBlocks = 25;

/** What the commands need of the page. */
interface RowCommandPorts {
  /** For screen readers. */
  say(sentence: string): void;
  /** Adds a term to the filter. */
  filterBy(term: string): void;
  /** Shows the rows that belong together with this one. */
  showConversation(row: RowAddress): void;
  goTo(row: RowName): void;
  /** Asks for the row, or the moment, to go to. */
  askWhere(): void;
  /** Goes to a row among those around it. */
  showInContext(row: RowName): void;
  /** Whether messages like it can be held: it is a message of a tapped socket. */
  canHold(row: PageRow): boolean;
  rows(question: RowQuestion): Promise<RowsAnswer>;
  /** The row that another one is to be compared with; kept while the page is not there. */
  compared: RowName | undefined;
}

/** What the user can do with rows of the list, and the menu that offers it. */
export class RowCommands {
  readonly #list: MessageList;
  readonly #requests: HostRequests;
  readonly #ports: RowCommandPorts;

  constructor(list: MessageList, requests: HostRequests, ports: RowCommandPorts) {
    this.#list = list;
    this.#requests = requests;
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
  copyRow(row: PageRow): void {
    const done = () => this.#ports.say(text('copied'));
    this.#requests.send('copy', { row: { ...rowName(row) }, format: 'text' }, done);
  }

  copyText(words: string): void {
    this.#requests.send('copy.text', { text: words }, () => this.#ports.say(text('copied')));
  }

  openEditor({ connection, seq }: PageRow): void {
    this.#requests.send('editor.open', { connection, seq });
  }

  /** Opens the line of a call that opened the socket of a row. */
  openScript(row: RowAddress, call: number): void {
    this.#requests.send('script.open', { ...row, call });
  }

  /** Loads the page again that has the socket of a row. */
  reloadPage(row: RowAddress): void {
    this.#requests.send('page.reload', row);
  }

  /** Opens the selected rows in an editor as one text, or those on screen. */
  openText(): void {
    const { generation, selected, shown } = this.#list;
    const ranges = selected.length > 0 ? selected : [shown];
    if (ranges.every(([from, to]) => from < to)) {
      this.#requests.send('editor.text', { generation, ranges: mutable(ranges) });
    }
  }

  /** Has a decoder written for the selected rows. */
  newDecoder(): void {
    const { generation, selected } = this.#list;
    const ranges = selected.length > 0 ? { ranges: mutable(selected) } : {};
    this.#requests.send('decoder.new', { generation, ...ranges });
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

  /** Shows the active row among those around it. */
  showInContext(): void {
    const row = this.#list.activeRow;
    if (row) {
      this.#ports.showInContext(row);
    }
  }

  /** Shows the rows of the call that the active row is a part of. */
  showConversation(): void {
    const { decoded, connection, seq } = this.#list.activeRow ?? {};
    if (decoded && decoded !== 'waiting' && decoded.role && connection && seq !== undefined) {
      this.#ports.showConversation({ connection, seq: decoded.request ?? seq });
    }
  }

  goToRow(): void {
    this.#ports.askWhere();
  }

  #menuItems(): readonly MenuItem[] {
    const count = this.#list.selectedCount;
    const row = this.#list.activeRow;
    const copies = copyNames.map(([format, name]) => action(name, () => this.copy(format)));
    return [
      action('copyText', () => this.copy('text'), 'Ctrl+C', count === 0),
      { kind: 'menu', label: text('copyAs'), items: () => copies },
      { kind: 'line' },
      action('showInContext', () => this.showInContext(), 'Ctrl+Enter', !row),
      action('openInEditor', () => row && this.openEditor(row), '', count !== 1 || !row),
      action('openAsText', () => this.openText()),
      action('exportSelection', () => this.export(false), '', count === 0),
      { kind: 'line' },
      ...this.#compareItems(row),
      { kind: 'line' },
      ...(row ? this.#decodedItems(row) : []),
      ...(row ? [this.#filterMenu(row)] : []),
      ...(row && this.#ports.canHold(row) ? [this.#holdItem(row)] : []),
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

  /** The other rows of its call, and how it is decoded. */
  #decodedItems(row: PageRow): readonly MenuItem[] {
    const { connection, seq, kind, decoded } = row;
    const isMessage = kind === 'text' || kind === 'binary';
    const known = decoded === 'waiting' ? undefined : decoded;
    const link = (name: 'goToRequest' | 'goToResponse', to: number | undefined) =>
      to === undefined || to === seq
        ? []
        : [action(name, () => this.#ports.goTo({ connection, seq: to }), `#${to}`)];
    return [
      ...(known?.role === undefined
        ? []
        : [action('showConversation', () => this.showConversation())]),
      ...link('goToRequest', known?.request),
      ...link('goToResponse', known?.response),
      ...(isMessage
        ? [action('decodeAs', () => this.#requests.send('decoder.choose', { connection, seq }))]
        : []),
    ];
  }

  #holdItem({ connection, seq }: PageRow): MenuItem {
    return action('holdLikeThis', () => this.#requests.send('rule.add', { connection, seq }));
  }

  #copyRanges(ranges: readonly PositionRange[], format: CopyFormat): void {
    if (ranges.length > 0) {
      const { generation } = this.#list;
      const done = () => this.#ports.say(text('copied'));
      this.#requests.send('copy', { generation, ranges: mutable(ranges), format }, done);
    }
  }

  /** As in the editor's explorer: two that are selected, or one after the other. */
  #compareItems(row: PageRow | undefined): readonly MenuItem[] {
    if (this.#list.selectedCount === 2) {
      return [action('compareTwo', () => this.#compareTwo())];
    }
    const one = this.#list.selectedCount === 1 ? row : undefined;
    const { compared } = this.#ports;
    const isSame = compared?.connection === one?.connection && compared?.seq === one?.seq;
    return [
      action('selectForCompare', () => one && this.#selectForCompare(one), '', !one),
      ...(compared
        ? [
            action(
              'compareWithSelected',
              () => one && this.#compare(compared, rowName(one)),
              `#${compared.seq}`,
              !one || isSame,
            ),
          ]
        : []),
      action('compareWithPrevious', () => one && void this.#compareWithPrevious(one), '', !one),
    ];
  }

  #selectForCompare(row: PageRow): void {
    this.#ports.compared = rowName(row);
    this.#ports.say(text('selectedForCompare'));
  }

  #compare(left: RowName, right: RowName): void {
    this.#requests.send('editor.compare', { left: { ...left }, right: { ...right } });
  }

  /** With the row before it in the list that is of the same feed: of its connection, direction and kind. */
  async #compareWithPrevious(row: PageRow): Promise<void> {
    const { generation } = this.#list;
    const isLike = (other: PageRow) =>
      other.connection === row.connection &&
      other.direction === row.direction &&
      other.kind === row.kind &&
      other.heartbeat === row.heartbeat;
    try {
      let to = row.position;
      for (let blocks = 0; to > 0 && blocks < maxBlocks; blocks++) {
        const from = Math.max(0, to - blockSize);
        const { rows } = await this.#ports.rows({ generation, from, count: to - from });
        const found = rows.findLast(isLike);
        if (found) {
          this.#compare(rowName(found), rowName(row));
          return;
        }
        to = from;
      }
      this.#requests.fail(text('noPreviousMatch'));
    } catch (error) {
      this.#requests.failed(error);
    }
  }

  #compareTwo(): void {
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

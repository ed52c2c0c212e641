import type { CopyFormat, PageRow } from '../../shared/monitorProtocol.ts';
import type { GoToRow } from './goToRow.ts';
import type { HostRequests } from '../link/hostRequests.ts';
import { openMenu } from '../widgets/menu.ts';
import type { MessageList } from './messageList.ts';
import { rowMenu } from './rowMenu.ts';
import type { Locate } from './rowSeeker.ts';
import type { RowRange } from './rowSelection.ts';
import { text } from '../widgets/strings.ts';

interface RowCommandPorts {
  readonly locate: Locate;
  say(sentence: string): void;
  filterBy(term: string): void;
}

/** What the user does with rows of the list. */
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

  openMenu(at: { readonly x: number; readonly y: number }): void {
    const items = () => rowMenu(this.#list.selectedCount, this.#list.activeRow, this.#menuCommands);
    openMenu(text('rowMenu'), items, at);
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

  /** @param isAll all rows of the list, not only those that are selected */
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

  readonly #menuCommands = {
    copy: (format: CopyFormat) => this.copy(format),
    openEditor: (row: PageRow) => this.openEditor(row),
    compare: () => this.#compare(),
    exportSelection: () => this.export(false),
    selectAll: () => this.#list.selectAll(),
    goToRow: () => this.goToRow(),
    filterBy: (term: string) => this.#ports.filterBy(term),
  };

  #copyRanges(ranges: readonly RowRange[], format: CopyFormat): void {
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

function mutable(ranges: readonly RowRange[]): [number, number][] {
  return ranges.map(([from, to]) => [from, to]);
}

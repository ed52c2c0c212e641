import type { Formats } from '../../core/base/format.ts';
import type { ListDecoding, ListView, PageRow } from '../../shared/monitorProtocol.ts';
import { el, setAttribute } from '../widgets/dom.ts';
import type { RowWindow } from '../widgets/scaledList.ts';
import { text } from '../widgets/strings.ts';
import { rowHeight } from '../widgets/theme.ts';
import { VirtualScroller } from '../widgets/virtualScroller.ts';
import type { ColumnSettings } from './rows/columns.ts';
import { DecodedColumns } from './rows/decodedColumns.ts';
import { ListHead } from './listHead.ts';
import { RowElement, type ConnectionLabel } from './rows/rowElement.ts';
import type { RowSelection } from './places/rowSelection.ts';
import { silenceWords } from './rows/silence.ts';
import { TimeColumn } from './rows/timeColumn.ts';

/** The connections and captures whose rows are in the list. */
export interface ListSources {
  /** When the oldest of them began, in milliseconds since 1970. */
  readonly startedAt: number;
  readonly connections: readonly string[];
  readonly isMerged: boolean;
  readonly labelOf: (connection: string) => ConnectionLabel | undefined;
}

/** How long a row that is pointed out is lit; its animation takes as long. */
const flashMs = 1200;

/** The grid on the page: the headings, and below them the elements of the rows on screen. */
export class RowGrid {
  readonly element = el('div', {
    'class': 'grid',
    'role': 'grid',
    'tabindex': '0',
    'aria-label': text('messages'),
    'aria-multiselectable': 'true',
  });
  readonly head: ListHead;
  readonly scroller: VirtualScroller<RowElement>;
  readonly #find: (position: number) => PageRow | undefined;
  readonly #selection: RowSelection;
  readonly #time: TimeColumn;
  readonly #formats: Formats;
  /** Between rows that a filter has left there is no silence. */
  #isFiltered = false;
  readonly #decoded = new DecodedColumns();
  #sources: ListSources = {
    startedAt: 0,
    connections: [],
    isMerged: false,
    labelOf: () => undefined,
  };
  #generation = -1;
  #flashed: number | undefined;
  #flashTimer: ReturnType<typeof setTimeout> | undefined;

  /**
   * @param find the row at a position, if it is known
   * @param onColumns called when the user has changed the columns, after they were arranged
   */
  constructor(
    formats: Formats,
    columns: ColumnSettings,
    find: (position: number) => PageRow | undefined,
    selection: RowSelection,
    onColumns: (settings: ColumnSettings) => void,
  ) {
    this.#find = find;
    this.#formats = formats;
    this.#selection = selection;
    this.#time = new TimeColumn(formats);
    this.head = new ListHead(columns, settings => {
      this.#arrange();
      onColumns(settings);
    });
    this.element.append(this.head.element);
    const labelOf = (connection: string) => this.#sources.labelOf(connection);
    const context = { formats, time: this.#time, labelOf };
    this.scroller = new VirtualScroller(
      this.element,
      { role: 'rowgroup', className: 'box', layerClassName: 'layer' },
      {
        make: index => new RowElement(`row-${index}`, context, this.head.layout),
        show: (row, position) => this.#show(row, position),
        hide: row => row.hide(),
      },
    );
    this.#arrange();
    // Before the list's own, which then draws the rows.
    new ResizeObserver(() => this.#fit()).observe(this.element);
  }

  /** The generation of the list whose rows are on screen. */
  get generation(): number {
    return this.#generation;
  }

  /** What there is of it for rows, in pixels. */
  get rowsHeight(): number {
    return Math.max(0, this.element.clientHeight - this.head.element.offsetHeight);
  }

  /** Whose rows they are. The next `draw` writes all of them again. */
  set sources(sources: ListSources) {
    this.#sources = sources;
    this.#time.startedAt = sources.startedAt;
    this.#takeTraits();
    this.#forget();
  }

  /** How the newest session of the list is decoded. */
  noteDecoding(decoding: ListDecoding | undefined): void {
    if (decoding) {
      this.#decoded.note(decoding);
      this.#takeTraits();
    }
  }

  #takeTraits(): void {
    const { connections, isMerged } = this.#sources;
    if (this.head.take({ isMerged, ...this.#decoded.of(connections) })) {
      this.#arrange();
    }
  }

  /** What the rows have of decoders, which may bring columns. */
  #see({ from, to }: RowWindow): void {
    let isMore = false;
    for (let position = from; position < to; position++) {
      const row = this.#find(position);
      isMore = (row !== undefined && this.#decoded.see(row)) || isMore;
    }
    if (isMore) {
      this.#takeTraits();
    }
  }

  /** Takes over the fonts of the theme. */
  measure(): void {
    const height = rowHeight();
    this.element.style.setProperty('--row-height', `${height}px`);
    const { geometry } = this.scroller;
    geometry.setMetrics(height, geometry.viewport);
    this.#fit();
  }

  /** Draws a window of a list. Only what differs from what is on screen is written. */
  draw(window: RowWindow, { generation, next, isFiltered = false }: ListView): void {
    this.#generation = generation;
    this.#isFiltered = isFiltered;
    const { active } = this.#selection;
    const activeRow = active === undefined ? undefined : this.#find(active);
    this.#time.activeAt = activeRow?.at ?? this.#time.activeAt;
    this.#see(window);
    this.scroller.draw(window);
    const activeElement = active === undefined ? undefined : this.scroller.rowAt(active)?.element;
    setAttribute(this.element, 'aria-activedescendant', activeElement?.id);
    // The column headings are a row as well.
    const rowCount = String(next + 1);
    if (this.element.ariaRowCount !== rowCount) {
      this.element.ariaRowCount = rowCount;
    }
  }

  /** Points out a row for a moment, wherever it is drawn; `undefined` for none. */
  flash(position: number | undefined): void {
    clearTimeout(this.#flashTimer);
    this.#flashed = position;
    if (position === undefined) {
      for (const { element } of this.scroller.rows) {
        element.classList.remove('flash');
      }
    } else {
      this.#flashTimer = setTimeout(() => this.flash(undefined), flashMs);
    }
  }

  /** The previews of the rows on screen. */
  *previews(): Iterable<Text> {
    for (const { preview } of this.scroller.rows) {
      if (preview instanceof Text) {
        yield preview;
      }
    }
  }

  #show(row: RowElement, position: number): void {
    row.show(
      position,
      this.#find(position),
      this.#time.baseOf(position, this.#find),
      this.#selection.has(position),
      position === this.#selection.active,
      this.#isFiltered ? '' : silenceWords(position, this.#find, this.#formats),
    );
    row.element.classList.toggle('flash', position === this.#flashed);
  }

  /** Lays the columns out for the room that the list has. */
  #fit(): void {
    const { offsetWidth: width, clientWidth: rowWidth } = this.element;
    if (rowWidth > 0) {
      const em = Number.parseFloat(getComputedStyle(this.element).fontSize);
      if (this.head.fit({ width, rowWidth, em })) {
        this.#arrange();
      }
    }
  }

  #arrange(): void {
    const { layout, settings } = this.head;
    const { style } = this.element;
    style.setProperty('--columns', layout.template);
    style.setProperty('--span', `span ${layout.span}`);
    style.setProperty('--column-gap', `${layout.gap}px`);
    style.setProperty('--row-edge', `${layout.edge}px`);
    this.element.classList.toggle('mark-only', layout.isMarkOnly);
    this.element.ariaColCount = String(layout.shown.length);
    this.#time.mode = settings.time;
    for (const row of this.scroller.rows) {
      row.arrange(layout);
    }
    this.#forget();
  }

  /** Makes the next `draw` write everything. */
  #forget(): void {
    for (const row of this.scroller.rows) {
      row.forget();
    }
  }
}

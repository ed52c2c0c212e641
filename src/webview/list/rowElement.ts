import type { Row } from '../../core/capture/capture.ts';
import type { RowKind } from '../../core/record/record.ts';
import type { Formats } from '../../core/base/format.ts';
import { visibleLine } from '../../core/text/visibleText.ts';
import type { PageString } from '../../shared/monitorStrings.ts';
import { readClosePreview } from '../../core/connection/wire/closeCode.ts';
import type { PageRow } from '../../shared/monitorProtocol.ts';
import type { ColumnLayout, ColumnName } from './columns.ts';
import { el, icon } from '../widgets/dom.ts';
import { readStateRow, type ReadStateRow } from './stateRow.ts';
import { text } from '../widgets/strings.ts';
import type { TimeColumn } from './timeColumn.ts';

const kindNames: Readonly<Record<RowKind, PageString>> = {
  state: 'kindState',
  text: 'kindText',
  binary: 'kindBinary',
  close: 'kindClose',
  ping: 'kindPing',
  pong: 'kindPong',
};

export function kindName(kind: RowKind): string {
  return text(kindNames[kind]);
}

export function directionIcon({ direction }: Row): string {
  return direction === 'in' ? 'arrow-down' : 'arrow-up';
}

const stateIcons: Readonly<Record<string, string>> = {
  connecting: 'sync',
  connected: 'pass-filled',
  retry: 'history',
  closing: 'debug-disconnect',
  disconnected: 'debug-disconnect',
  failed: 'error',
};

/** The icon of a row about the connection's state. */
export function stateRowIcon({ state, severity }: ReadStateRow): string {
  return (state === undefined ? undefined : stateIcons[state]) ?? severity;
}

/** What rows show of their connection. */
export interface ConnectionLabel {
  readonly name: string;
  /** The number of one of the theme's chart colours. */
  readonly colour: number;
}

/** What all rows are drawn with. */
export interface RowContext {
  readonly formats: Formats;
  readonly time: TimeColumn;
  readonly labelOf: (connection: string) => ConnectionLabel | undefined;
}

type Cells = Readonly<Record<ColumnName, HTMLElement>>;

function makeCell(name: ColumnName): HTMLElement {
  return el('span', { role: 'gridcell', class: name });
}

/**
 * The element of one row on screen. Scrolling shows other messages in it, so only what differs is
 * written. All texts of a peer are set as text.
 */
export class RowElement {
  readonly element: HTMLElement;
  readonly #context: RowContext;
  readonly #cells: Cells = {
    time: makeCell('time'),
    direction: makeCell('direction'),
    kind: makeCell('kind'),
    size: makeCell('size'),
    connection: makeCell('connection'),
    preview: makeCell('preview'),
  };
  readonly #icon = icon('');
  readonly #direction = el('span', { class: 'spoken' });
  readonly #dot = el('span', { 'class': 'dot', 'aria-hidden': 'true' });
  readonly #connection = el('span', { class: 'name' });
  #row: PageRow | undefined;
  #position: number | undefined;
  #base: number | undefined;
  #isSelected: boolean | undefined;
  #isActive = false;

  constructor(id: string, context: RowContext, layout: ColumnLayout) {
    this.#context = context;
    this.#cells.direction.append(this.#icon, this.#direction);
    this.#cells.connection.append(this.#dot, this.#connection);
    this.element = el('div', { role: 'row', id, class: 'row' });
    this.element.hidden = true;
    this.arrange(layout);
  }

  /** The text of the preview, for marks. */
  get preview(): Node | null {
    return this.#row ? this.#cells.preview.firstChild : null;
  }

  arrange({ shown, spanned }: ColumnLayout): void {
    this.element.replaceChildren(...shown.map(name => this.#cells[name]));
    shown.forEach((name, index) => {
      const cell = this.#cells[name];
      cell.ariaColIndex = String(index + 1);
      cell.classList.toggle('spanned', spanned.has(name));
    });
  }

  /** @param row absent while it is not known yet */
  show(
    position: number,
    row: PageRow | undefined,
    base: number | undefined,
    isSelected: boolean,
    isActive: boolean,
  ): void {
    if (this.#position === undefined) {
      this.element.hidden = false;
    }
    if (this.#position !== position) {
      this.#position = position;
      // The column headings are row 1.
      this.element.ariaRowIndex = String(position + 2);
    }
    if (this.#isSelected !== isSelected) {
      this.#isSelected = isSelected;
      this.element.ariaSelected = isSelected ? 'true' : 'false';
    }
    if (this.#row !== row || !row) {
      this.#row = row;
      this.#isActive = isActive;
      this.#base = base;
      this.#write(row);
    } else if (this.#isActive !== isActive) {
      this.#isActive = isActive;
      this.element.classList.toggle('active', isActive);
    }
    if (this.#base !== base && row) {
      this.#base = base;
      setText(this.#cells.time, this.#context.time.words(row.at, base));
    }
  }

  /** Makes the next `show` write everything. */
  forget(): void {
    this.#row = undefined;
  }

  /** Hides it, also from assistive technology. */
  hide(): void {
    if (this.#position !== undefined) {
      this.#position = undefined;
      this.#row = undefined;
      this.element.hidden = true;
      this.element.removeAttribute('aria-rowindex');
    }
  }

  #write(row: PageRow | undefined): void {
    const { formats, time, labelOf } = this.#context;
    const label = row && labelOf(row.connection);
    setText(this.#connection, label ? visibleLine(label.name) : '');
    setClass(this.#dot, label ? `dot colour-${label.colour}` : 'dot');
    setText(this.#cells.time, row ? time.words(row.at, this.#base) : '');
    if (!row) {
      this.#fill('row pending', '', '', '', '', '…');
    } else if (row.kind === 'state') {
      const state = readStateRow(row.preview);
      const className = `row state ${state.severity}${state.state === undefined ? ' remark' : ''}`;
      this.#fill(className, stateRowIcon(state), '', '', '', visibleLine(state.text));
    } else {
      this.#fill(
        `row ${row.direction}${row.heartbeat ? ' heartbeat' : ''}`,
        directionIcon(row),
        text(row.direction === 'in' ? 'received' : 'sent'),
        kindName(row.kind),
        formats.bytes(row.byteLength),
        previewOf(row),
      );
    }
  }

  #fill(
    className: string,
    iconName: string,
    direction: string,
    kind: string,
    size: string,
    preview: string,
  ): void {
    setClass(this.element, this.#isActive ? `${className} active` : className);
    setClass(this.#icon, `codicon codicon-${iconName}`);
    setText(this.#direction, direction);
    setText(this.#cells.kind, kind);
    setText(this.#cells.size, size);
    setText(this.#cells.preview, preview);
  }
}

/** The content of a message on one line. */
function previewOf(row: Row): string {
  switch (row.kind) {
    case 'text':
    case 'state':
      return visibleLine(row.preview);
    case 'close': {
      const { code, reason } = readClosePreview(row.preview);
      return visibleLine([code ?? '', reason].filter(part => part !== '').join(': '));
    }
    case 'binary':
    case 'ping':
    case 'pong':
      return row.preview.length + 1 < row.byteLength * 3 ? `${row.preview} …` : row.preview;
  }
}

function setClass(element: HTMLElement, className: string): void {
  if (element.className !== className) {
    element.className = className;
  }
}

function setText(element: HTMLElement, value: string): void {
  const node = element.firstChild;
  if (node instanceof Text) {
    if (node.data !== value) {
      node.data = value;
    }
  } else {
    element.textContent = value;
  }
}

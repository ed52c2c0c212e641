import type { Row } from '../core/capture/capture.ts';
import type { RowKind } from '../core/capture/record.ts';
import type { Formats } from '../core/format.ts';
import { visibleLine } from '../core/payload/visibleText.ts';
import type { PageString } from '../shared/pageStrings.ts';
import { readClosePreview } from '../core/connection/closeFrame.ts';
import { el, icon, setAttribute } from './dom.ts';
import { readStateRow, type ReadStateRow } from './stateRow.ts';
import { text } from './strings.ts';

/** The columns, in order: the class of their cells and their heading. */
export const columns: readonly { readonly name: string; readonly heading: PageString }[] = [
  { name: 'time', heading: 'time' },
  { name: 'direction', heading: 'direction' },
  { name: 'kind', heading: 'kind' },
  { name: 'size', heading: 'size' },
  { name: 'preview', heading: 'content' },
];

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

/**
 * One row of the pool. The list moves it to another message as it scrolls, so only what differs is
 * written. All texts of a peer go through `textContent`.
 */
export class RowElement {
  readonly element: HTMLElement;
  readonly #formats: Formats;
  readonly #cells: readonly HTMLElement[];
  readonly #icon = icon('');
  readonly #direction = el('span', { class: 'spoken' });
  #row: Row | undefined;
  #seq: number | undefined;
  #isSelected = false;

  constructor(id: string, formats: Formats) {
    this.#formats = formats;
    this.#cells = columns.map(({ name }, index) =>
      el('span', { 'role': 'gridcell', 'class': name, 'aria-colindex': String(index + 1) }),
    );
    this.#cells[1]?.append(this.#icon, this.#direction);
    this.element = el('div', { role: 'row', id, class: 'row' }, ...this.#cells);
    this.element.hidden = true;
  }

  /** The message that stands here; `undefined` while this row is not in use. */
  get seq(): number | undefined {
    return this.#seq;
  }

  /** @param row absent while it is not known yet */
  show(seq: number, row: Row | undefined, isSelected: boolean): void {
    if (this.#seq === undefined) {
      this.element.hidden = false;
    }
    if (this.#seq !== seq) {
      this.#seq = seq;
      // The column headings are row 1.
      this.element.ariaRowIndex = String(seq + 2);
    }
    if (this.#isSelected !== isSelected) {
      this.#isSelected = isSelected;
      setAttribute(this.element, 'aria-selected', isSelected ? 'true' : undefined);
    }
    if (this.#row !== row || !row) {
      this.#row = row;
      this.#write(row);
    }
  }

  /** Takes it out of sight, and out of what assistive technology counts. */
  hide(): void {
    if (this.#seq !== undefined) {
      this.#seq = undefined;
      this.#row = undefined;
      this.element.hidden = true;
      this.element.removeAttribute('aria-rowindex');
    }
  }

  #write(row: Row | undefined): void {
    if (!row) {
      this.#fill('row pending', '', '', '', '', '', '…');
    } else if (row.kind === 'state') {
      const state = readStateRow(row.preview);
      const time = this.#formats.clock(row.at);
      const className = `row state ${state.severity}`;
      const words = visibleLine(state.text);
      this.#fill(className, time, stateRowIcon(state), '', '', '', words);
    } else {
      this.#fill(
        `row ${row.direction}${row.heartbeat ? ' heartbeat' : ''}`,
        this.#formats.clock(row.at),
        directionIcon(row),
        text(row.direction === 'in' ? 'received' : 'sent'),
        kindName(row.kind),
        this.#formats.bytes(row.byteLength),
        previewOf(row),
      );
    }
  }

  #fill(
    className: string,
    time: string,
    iconName: string,
    direction: string,
    kind: string,
    size: string,
    preview: string,
  ): void {
    setClass(this.element, className);
    setClass(this.#icon, `codicon codicon-${iconName}`);
    setText(this.#direction, direction);
    [time, undefined, kind, size, preview].forEach((value, index) => {
      const cell = this.#cells[index];
      if (cell && value !== undefined) {
        setText(cell, value);
      }
    });
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

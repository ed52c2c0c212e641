import type { Row } from '../../../core/capture/capture.ts';
import type { RowKind, TapAction } from '../../../core/record/record.ts';
import type { RowDecoding } from '../../../core/decode/rowDecoding.ts';
import type { Formats } from '../../../core/base/format.ts';
import { visibleLine } from '../../../core/text/visibleText.ts';
import type { PageString } from '../../../shared/monitorStrings.ts';
import { readClosePreview } from '../../../core/connection/wire/closeCode.ts';
import type { PageRow } from '../../../shared/monitorProtocol.ts';
import type { ColumnLayout, ColumnName } from './columns.ts';
import { el, icon } from '../../widgets/dom.ts';
import { markClasses } from './connectionMark.ts';
import { readStateRow, runPhase, type ReadStateRow } from './stateRow.ts';
import { iconClass, type IconName } from '../../widgets/icons.ts';
import { text } from '../../widgets/strings.ts';
import { summaryBeside } from './summaryBeside.ts';
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

const tapWords: Readonly<Record<TapAction, PageString>> = {
  injected: 'tapInjected',
  edited: 'tapEdited',
  dropped: 'tapDropped',
  original: 'tapOriginal',
};

/** What a tap did with a message, in a word. */
export function tapWord(action: TapAction): string {
  return text(tapWords[action]);
}

export function directionIcon({ direction }: Row): IconName {
  return direction === 'in' ? 'arrow-down' : 'arrow-up';
}

const stateIcons: Readonly<Record<string, IconName>> = {
  connecting: 'sync',
  connected: 'pass-filled',
  retry: 'history',
  closing: 'debug-disconnect',
  disconnected: 'debug-disconnect',
  failed: 'error',
};

const runIcons: Readonly<Record<string, IconName>> = {
  started: 'run-all',
  done: 'pass',
  failed: 'error',
  stopped: 'debug-stop',
};

/** The icon of a row about the connection's state, or about a run on it. */
export function stateRowIcon(row: ReadStateRow): IconName {
  const { state, severity } = row;
  const phase = runPhase(row);
  const name = phase === undefined ? stateIcons[state ?? ''] : runIcons[phase];
  return name ?? severity;
}

/** What rows show of their connection. */
export interface ConnectionLabel {
  readonly name: string;
  /** What tells it from others of that name: its URL. */
  readonly hint: string;
  /** The number of its mark. */
  readonly mark: number;
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
    event: makeCell('event'),
    topic: makeCell('topic'),
    type: makeCell('type'),
    id: makeCell('id'),
    latency: makeCell('latency'),
    preview: makeCell('preview'),
  };
  readonly #icon = icon('blank');
  readonly #direction = el('span', { class: 'spoken' });
  readonly #mark = el('span', { 'aria-hidden': 'true' });
  readonly #name = el('bdi');
  readonly #connection = el('span', {}, this.#name);
  readonly #preview = document.createTextNode('');
  /** What lies between the row before and this one. First, so that it is read before a long text. */
  readonly #pause = el('span', { class: 'pause' });
  readonly #tap = el('span', { class: 'tap-action' });
  /** That its decoder has found something wrong: not by colour alone. */
  readonly #sign = el('span', { role: 'img' });
  #row: PageRow | undefined;
  #position: number | undefined;
  #base: number | undefined;
  #isSelected: boolean | undefined;
  #isActive = false;
  #silence = '';
  #hasEvent: boolean;

  constructor(id: string, context: RowContext, layout: ColumnLayout) {
    this.#context = context;
    this.#cells.direction.append(this.#icon, this.#direction);
    this.#cells.connection.append(this.#mark, this.#connection);
    this.#pause.hidden = true;
    this.#tap.hidden = true;
    this.#cells.preview.append(this.#pause, this.#tap, this.#sign, this.#preview);
    this.element = el('div', { role: 'row', id, class: 'row' });
    this.element.hidden = true;
    this.#hasEvent = layout.shown.includes('event');
    this.arrange(layout);
  }

  /** The text of the preview, for marks. */
  get preview(): Node | null {
    return this.#row ? this.#preview : null;
  }

  arrange({ shown, spanned }: ColumnLayout): void {
    this.#hasEvent = shown.includes('event');
    this.element.replaceChildren(...shown.map(name => this.#cells[name]));
    shown.forEach((name, index) => {
      const cell = this.#cells[name];
      cell.ariaColIndex = String(index + 1);
      cell.classList.toggle('spanned', spanned.has(name));
    });
  }

  /**
   * @param row absent while it is not known yet
   * @param silence the silence before it in words; empty if there was none
   */
  show(
    position: number,
    row: PageRow | undefined,
    base: number | undefined,
    isSelected: boolean,
    isActive: boolean,
    silence: string,
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
    if (this.#row !== row || !row || this.#silence !== silence) {
      this.#row = row;
      this.#silence = silence;
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
    const name = label ? visibleLine(label.name) : '';
    setText(this.#name, name);
    // The end of an address tells it from others.
    setClass(this.#connection, /[/:]/.test(name) ? 'name address' : 'name');
    const hint = label ? visibleLine(`${label.name}: ${label.hint}`) : '';
    if (this.#cells.connection.title !== hint) {
      this.#cells.connection.title = hint;
    }
    setClass(this.#mark, label ? markClasses(label.mark) : '');
    setText(this.#cells.time, row ? time.words(row.at, this.#base) : '');
    const decoded = row?.decoded === 'waiting' ? undefined : row?.decoded;
    this.#writeDecoded(decoded, row?.decoded === 'waiting' ? '…' : '');
    if (!row) {
      this.#fill('row pending', 'blank', '', '', '', '…');
    } else if (row.kind === 'state') {
      const state = readStateRow(row.preview);
      const className = `row state ${state.severity}${state.state === undefined ? ' remark' : ''}`;
      const { outage } = state;
      const pause = outage === undefined ? '' : text('outage', visibleLine(outage));
      this.#fill(className, stateRowIcon(state), '', '', '', visibleLine(state.text), pause);
    } else {
      this.#fill(
        messageClass(row, decoded),
        directionIcon(row),
        text(row.direction === 'in' ? 'received' : 'sent'),
        kindName(row.kind),
        formats.bytes(row.byteLength),
        this.#contentOf(row, decoded),
        this.#silence,
      );
    }
    const action = row?.tap;
    this.#tap.hidden = !action;
    setSpoken(this.#tap, action ? tapWord(action) : '');
  }

  #contentOf(row: PageRow, decoded: RowDecoding | undefined): string {
    return decoded?.summary === undefined
      ? previewOf(row)
      : visibleLine(this.#hasEvent ? summaryBeside(decoded) : decoded.summary);
  }

  /** @param unknown in place of what is not known yet */
  #writeDecoded(decoded: RowDecoding | undefined, unknown: string): void {
    const { event, topic, type, id, latency } = this.#cells;
    const severity = severityOf(decoded);
    this.#sign.hidden = !severity;
    setClass(this.#sign, severity ? `sign ${iconClass(severity)}` : '');
    this.#sign.ariaLabel = severity ? text(signWords[severity]) : null;
    setText(event, visibleLine(decoded?.event ?? unknown));
    setText(topic, visibleLine(decoded?.topic ?? ''));
    setText(type, visibleLine(decoded?.type ?? ''));
    setText(id, visibleLine(decoded?.id ?? ''));
    const isCall = decoded?.role !== undefined && decoded.role !== 'part';
    latency.classList.toggle('of-call', isCall);
    setText(latency, decoded && isCall ? latencyWords(decoded, this.#context.formats) : '');
  }

  #fill(
    className: string,
    iconName: IconName,
    direction: string,
    kind: string,
    size: string,
    preview: string,
    pause = '',
  ): void {
    const paused = pause === '' ? className : `${className} paused`;
    setClass(this.element, this.#isActive ? `${paused} active` : paused);
    setClass(this.#icon, iconClass(iconName));
    setText(this.#direction, direction);
    setText(this.#cells.kind, kind);
    setText(this.#cells.size, size);
    setData(this.#preview, preview);
    this.#showPause(pause);
  }

  #showPause(words: string): void {
    this.#pause.hidden = words === '';
    setSpoken(this.#pause, words);
  }
}

type Severity = RowDecoding['severity'];

const signWords: Readonly<Record<NonNullable<Severity>, PageString>> = {
  error: 'rowError',
  warning: 'rowWarning',
};

function severityOf(decoded: RowDecoding | undefined): Severity {
  return decoded?.problem ? 'error' : decoded?.severity;
}

const severityClasses = { error: 'decoded-error', warning: 'decoded-warning' };

function messageClass(row: PageRow, decoded: RowDecoding | undefined): string {
  const isHeartbeat = row.heartbeat || decoded?.isHeartbeat === true;
  const severity = severityOf(decoded);
  return [
    `row ${row.direction}`,
    ...(isHeartbeat ? ['heartbeat'] : []),
    ...(row.tap ? [row.tap] : []),
    ...(severity ? [severityClasses[severity]] : []),
  ].join(' ');
}

/** The time of a call; of one without an answer, how it stands. */
function latencyWords({ ms, state, role, firstMs }: RowDecoding, formats: Formats): string {
  if (ms !== undefined) {
    return formats.latency(ms);
  }
  const isAsking = role === 'request' || role === 'open';
  if (!isAsking) {
    return text('callOrphan');
  }
  if (state === 'open') {
    return '…';
  }
  return firstMs === undefined ? text('callUnanswered') : formats.latency(firstMs);
}

/** Only who listens needs the full stop; without words there is none, so that the cell begins with its text. */
function setSpoken(element: HTMLElement, words: string): void {
  const spoken = words === '' ? '' : `${words}. `;
  if (element.textContent !== spoken) {
    element.replaceChildren(
      ...(words === '' ? [] : [words, el('span', { class: 'spoken' }, '. ')]),
    );
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

function setData(node: Text, value: string): void {
  if (node.data !== value) {
    node.data = value;
  }
}

function setText(element: HTMLElement, value: string): void {
  const node = element.firstChild;
  if (node instanceof Text) {
    setData(node, value);
  } else {
    element.textContent = value;
  }
}

import { el, setAttribute } from '../../widgets/dom.ts';
import { text } from '../../widgets/strings.ts';
import { VirtualLines } from '../../widgets/virtualLines.ts';

interface HexGridListener {
  /** The bytes, if they have been read. */
  peek(from: number, length: number): Uint8Array | undefined;
  /** These bytes are visible now. */
  onWindow(from: number, to: number): void;
  /** The caret moved, or the selection changed. */
  onSelect(): void;
}

const widest = 16;
const pairs = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/** The elements of one line; they are reused. */
interface HexLine {
  readonly offset: HTMLElement;
  readonly cells: readonly HTMLElement[];
  readonly characters: readonly HTMLElement[];
}

/** Bytes as offset, hex pairs and characters, with a caret and a selection. */
export class HexGrid {
  readonly element = el('div', {
    'class': 'hex-grid',
    'role': 'grid',
    'tabindex': '0',
    'aria-label': text('hexBytes'),
    'aria-multiselectable': 'true',
  });
  readonly #listener: HexGridListener;
  readonly #lines: VirtualLines;
  readonly #parts = new WeakMap<HTMLElement, HexLine>();
  #byteLength = 0;
  /** Bytes per line. */
  #width = widest;
  #anchor = 0;
  #caret = 0;
  /** The bytes that are marked besides the selection. */
  #marked: readonly [from: number, to: number] = [0, 0];
  #made = 0;

  constructor(listener: HexGridListener) {
    this.#listener = listener;
    this.#lines = new VirtualLines(this.element, {
      make: () => this.#make(),
      paint: (element, line) => this.#paint(element, line),
      onWindow: (from, to) => listener.onWindow(from * this.#width, to * this.#width),
    });
    this.element.addEventListener('keydown', event => this.#onKey(event));
    this.element.addEventListener('mousedown', event => this.#onPress(event));
    this.element.addEventListener('mousemove', event => this.#onDrag(event));
    new ResizeObserver(() => this.#fit()).observe(this.element);
  }

  get caret(): number {
    return this.#caret;
  }

  /** The first selected byte and the one after the last. */
  get selection(): readonly [from: number, to: number] {
    return [
      Math.min(this.#anchor, this.#caret),
      Math.min(this.#byteLength, Math.max(this.#anchor, this.#caret) + 1),
    ];
  }

  /** The byte at the caret, or the grid if that is not on the screen. */
  get caretElement(): HTMLElement {
    const line = this.#lines.elementOf(Math.floor(this.#caret / this.#width));
    return (line && this.#parts.get(line)?.cells[this.#caret % this.#width]) ?? this.element;
  }

  /** Selects the byte that an element shows, unless it is selected already. */
  selectAt(target: EventTarget | null): void {
    const offset = this.#offsetAt(target);
    const [from, to] = this.selection;
    if (offset !== undefined && (offset < from || offset >= to)) {
      this.#select(offset, false, false);
    }
  }

  show(byteLength: number): void {
    this.#byteLength = byteLength;
    this.#anchor = 0;
    this.#caret = 0;
    this.#marked = [0, 0];
    this.element.ariaColCount = String(this.#width + 2);
    this.element.ariaRowCount = String(Math.ceil(byteLength / this.#width));
    this.#lines.count = Math.ceil(byteLength / this.#width);
    this.#lines.toBegin();
  }

  /** Marks bytes; `undefined`: none. The end is not included. */
  mark(range: readonly [from: number, to: number] | undefined): void {
    this.#marked = range ?? [0, 0];
    this.draw();
  }

  revealCaret(): void {
    this.#lines.reveal(Math.floor(this.#caret / this.#width));
  }

  /** Selects bytes, the caret on the first, and scrolls to them. */
  selectRange(from: number, to: number): void {
    this.#anchor = Math.max(0, Math.min(to, this.#byteLength) - 1);
    this.#select(from, true, true);
  }

  draw(): void {
    this.#lines.draw();
    const { caretElement } = this;
    const id = caretElement === this.element ? undefined : caretElement.id;
    setAttribute(this.element, 'aria-activedescendant', id);
  }

  /** Fits as many bytes into a line as there is room for. */
  #fit(): void {
    const style = getComputedStyle(this.element);
    const character = Number.parseFloat(style.fontSize) * 0.62;
    const room = this.element.clientWidth / character;
    const width = room >= 80 ? 16 : room >= 46 ? 8 : 4;
    if (width !== this.#width) {
      this.#width = width;
      const [caret, anchor, marked] = [this.#caret, this.#anchor, this.#marked];
      this.show(this.#byteLength);
      this.#caret = caret;
      this.#anchor = anchor;
      this.#marked = marked;
      this.#lines.reveal(Math.floor(caret / width));
      this.draw();
    }
  }

  #make(): HTMLElement {
    const offset = el('span', { class: 'offset', role: 'rowheader' });
    const name = `hex-${this.#made++}`;
    const cells = Array.from({ length: widest }, (_, at) =>
      el('span', {
        'class': 'byte',
        'role': 'gridcell',
        'id': `${name}-${at}`,
        'data-at': `${at}`,
      }),
    );
    const characters = Array.from({ length: widest }, (_, at) =>
      el('span', { 'data-at': `${at}` }),
    );
    const element = el(
      'div',
      { class: 'hex-line', role: 'row' },
      offset,
      ...cells,
      el('span', { class: 'characters', role: 'gridcell' }, ...characters),
    );
    this.#parts.set(element, { offset, cells, characters });
    return element;
  }

  #paint(element: HTMLElement, line: number): void {
    const parts = this.#parts.get(element);
    if (!parts) {
      return;
    }
    const begin = line * this.#width;
    const bytes = this.#listener.peek(begin, this.#width);
    element.ariaRowIndex = String(line + 1);
    parts.offset.textContent = begin.toString(16).padStart(8, '0');
    const [from, to] = this.selection;
    for (let at = 0; at < widest; at++) {
      const [cell, character] = [parts.cells[at], parts.characters[at]];
      const offset = begin + at;
      const isThere = at < this.#width && offset < this.#byteLength;
      const className = byteClass(
        offset >= from && offset < to,
        offset === this.#caret,
        offset >= this.#marked[0] && offset < this.#marked[1],
      );
      if (cell && character) {
        paintByte(cell, character, { isThere, className, byte: bytes?.[at] });
        cell.hidden = at >= this.#width;
        setAttribute(
          cell,
          'aria-selected',
          isThere ? String(offset >= from && offset < to) : undefined,
        );
      }
    }
  }

  #onKey(event: KeyboardEvent): void {
    const isCommand = event.ctrlKey || event.metaKey;
    if (isCommand && event.key === 'a') {
      this.#anchor = 0;
      this.#select(this.#byteLength - 1, true, false);
    } else {
      const target = event.altKey ? undefined : this.#target(event.key, isCommand);
      if (target === undefined) {
        return;
      }
      this.#select(target, event.shiftKey, true);
    }
    event.preventDefault();
    event.stopPropagation();
  }

  #target(key: string, isCommand: boolean): number | undefined {
    const width = this.#width;
    const page = width * this.#lines.pageSize;
    const lineBegin = this.#caret - (this.#caret % width);
    const targets: Readonly<Record<string, number>> = {
      ArrowLeft: this.#caret - 1,
      ArrowRight: this.#caret + 1,
      ArrowUp: this.#caret - width,
      ArrowDown: this.#caret + width,
      Home: isCommand ? 0 : lineBegin,
      End: isCommand ? this.#byteLength - 1 : lineBegin + width - 1,
      // With Ctrl they switch tabs.
      ...(isCommand ? {} : { PageUp: this.#caret - page, PageDown: this.#caret + page }),
    };
    return Object.hasOwn(targets, key) ? targets[key] : undefined;
  }

  #select(offset: number, isExtending: boolean, isRevealed: boolean): void {
    this.#caret = Math.max(0, Math.min(offset, this.#byteLength - 1));
    if (!isExtending) {
      this.#anchor = this.#caret;
    }
    if (isRevealed) {
      this.#lines.reveal(Math.floor(this.#caret / this.#width));
    }
    this.draw();
    this.#listener.onSelect();
  }

  #onPress(event: MouseEvent): void {
    const offset = this.#offsetAt(event.target);
    if (offset !== undefined && event.button === 0) {
      this.#select(offset, event.shiftKey, false);
    }
  }

  #onDrag(event: MouseEvent): void {
    const offset = (event.buttons & 1) === 1 ? this.#offsetAt(event.target) : undefined;
    if (offset !== undefined && offset !== this.#caret) {
      this.#select(offset, true, false);
    }
  }

  #offsetAt(target: EventTarget | null): number | undefined {
    const line = this.#lines.lineAt(target);
    const at = target instanceof HTMLElement ? target.dataset['at'] : undefined;
    const offset = line === undefined || at === undefined ? -1 : line * this.#width + Number(at);
    return offset >= 0 && offset < this.#byteLength ? offset : undefined;
  }
}

interface PaintedByte {
  readonly isThere: boolean;
  readonly className: string;
  /** Absent until it has been read. */
  readonly byte: number | undefined;
}

function paintByte(
  cell: HTMLElement,
  character: HTMLElement,
  { isThere, className, byte }: PaintedByte,
): void {
  cell.textContent = isThere ? (byte === undefined ? '··' : (pairs[byte] ?? '')) : '';
  const isPrinted = byte !== undefined && byte >= 0x20 && byte < 0x7f;
  character.textContent = isThere ? (isPrinted ? String.fromCharCode(byte) : '.') : '';
  cell.className = isThere ? `byte${className}` : 'byte none';
  character.className = isThere ? `${isPrinted ? 'printed' : 'other'}${className}` : 'none';
}

function byteClass(isSelected: boolean, isCaret: boolean, isMarked: boolean): string {
  return `${isMarked ? ' of-value' : ''}${isSelected ? ' chosen' : ''}${isCaret ? ' caret' : ''}`;
}

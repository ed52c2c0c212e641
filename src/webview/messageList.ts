import type { Extent, Row } from '../core/capture/capture.ts';
import type { Formats } from '../core/format.ts';
import type { RowsAnswer } from '../shared/protocol.ts';
import { el, oncePerFrame, setAttribute } from './dom.ts';
import { keyTarget } from './listKeys.ts';
import { columns } from './rowElement.ts';
import { RowPool } from './rowPool.ts';
import { RowSource, type RowQuestion } from './rowSource.ts';
import { ScaledList, type RowWindow } from './scaledList.ts';
import { ScrollBar } from './scrollBar.ts';
import { text } from './strings.ts';
import { rowHeight } from './theme.ts';

interface MessageListListener {
  ask(question: RowQuestion): Promise<RowsAnswer>;
  /** The user went to the end, or left it. */
  onFollow(following: boolean): void;
  /** A row was chosen. Called again with the row itself, where it was not here yet. */
  onSelect(seq: number, row: Row | undefined): void;
  onOpen(): void;
  onClose(): void;
  onCopy(seq: number): void;
  /** @param reason why rows could not be read; absent where they could */
  onRead(reason?: string): void;
  /** What can be seen has changed. */
  onDraw(): void;
}

/** What a list begins with. */
interface ListPlace {
  readonly following: boolean;
  /** The row at the top, with a fraction. */
  readonly top?: number | undefined;
  /** Where the capture ended when the view was paused. */
  readonly pausedAt?: number | undefined;
}

/** Rows that do not come within this time are drawn as still missing. */
const patienceMs = 150;
const retryMs = 1000;

/** All rows of a connection's capture, of which only those on screen exist. */
export class MessageList {
  readonly element: HTMLElement;
  readonly #head: HTMLElement;
  readonly #pool: RowPool;
  readonly #geometry = new ScaledList();
  readonly #bar: ScrollBar;
  readonly #source: RowSource;
  readonly #listener: MessageListListener;
  readonly #requestFrame = oncePerFrame(() => this.#frame());

  #extent: Extent = { first: 0, next: 0, byteLength: 0 };
  #following = true;
  #pausedAt = 0;
  #selected: number | undefined;
  #isSelectedKnown = false;
  #rowHeight = 22;
  #viewport = 0;
  #drawn: RowWindow = { from: 0, to: 0, shift: 0 };
  /** What was to be seen when the open question was asked. */
  #asked: RowWindow | undefined;
  #patience: ReturnType<typeof setTimeout> | undefined;

  constructor(formats: Formats, listener: MessageListListener) {
    this.#listener = listener;
    this.#pool = new RowPool(formats);
    this.#source = new RowSource(question => listener.ask(question), {
      onAnswer: extent => this.#onAnswer(extent),
      onFailure: reason => {
        this.#asked = undefined;
        listener.onRead(reason);
        setTimeout(this.#requestFrame, retryMs);
      },
    });
    const headings = columns.map(({ name, heading }, index) => {
      const place = { 'class': name, 'aria-colindex': String(index + 1) };
      return el('span', { role: 'columnheader', ...place }, text(heading));
    });
    const headingRow = el('div', { 'role': 'row', 'class': 'row', 'aria-rowindex': '1' });
    headingRow.append(...headings);
    this.#head = el('div', { role: 'rowgroup', class: 'head' }, headingRow);
    const attributes = { 'class': 'grid', 'tabindex': '0', 'aria-label': text('messages') };
    this.element = el('div', { role: 'grid', ...attributes }, this.#head);
    this.#bar = new ScrollBar(this.element, this.#pool.element, this.#geometry);
    this.element.ariaColCount = String(columns.length);
    this.#listen();
  }

  /** Shows another connection's capture and forgets all of the last. */
  open(connection: string, extent: Extent, { following, top, pausedAt }: ListPlace): void {
    this.#source.open(connection);
    this.#extent = extent;
    this.#following = following;
    this.#pausedAt = pausedAt ?? extent.next;
    this.#selected = undefined;
    this.#asked = undefined;
    this.#drawn = { from: extent.first, to: extent.first, shift: 0 };
    this.#geometry.setExtent(extent.first, extent.next);
    this.#geometry.top = top ?? extent.next;
    this.#requestFrame();
  }

  /** The capture has grown, or lost its oldest rows. */
  update(extent: Extent): void {
    this.#takeExtent(extent);
    this.#source.forgetAbsent();
    this.#requestFrame();
  }

  set following(value: boolean) {
    if (value === this.#following) {
      return;
    }
    this.#following = value;
    if (!value) {
      // What is on screen stays, although the capture may have gone on since it was drawn.
      this.#geometry.top = this.#drawnTop;
      this.#pausedAt = this.#drawn.to;
    }
    this.#requestFrame();
  }

  /** How many rows have come since the view was paused. */
  get newCount(): number {
    const { first, next } = this.#extent;
    return this.#following ? 0 : Math.max(0, next - Math.max(this.#pausedAt, first));
  }

  get isAtEnd(): boolean {
    return this.#following || this.#geometry.isAtEnd;
  }

  /** What brings this view back later. */
  get place(): ListPlace {
    return this.#following
      ? { following: true, top: undefined, pausedAt: undefined }
      : { following: false, top: this.#geometry.top, pausedAt: this.#pausedAt };
  }

  select(seq: number): void {
    const row = this.#source.find(seq);
    this.#selected = seq;
    this.#isSelectedKnown = row !== undefined;
    this.#listener.onSelect(seq, row);
    this.#requestFrame();
  }

  /** Takes over the fonts of the theme. */
  measure(): void {
    this.#rowHeight = rowHeight();
    this.element.style.setProperty('--row-height', `${this.#rowHeight}px`);
    this.#requestFrame();
  }

  get #drawnTop(): number {
    return this.#drawn.from + this.#drawn.shift / this.#rowHeight;
  }

  #listen(): void {
    const { element } = this;
    new ResizeObserver(() => this.#onResize()).observe(element);
    this.#bar.listen({
      onBeforeScroll: () => {
        if (this.#following) {
          this.#geometry.top = this.#drawnTop;
        }
      },
      onScroll: way => this.#onScroll(way),
      // At once: while rows rush in, the scroll that follows would be undone before it is seen.
      onWheelUp: () => this.#follow(false),
      onRest: this.#requestFrame,
    });
    element.addEventListener('mousedown', ({ button, target }) => {
      const seq = this.#pool.seqAt(target);
      if (button === 0 && seq !== undefined) {
        this.select(seq);
        this.#listener.onOpen();
      }
    });
    element.addEventListener('keydown', event => this.#onKey(event));
  }

  #onResize(): void {
    const { from, to } = this.#geometry.window;
    const seq = this.#selected;
    this.#viewport = Math.max(0, this.element.clientHeight - this.#head.offsetHeight);
    this.#geometry.setMetrics(this.#rowHeight, this.#viewport);
    if (seq !== undefined && seq >= from && seq < to) {
      this.#geometry.reveal(seq);
    }
    this.#frame();
  }

  #onScroll(way: 'up' | 'down'): void {
    const { top, isAtEnd } = this.#geometry;
    if (way === 'up') {
      this.#follow(false);
      this.#geometry.top = top;
    } else if (isAtEnd) {
      this.#follow(true);
    }
    this.#requestFrame();
  }

  #follow(following: boolean): void {
    if (this.#following !== following) {
      this.following = following;
      this.#listener.onFollow(following);
    }
  }

  #onKey(event: KeyboardEvent): void {
    const { key } = event;
    if (event.altKey || event.shiftKey) {
      return;
    }
    if (event.ctrlKey || event.metaKey) {
      const isTextSelected = getSelection()?.isCollapsed === false;
      if (key.toLowerCase() === 'c' && this.#selected !== undefined && !isTextSelected) {
        event.preventDefault();
        this.#listener.onCopy(this.#selected);
      }
      return;
    }
    if (key === 'Escape') {
      this.#listener.onClose();
      return;
    }
    const target = keyTarget(key, {
      ...this.#extent,
      selected: this.#selected,
      lastShown: this.#drawn.to - 1,
      pageSize: this.#geometry.pageSize,
    });
    if (target !== undefined) {
      event.preventDefault();
      this.#moveTo(target, key === 'End');
      if (key === 'Enter' || key === ' ') {
        this.#listener.onOpen();
      }
    }
  }

  #moveTo(seq: number, following: boolean): void {
    // Going to the newest row does not pause, and nothing but End resumes.
    this.#follow(following || (this.#following && seq === this.#extent.next - 1));
    this.#geometry.reveal(seq);
    this.select(seq);
  }

  #takeExtent(extent: Extent): void {
    // Answers and events may overtake each other; both numbers only ever grow.
    if (extent.next >= this.#extent.next && extent.first >= this.#extent.first) {
      this.#extent = extent;
    }
  }

  #onAnswer(extent: Extent | undefined): void {
    const asked = this.#asked;
    this.#asked = undefined;
    if (extent) {
      this.#takeExtent(extent);
      this.#listener.onRead();
      const { from, to } = this.#geometry.window;
      // Where the view has moved on since, what came is still nearer than what is on screen.
      if (asked && !this.#source.covers(from, to) && this.#source.covers(asked.from, asked.to)) {
        this.#draw(asked);
      }
    }
    this.#frame();
  }

  #frame(): void {
    this.#geometry.setMetrics(this.#rowHeight, this.#viewport);
    this.#geometry.setExtent(this.#extent.first, this.#extent.next);
    if (this.#following) {
      this.#geometry.toEnd();
    }
    const window = this.#geometry.window;
    const isKnown = this.#source.covers(window.from, window.to);
    if (isKnown) {
      this.#draw(window);
      this.#askForSelected();
    } else {
      this.#patience ??= setTimeout(() => this.#draw(this.#geometry.window), patienceMs);
      this.#asked ??= window;
    }
    const extra = Math.ceil((window.to - window.from) / 2);
    this.#source.want(
      Math.max(this.#extent.first, window.from - extra),
      Math.min(this.#extent.next, window.to + extra),
    );
    this.#bar.place(this.#viewport);
    this.#listener.onDraw();
  }

  #askForSelected(): void {
    const seq = this.#selected;
    if (seq === undefined || this.#isSelectedKnown) {
      return;
    }
    const row = this.#source.find(seq);
    if (row) {
      this.#isSelectedKnown = true;
      this.#listener.onSelect(seq, row);
    } else if (seq >= this.#extent.first && seq < this.#extent.next) {
      this.#source.want(seq, seq + 1);
    }
  }

  #draw(window: RowWindow): void {
    clearTimeout(this.#patience);
    this.#patience = undefined;
    this.#drawn = window;
    const active = this.#pool.draw(window, this.#source.find, this.#selected);
    setAttribute(this.element, 'aria-activedescendant', active);
    const rowCount = String(this.#extent.next + 1);
    if (this.element.ariaRowCount !== rowCount) {
      this.element.ariaRowCount = rowCount;
    }
  }
}

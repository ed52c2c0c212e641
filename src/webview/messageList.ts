import type { Formats } from '../core/format.ts';
import type { ListView, PageRow, RowsAnswer } from '../shared/protocol.ts';
import type { ColumnSettings } from './columns.ts';
import { el, oncePerFrame, setAttribute } from './dom.ts';
import { ListHead } from './listHead.ts';
import { listen } from './listInput.ts';
import { ListPlaces, type ListPlace } from './listPlaces.ts';
import type { RowSourceName } from './rowElement.ts';
import { RowPool } from './rowPool.ts';
import type { Locate, Place } from './rowSeeker.ts';
import { RowSelection, type Range } from './rowSelection.ts';
import { RowSource, type RowQuestion } from './rowSource.ts';
import { ScaledList, type RowWindow } from './scaledList.ts';
import { ScrollBar } from './scrollBar.ts';
import { text } from './strings.ts';
import { rowHeight } from './theme.ts';
import { TimeColumn } from './timeColumn.ts';

interface MessageListListener {
  ask(question: RowQuestion): Promise<RowsAnswer>;
  readonly locate: Locate;
  /** The user went to the end, or left it. */
  onFollow(following: boolean): void;
  /** @param row the active one; absent where it is not known yet: it is told when it is */
  onSelect(row: PageRow | undefined): void;
  /** The active row is to be looked at closely. */
  onOpen(): void;
  onMenu(at: { readonly x: number; readonly y: number }): void;
  run(command: 'close' | 'copy' | 'goTo' | 'find' | 'findNext' | 'findPrevious'): void;
  onColumns(settings: ColumnSettings): void;
  /** @param reason why rows could not be read; absent where they could */
  onRead(reason?: string): void;
  /** What can be seen has changed. */
  onDraw(): void;
}

/** Whose rows are in the list. */
export interface ListSources {
  /** When the oldest of them began, in milliseconds since 1970. */
  readonly startedAt: number;
  readonly isMerged: boolean;
  readonly sourceOf: (connection: string) => RowSourceName | undefined;
}

/** Rows that do not come within this time are drawn as still missing. */
const patienceMs = 150;
const retryMs = 1000;

const noRows: ListView = {
  ...{ generation: -1, first: 0, next: 0, scanned: 0, total: 0, hidden: 0, dropped: 0 },
};

/** All rows that the host shows, of which only those on screen exist. */
export class MessageList {
  readonly element: HTMLElement;
  readonly head: ListHead;
  readonly #time: TimeColumn;
  readonly #pool: RowPool;
  readonly #geometry = new ScaledList();
  readonly #bar: ScrollBar;
  readonly #source: RowSource;
  readonly #selection = new RowSelection();
  readonly #places: ListPlaces;
  readonly #listener: MessageListListener;
  readonly #requestFrame = oncePerFrame(() => this.#frame());

  #list = noRows;
  #sources: ListSources = { startedAt: 0, isMerged: false, sourceOf: () => undefined };
  #following = true;
  #isActiveKnown = false;
  #rowHeight = 22;
  #viewport = 0;
  #drawn: RowWindow = { from: 0, to: 0, shift: 0 };
  #drawnGeneration = -1;
  /** What was to be seen when the open question was asked. */
  #asked: RowWindow | undefined;
  #patience: ReturnType<typeof setTimeout> | undefined;

  constructor(formats: Formats, columns: ColumnSettings, listener: MessageListListener) {
    this.#listener = listener;
    this.#time = new TimeColumn(formats);
    this.head = new ListHead(columns, settings => {
      this.#arrange();
      listener.onColumns(settings);
    });
    const sourceOf = (connection: string) => this.#sources.sourceOf(connection);
    this.#pool = new RowPool({ formats, time: this.#time, sourceOf }, this.head.layout);
    this.#source = new RowSource(question => listener.ask(question), {
      onAnswer: list => this.#onAnswer(list),
      onFailure: reason => this.#onFailure(reason),
    });
    this.#places = new ListPlaces(this.#geometry, listener.locate, {
      onFailure: reason => listener.onRead(reason),
      onFound: this.#requestFrame,
    });
    this.element = el('div', {
      ...{ 'class': 'grid', 'role': 'grid', 'tabindex': '0', 'aria-label': text('messages') },
      'aria-multiselectable': 'true',
    });
    this.element.append(this.head.element);
    this.#bar = new ScrollBar(this.element, this.#pool.element, this.#geometry);
    this.#arrange();
    this.#listen();
  }

  /** Begins where an earlier page left off. */
  restore(place: ListPlace): void {
    this.#places.restore(place);
  }

  /** Says whose rows they are; only what differs is written again. */
  set sources(sources: ListSources) {
    const wasMerged = this.#sources.isMerged;
    this.#sources = sources;
    this.#time.startedAt = sources.startedAt;
    if (wasMerged !== sources.isMerged) {
      this.head.isMerged = sources.isMerged;
      this.#arrange();
    } else {
      this.#pool.forget();
      this.#requestFrame();
    }
  }

  /** Where the list stands now. Another generation is another list: the place is kept in it. */
  update(list: ListView): void {
    this.#take(list);
    this.#requestFrame();
  }

  set following(value: boolean) {
    if (value === this.#following) {
      return;
    }
    this.#following = value;
    if (value) {
      this.#places.leave();
    } else if (this.#list.generation >= 0) {
      // What is on screen stays, although the list may have gone on since it was drawn.
      this.#geometry.top = this.#drawnTop;
      this.#places.pause(this.#drawn.to, this.#source.find);
    }
    this.#requestFrame();
  }

  /** How many rows have come since the view was paused. */
  get newCount(): number {
    const { first, next } = this.#list;
    return this.#following ? 0 : Math.max(0, next - Math.max(this.#places.pausedAt ?? next, first));
  }

  get isAtEnd(): boolean {
    return this.#following || this.#geometry.isAtEnd;
  }

  /** What brings this view back later. */
  get place(): ListPlace {
    return this.#places.describe(this.#following);
  }

  get generation(): number {
    return this.#list.generation;
  }

  get selected(): readonly Range[] {
    return this.#selection.ranges;
  }

  get selectedCount(): number {
    return this.#selection.count;
  }

  /** The active row, else the one at the top. */
  get position(): number {
    return this.#selection.active ?? this.#drawn.from;
  }

  get activeRow(): PageRow | undefined {
    const { active } = this.#selection;
    return active === undefined ? undefined : this.#source.find(active);
  }

  /** When a row came, where that is known. */
  timeAt(position: number): number | undefined {
    return this.#source.find(position)?.at;
  }

  /** Goes to a row and selects it. */
  goTo(position: number): void {
    const { first, next } = this.#list;
    const target = Math.max(first, Math.min(position, next - 1));
    if (target < first) {
      return;
    }
    this.#follow(false);
    this.#places.leave();
    this.#geometry.centre(target);
    this.#selection.only(target);
    this.#changed();
  }

  /** Goes to a row by its name, or to a moment, as soon as the list has come to it. */
  seek(place: Place): void {
    this.#follow(false);
    this.#places.seek(this.#list.generation, place, position => this.goTo(position));
  }

  selectAll(): void {
    const { first, next } = this.#list;
    if (first < next) {
      this.#selection.all(first, next);
      this.#changed();
    }
  }

  /** The previews that can be seen, for marks. */
  previews(): Iterable<Text> {
    return this.#pool.previews();
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

  #arrange(): void {
    const { layout, settings } = this.head;
    const { style } = this.element;
    style.setProperty('--columns-wide', layout.template);
    style.setProperty('--columns-narrow', layout.narrowTemplate);
    style.setProperty('--span-wide', `span ${layout.span}`);
    style.setProperty('--span-narrow', `span ${layout.narrowSpan}`);
    this.element.ariaColCount = String(layout.shown.length);
    this.#time.mode = settings.time;
    this.#pool.arrange(layout);
    this.#requestFrame();
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
    listen(element, this.#target());
  }

  #target(): Parameters<typeof listen>[1] {
    const selection = this.#selection;
    const list = () => this.#list;
    const isCurrent = () => this.#drawnGeneration === this.#list.generation;
    const lastShown = () => this.#drawn.to - 1;
    const pageSize = () => this.#geometry.pageSize;
    return {
      get isCurrent() {
        return isCurrent();
      },
      get active() {
        return selection.active;
      },
      get bounds() {
        return { ...list(), lastShown: lastShown(), pageSize: pageSize() };
      },
      positionAt: target => this.#pool.positionAt(target),
      choose: (position, how) => this.#choose(position, how),
      moveTo: (position, how, isEnd) => this.#moveTo(position, how, isEnd),
      toggle: () => this.#choose(selection.active ?? lastShown(), 'toggle'),
      selectAll: () => this.selectAll(),
      open: () => this.#listener.onOpen(),
      openMenu: at => this.#openMenu(at),
      run: command => this.#listener.run(command),
    };
  }

  #openMenu(at: { readonly x: number; readonly y: number } | undefined): void {
    const { active } = this.#selection;
    if (at) {
      this.#listener.onMenu(at);
    } else if (active !== undefined) {
      const row = this.#pool.elementOf(active) ?? this.head.element;
      const { left, bottom } = row.getBoundingClientRect();
      this.#listener.onMenu({ x: left + 2 * this.#rowHeight, y: bottom });
    }
  }

  #onResize(): void {
    const { isAtEnd, window } = this.#geometry;
    const { from, to } = window;
    const { active } = this.#selection;
    this.#viewport = Math.max(0, this.element.clientHeight - this.head.element.offsetHeight);
    this.#geometry.setMetrics(this.#rowHeight, this.#viewport);
    if (active !== undefined && active >= from && active < to) {
      this.#geometry.reveal(active);
    } else if (isAtEnd) {
      this.#geometry.toEnd();
    }
    this.#frame();
  }

  #onScroll(way: 'up' | 'down'): void {
    const { top, isAtEnd } = this.#geometry;
    this.#places.leave();
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

  #choose(position: number, how: 'only' | 'extend' | 'add' | 'toggle'): void {
    const selection = this.#selection;
    this.#places.leave();
    if (how === 'extend') {
      selection.extend(position);
    } else if (how === 'toggle') {
      selection.toggle(position);
    } else if (how === 'only' || !selection.has(position)) {
      selection.only(position);
    } else {
      selection.move(position);
    }
    this.#changed();
  }

  #moveTo(position: number, how: 'only' | 'extend' | 'move', isEnd: boolean): void {
    // Going to the newest row does not pause, and nothing but End resumes.
    this.#follow(isEnd || (this.#following && position === this.#list.next - 1));
    this.#places.leave();
    this.#geometry.reveal(position);
    this.#selection[how](position);
    this.#changed();
  }

  /** The selection is another. */
  #changed(): void {
    const row = this.activeRow;
    this.#isActiveKnown = row !== undefined;
    this.#places.active = row;
    this.#listener.onSelect(row);
    this.#requestFrame();
  }

  #take(list: ListView): void {
    const { generation, first, next } = this.#list;
    if (list.generation > generation) {
      this.#turnTo(list);
    } else if (list.generation === generation && list.next >= next && list.first >= first) {
      // Answers and events may overtake each other; both numbers only ever grow.
      this.#list = list;
      this.#source.follow(list);
      this.#selection.dropBelow(list.first);
    }
  }

  /** Turns to another list, in which the rows on screen have other positions. */
  #turnTo(list: ListView): void {
    const { from, to } = this.#drawn;
    const isDrawn = this.#drawnGeneration === this.#list.generation;
    this.#places.turn(list.generation, {
      ...{ following: this.#following, next: list.next },
      ...(isDrawn && to > from ? { top: this.#drawnTop, window: this.#drawn } : {}),
      ...{ active: this.#selection.active, find: this.#source.find },
      onActive: position => {
        this.#selection.only(position);
        this.#changed();
      },
    });
    this.#list = list;
    this.#source.follow(list);
    this.#selection.clear();
    this.#isActiveKnown = false;
    this.#asked = undefined;
    this.#geometry.setExtent(list.first, list.next);
    this.#geometry.top = this.#places.isHeld ? list.first : list.next;
  }

  #onAnswer(list: ListView): void {
    const asked = this.#asked;
    this.#asked = undefined;
    this.#take(list);
    this.#listener.onRead();
    const { from, to } = this.#geometry.window;
    // Where the view has moved on since, what came is still nearer than what is on screen.
    if (asked && !this.#source.covers(from, to) && this.#source.covers(asked.from, asked.to)) {
      this.#draw(asked);
    }
    this.#frame();
  }

  #onFailure(reason: string): void {
    this.#asked = undefined;
    this.#listener.onRead(reason);
    setTimeout(this.#requestFrame, retryMs);
  }

  #frame(): void {
    const { generation, first, next } = this.#list;
    if (this.#places.isHeld || generation < 0) {
      return;
    }
    this.#geometry.setExtent(first, next);
    this.#geometry.setMetrics(this.#rowHeight, this.#viewport);
    if (this.#following) {
      this.#geometry.toEnd();
    }
    const window = this.#geometry.window;
    // The row before the first tells how long after it the first one came.
    const from = Math.max(first, window.from - 1);
    if (this.#source.covers(from, window.to)) {
      this.#draw(window);
      this.#askForActive();
    } else {
      this.#patience ??= setTimeout(() => this.#draw(this.#geometry.window), patienceMs);
      this.#asked ??= window;
    }
    const extra = Math.ceil((window.to - window.from) / 2) + 1;
    this.#source.want(Math.max(first, window.from - extra), Math.min(next, window.to + extra));
    this.#bar.place(this.#viewport);
    this.#places.seen(this.#geometry.top, this.#source.find);
    this.#listener.onDraw();
  }

  #askForActive(): void {
    const { active } = this.#selection;
    if (active === undefined || this.#isActiveKnown) {
      return;
    }
    if (this.#source.find(active)) {
      this.#changed();
    } else if (active >= this.#list.first && active < this.#list.next) {
      this.#source.want(active, active + 1);
    }
  }

  #draw(window: RowWindow): void {
    clearTimeout(this.#patience);
    this.#patience = undefined;
    this.#drawn = window;
    this.#drawnGeneration = this.#list.generation;
    this.#time.activeAt = this.activeRow?.at ?? this.#time.activeAt;
    const active = this.#pool.draw(window, this.#source.find, this.#selection);
    setAttribute(this.element, 'aria-activedescendant', active);
    const rowCount = String(this.#list.next + 1);
    if (this.element.ariaRowCount !== rowCount) {
      this.element.ariaRowCount = rowCount;
    }
  }
}

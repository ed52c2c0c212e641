import type { Formats } from '../../core/base/format.ts';
import type { ListView, PageRow, RowsAnswer } from '../../shared/monitorProtocol.ts';
import { oncePerFrame } from '../widgets/dom.ts';
import type { RowWindow } from '../widgets/scaledList.ts';
import type { VirtualScroller } from '../widgets/virtualScroller.ts';
import type { ColumnSettings } from './columns.ts';
import type { ListHead } from './listHead.ts';
import { keyTarget, listCommand, type ListCommand } from './listKeys.ts';
import type { RowElement } from './rowElement.ts';
import { RowGrid, type ListSources } from './rowGrid.ts';
import { rowName, type Locate, type RowPlace } from './rowSeeker.ts';
import { RowSelection, type PositionRange } from './rowSelection.ts';
import { RowSource, type RowQuestion } from './rowSource.ts';
import { ScrollAnchor, type Anchor, type ListPlace } from './scrollAnchor.ts';

/** What a list asks of its page, and what it reports to it. */
interface MessageListListener {
  ask(question: RowQuestion): Promise<RowsAnswer>;
  readonly locate: Locate;
  /** The user went to the end, or left it. */
  onFollow(following: boolean): void;
  /** @param row the active one; absent until it is known, when this is called again */
  onSelect(row: PageRow | undefined): void;
  /** The row that was active, or was to be, is not in the list. */
  onNothing(): void;
  /** The active row's details are to be shown. */
  onOpen(): void;
  /** The menu of the selected rows is to be opened at this point. */
  onMenu(at: { readonly x: number; readonly y: number }): void;
  run(command: 'close' | 'copy' | 'goTo' | 'find' | 'findNext' | 'findPrevious'): void;
  onColumns(settings: ColumnSettings): void;
  /** @param reason why rows could not be read; absent if they could */
  onRead(reason?: string): void;
  /** What is on screen has changed. */
  onDraw(): void;
}

/** Rows that do not come within this time are drawn as still missing. */
const patienceMs = 150;
/** The wait after rows could not be read. */
const retryMs = 1000;

const noRows: ListView = {
  generation: -1,
  first: 0,
  next: 0,
  scanned: 0,
  total: 0,
  hidden: 0,
  dropped: 0,
};

/**
 * The list of all rows that the host has: it grows, drops what is old, and becomes another with each
 * filter. On screen is its tail while that is followed, else the place that the user went to.
 *
 * Its parts do not call each other: `RowSource` reads rows, `RowGrid` draws those on screen,
 * `RowSelection` is what is selected, `ScrollAnchor` finds the place again in another list. Every
 * change ends in `#frame`, which draws when the rows are there.
 */
export class MessageList {
  readonly element: HTMLElement;
  readonly head: ListHead;
  readonly #listener: MessageListListener;
  readonly #source: RowSource;
  readonly #selection = new RowSelection();
  readonly #anchor: ScrollAnchor;
  readonly #grid: RowGrid;
  readonly #scroller: VirtualScroller<RowElement>;
  readonly #requestFrame = oncePerFrame(() => this.#frame());
  #list = noRows;
  #following = true;
  /** What was to be on screen when rows were asked for. */
  #asked: RowWindow | undefined;
  #patience: ReturnType<typeof setTimeout> | undefined;
  #isActiveKnown = false;

  constructor(formats: Formats, columns: ColumnSettings, listener: MessageListListener) {
    this.#listener = listener;
    this.#source = new RowSource(question => listener.ask(question), {
      onAnswer: list => this.#onAnswer(list),
      onFailure: reason => this.#onFailure(reason),
    });
    this.#anchor = new ScrollAnchor(listener.locate, {
      onAnchor: top => {
        this.#scroller.geometry.restoreScroll(top);
        this.#requestFrame();
      },
      onActive: position => {
        if (position === undefined) {
          listener.onNothing();
        } else {
          this.#select('only', position);
        }
      },
      onPausedAt: this.#requestFrame,
      onFailure: reason => listener.onRead(reason),
    });
    const { find } = this.#source;
    this.#grid = new RowGrid(formats, columns, find, this.#selection, settings => {
      this.#requestFrame();
      listener.onColumns(settings);
    });
    this.#scroller = this.#grid.scroller;
    this.element = this.#grid.element;
    this.head = this.#grid.head;
    this.#listen();
  }

  // What the page sets

  /** Begins at the place that an earlier page left. */
  restore(place: ListPlace): void {
    this.#anchor.restore(place);
  }

  set sources(sources: ListSources) {
    this.#grid.sources = sources;
    this.#requestFrame();
  }

  /** The list's state now. Another generation is another list, in which the place is kept. */
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
      this.#anchor.leave();
    } else if (this.#list.generation >= 0) {
      // What is on screen stays, although the list may have gone on since it was drawn.
      this.#toDrawn();
      const { to } = this.#scroller.drawn;
      this.#anchor.pause(to, this.#source.find(to - 1));
    }
    this.#requestFrame();
  }

  /** Takes over the fonts of the theme. */
  measure(): void {
    this.#grid.measure();
    this.#requestFrame();
  }

  // What the page reads

  /** How many rows have come since the view was paused. */
  get newCount(): number {
    const { first, next } = this.#list;
    return this.#following ? 0 : Math.max(0, next - Math.max(this.#anchor.pausedAt ?? next, first));
  }

  get isAtEnd(): boolean {
    return this.#following || this.#scroller.geometry.isAtEnd;
  }

  /** What `restore` brings back later. */
  get place(): ListPlace {
    return this.#anchor.describe(this.#following);
  }

  get generation(): number {
    return this.#list.generation;
  }

  get selected(): readonly PositionRange[] {
    return this.#selection.ranges;
  }

  get selectedCount(): number {
    return this.#selection.count;
  }

  /** The active row, else the one at the top. */
  get position(): number {
    return this.#selection.active ?? this.#scroller.drawn.from;
  }

  /** `undefined` if there is none, or while it is not known. */
  get activeRow(): PageRow | undefined {
    const { active } = this.#selection;
    return active === undefined ? undefined : this.#source.find(active);
  }

  /** When a row came, in milliseconds since 1970, if it is known. */
  timeAt(position: number): number | undefined {
    return this.#source.find(position)?.at;
  }

  /** The previews of the rows on screen. */
  previews(): Iterable<Text> {
    return this.#grid.previews();
  }

  // Where the user goes

  /** Goes to a row and selects it. */
  goTo(position: number): void {
    const { first, next } = this.#list;
    if (first < next) {
      const target = Math.max(first, Math.min(position, next - 1));
      this.#follow(false);
      this.#anchor.leave();
      this.#scroller.geometry.centre(target);
      this.#select('only', target);
    }
  }

  /** Goes to a row by its name, or to a moment, as soon as the list has come to it. */
  seek(place: RowPlace): void {
    this.#follow(false);
    this.#anchor.seek(this.#list.generation, place, position => this.goTo(position));
  }

  selectAll(): void {
    const { first, next } = this.#list;
    if (first < next) {
      this.#selection.all(first, next);
      this.#onSelection();
    }
  }

  #follow(following: boolean): void {
    if (this.#following !== following) {
      this.following = following;
      this.#listener.onFollow(following);
    }
  }

  /** Goes on from what is on screen, which may be behind. */
  #toDrawn(): void {
    this.#scroller.geometry.top = this.#scroller.drawnTop;
  }

  #onScroll(way: 'up' | 'down'): void {
    const { geometry } = this.#scroller;
    const { top, isAtEnd } = geometry;
    this.#anchor.leave();
    if (way === 'up') {
      // Pausing goes back to what is on screen, but the user has gone on from there.
      this.#follow(false);
      geometry.top = top;
    } else if (isAtEnd) {
      this.#follow(true);
    }
    this.#requestFrame();
  }

  #onResize(): void {
    const { geometry } = this.#scroller;
    const { isAtEnd, window } = geometry;
    const { active } = this.#selection;
    geometry.setMetrics(geometry.rowHeight, this.#grid.rowsHeight);
    if (active !== undefined && active >= window.from && active < window.to) {
      geometry.reveal(active);
    } else if (isAtEnd) {
      geometry.toEnd();
    }
    this.#frame();
  }

  // The selection

  #select(how: 'only' | 'keep' | 'extend' | 'toggle' | 'move', position: number): void {
    this.#selection[how](position);
    this.#onSelection();
  }

  #onSelection(): void {
    const row = this.activeRow;
    this.#isActiveKnown = row !== undefined;
    if (row) {
      this.#anchor.activate(row);
    }
    this.#listener.onSelect(row);
    this.#requestFrame();
  }

  /** Reports the active row if it has come since it was selected, else asks for it. */
  #findActive(): void {
    const { active } = this.#selection;
    if (active === undefined || this.#isActiveKnown) {
      return;
    }
    if (this.#source.find(active)) {
      this.#onSelection();
    } else if (active >= this.#list.first && active < this.#list.next) {
      this.#source.want(active, active + 1);
    }
  }

  // The list and its rows

  #take(list: ListView): void {
    const { generation, first, next } = this.#list;
    if (list.generation > generation) {
      this.#turnTo(list);
    } else if (list.generation === generation && list.next >= next && list.first >= first) {
      // Answers and events may overtake each other; both numbers only ever grow.
      this.#list = list;
      this.#source.follow(list);
      this.#selection.dropBelow(list.first);
      if ((this.#selection.active ?? list.first) < list.first) {
        this.#listener.onNothing();
      }
    }
  }

  /** Turns to another list, in which the rows on screen have other positions. */
  #turnTo(list: ListView): void {
    const { geometry } = this.#scroller;
    const anchor = this.#anchorOnScreen();
    this.#anchor.turnTo(list.generation, { following: this.#following, next: list.next, anchor });
    this.#list = list;
    this.#source.follow(list);
    this.#selection.clear();
    this.#isActiveKnown = false;
    this.#asked = undefined;
    geometry.setExtent(list.first, list.next);
    geometry.top = this.#anchor.isPending ? list.first : list.next;
  }

  /** The active row if it is on screen, else the one at the top. */
  #anchorOnScreen(): Anchor | undefined {
    if (this.#grid.generation !== this.#list.generation) {
      return undefined;
    }
    const { active } = this.#selection;
    const { drawn, drawnTop } = this.#scroller;
    const isActiveSeen = active !== undefined && active >= drawn.from && active < drawn.to;
    const position = isActiveSeen ? active : drawn.from;
    const row = this.#source.find(position);
    return row && { name: rowName(row), offset: position - drawnTop };
  }

  #onAnswer(list: ListView): void {
    const asked = this.#asked;
    this.#asked = undefined;
    this.#take(list);
    this.#listener.onRead();
    const { from, to } = this.#scroller.geometry.window;
    // If the view has moved on since, what came is still nearer than what is on screen.
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

  /** Draws what is to be on screen if its rows are known, and asks for what is not. */
  #frame(): void {
    const { generation, first, next } = this.#list;
    const { geometry } = this.#scroller;
    if (this.#anchor.isPending || generation < 0) {
      return;
    }
    geometry.setExtent(first, next);
    if (this.#following) {
      geometry.toEnd();
    }
    const { window } = geometry;
    // The time of the first row may be told from the row before it.
    const from = Math.max(first, window.from - 1);
    if (this.#source.covers(from, window.to)) {
      this.#draw(window);
      this.#findActive();
    } else {
      this.#patience ??= setTimeout(() => this.#draw(geometry.window), patienceMs);
      this.#asked ??= window;
    }
    const extra = Math.ceil((window.to - window.from) / 2) + 1;
    this.#source.want(Math.max(first, window.from - extra), Math.min(next, window.to + extra));
    this.#anchor.seen(this.#source.find(Math.floor(geometry.top)), geometry.top);
    this.#scroller.placeBar();
    this.#listener.onDraw();
  }

  #draw(window: RowWindow): void {
    clearTimeout(this.#patience);
    this.#patience = undefined;
    this.#grid.draw(window, this.#list);
  }

  // Pointer and keys

  #listen(): void {
    new ResizeObserver(() => this.#onResize()).observe(this.element);
    this.#scroller.listen({
      onBeforeScroll: () => {
        if (this.#following) {
          this.#toDrawn();
        }
      },
      onScroll: way => this.#onScroll(way),
      // At once: while rows rush in, the scroll that follows would be undone before it is seen.
      onWheelUp: () => this.#follow(false),
      onRest: this.#requestFrame,
    });
    this.element.addEventListener('mousedown', event => this.#onPress(event));
    this.element.addEventListener('contextmenu', event => this.#onContextMenu(event));
    this.element.addEventListener('keydown', event => this.#onKey(event));
  }

  /** `undefined` also while the rows on screen are of the list before. */
  #positionOf(target: EventTarget | null): number | undefined {
    const isCurrent = this.#grid.generation === this.#list.generation;
    return isCurrent ? this.#scroller.positionOf(target) : undefined;
  }

  #onPress(event: MouseEvent): void {
    const position = this.#positionOf(event.target);
    if (event.button !== 0 || position === undefined) {
      return;
    }
    this.#anchor.leave();
    if (event.shiftKey) {
      this.#select('extend', position);
    } else if (event.ctrlKey || event.metaKey) {
      this.#select('toggle', position);
    } else {
      this.#select('only', position);
      this.#listener.onOpen();
    }
  }

  #onContextMenu(event: MouseEvent): void {
    const position = this.#positionOf(event.target);
    // The editor would open its own menu over ours.
    event.preventDefault();
    event.stopPropagation();
    if (position !== undefined) {
      this.#anchor.leave();
      this.#select('keep', position);
      this.#listener.onMenu({ x: event.clientX, y: event.clientY });
    }
  }

  #onKey(event: KeyboardEvent): void {
    const command = event.target === this.element ? listCommand(event) : undefined;
    if (command === undefined || !this.#run(command, event.key)) {
      return;
    }
    event.preventDefault();
    if (command !== 'copy' && command !== 'close') {
      // The editor has commands of its own on these keys.
      event.stopPropagation();
    }
  }

  /** @returns whether the key was for the list */
  #run(command: ListCommand, key: string): boolean {
    switch (command) {
      case 'only':
      case 'extend':
      case 'move':
        return this.#move(command, key);
      case 'open':
        if (!this.#move('only', key)) {
          return false;
        }
        this.#listener.onOpen();
        break;
      case 'toggle':
        this.#anchor.leave();
        this.#select('toggle', this.#selection.active ?? this.#scroller.drawn.to - 1);
        break;
      case 'all':
        this.selectAll();
        break;
      case 'menu':
        this.#openMenuAtActive();
        break;
      case 'copy':
        if (getSelection()?.isCollapsed === false) {
          return false;
        }
        this.#listener.run('copy');
        break;
      case 'close':
      case 'goTo':
      case 'find':
      case 'findNext':
      case 'findPrevious':
        this.#listener.run(command);
        break;
    }
    return true;
  }

  /** @returns whether the key leads anywhere */
  #move(how: 'only' | 'extend' | 'move', key: string): boolean {
    const { first, next } = this.#list;
    const { active } = this.#selection;
    const { geometry, drawn } = this.#scroller;
    const lastShown = drawn.to - 1;
    const { pageSize } = geometry;
    const position = keyTarget(key, { first, next, active, lastShown, pageSize });
    const isEnd = key === 'End';
    if (position !== undefined) {
      // Going to the newest row does not pause, and only End resumes.
      this.#follow(isEnd || (this.#following && position === next - 1));
      this.#anchor.leave();
      geometry.reveal(position);
      this.#select(how, position);
    } else if (isEnd) {
      // The end of a list that has no rows yet.
      this.#follow(true);
    }
    return position !== undefined || isEnd;
  }

  /** Opens the menu of the selected rows below the active one. */
  #openMenuAtActive(): void {
    const { active } = this.#selection;
    if (active !== undefined) {
      const row = this.#scroller.rowAt(active) ?? this.head;
      const { left, bottom } = row.element.getBoundingClientRect();
      this.#listener.onMenu({ x: left + 2 * this.#scroller.geometry.rowHeight, y: bottom });
    }
  }
}

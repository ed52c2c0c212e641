import type { Formats } from '../../core/base/format.ts';
import { maxTailRows } from '../../shared/limits.ts';
import type { ListView, PageRow, RowsAnswer } from '../../shared/monitorProtocol.ts';
import { oncePerFrame } from '../widgets/dom.ts';
import type { RowWindow } from '../widgets/scaledList.ts';
import type { VirtualScroller } from '../widgets/virtualScroller.ts';
import type { ColumnSettings } from './rows/columns.ts';
import type { ListHead } from './listHead.ts';
import { ListInput, type PageCommand, type SelectionChange } from './listInput.ts';
import type { RowElement } from './rows/rowElement.ts';
import { RowGrid, type ListSources } from './rowGrid.ts';
import { rowName, type Locate, type RowName, type RowPlace } from './places/rowSeeker.ts';
import { RowSelection, type PositionRange } from './places/rowSelection.ts';
import { RowSource, type RowQuestion } from './places/rowSource.ts';
import { ScrollAnchor, type Anchor, type ListPlace } from './places/scrollAnchor.ts';
import { areTooMany, SelectionNames } from './places/selectionNames.ts';

/** What a list asks of its page, and what it reports to it. */
interface MessageListListener {
  ask(question: RowQuestion): Promise<RowsAnswer>;
  readonly locate: Locate;
  /** So many of the newest rows are used while they are followed. */
  onTail(count: number): void;
  /** The user went to the end, or left it. */
  onFollow(following: boolean): void;
  /** @param row the active one; absent until it is known, when this is called again */
  onSelect(row: PageRow | undefined): void;
  /**
   * The row that was active, or was to be, is not in the list.
   *
   * @param name of the row that would be if the list showed it
   */
  onNothing(name?: RowName): void;
  /** Of so many selected rows of the list before, only the active one is selected in this one. */
  onReduced(count: number): void;
  /** The active row's details are to be shown. */
  onOpen(): void;
  /** The menu of the selected rows is to be opened at this point. */
  onMenu(at: { readonly x: number; readonly y: number }): void;
  run(command: PageCommand): void;
  onColumns(settings: ColumnSettings): void;
  /** @param reason why rows could not be read; absent if they could */
  onRead(reason?: string): void;
  /** What is on screen has changed. */
  onDraw(): void;
}

/** Rows that do not come within this time are drawn as still missing. */
const patienceMs = 150;
/** How many rows before and after the active one stay in sight, or it goes into the middle. */
const minContext = 3;
/** How long the keys' way into a list waits for the one that is about to come. */
const enterMs = 200;
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
 * `RowSelection` is what is selected, `ScrollAnchor` finds the place and the selection again in another
 * list, `ListInput` knows pointer and keys. Every change ends in `#frame`, which draws when the rows
 * are there.
 */
export class MessageList {
  readonly element: HTMLElement;
  readonly head: ListHead;
  readonly #listener: MessageListListener;
  readonly #source: RowSource;
  readonly #selection = new RowSelection();
  readonly #names = new SelectionNames();
  readonly #anchor: ScrollAnchor;
  readonly #grid: RowGrid;
  readonly #scroller: VirtualScroller<RowElement>;
  readonly #requestFrame = oncePerFrame(() => this.#frame());
  #list = noRows;
  #following = true;
  #tail = 0;
  /** What was to be on screen when rows were asked for. */
  #asked: RowWindow | undefined;
  #patience: ReturnType<typeof setTimeout> | undefined;
  #isActiveKnown = false;
  /** Whether the user has chosen the selection in this list, rather than in one before. */
  #isChosen = false;
  /** Selected rows of the list before that are too many to be found again. */
  #tooMany = 0;

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
          listener.onNothing(this.#anchor.active);
        } else {
          this.#selection.only(position);
          this.#report();
          if (this.#tooMany > 0) {
            listener.onReduced(this.#tooMany);
            this.#tooMany = 0;
          }
        }
      },
      onHold: (position, offset, isPointedOut) => this.#hold(position, offset, isPointedOut),
      onSelected: (position, name) => {
        this.#selection.add(position);
        this.#names.learn(position, name);
        this.#requestFrame();
      },
      onSettled: this.#requestFrame,
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
      this.#pauseAt(this.#isDrawn ? this.#scroller.drawn.to : this.#list.next);
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

  /** The rows on screen. */
  get shown(): PositionRange {
    const { from, to } = this.#scroller.drawn;
    return [Math.max(from, this.#list.first), Math.min(to, this.#list.next)];
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

  /**
   * Goes to a row by its name, or to a moment, as soon as the list has come to it.
   *
   * @param onHidden called instead if the list leaves the row out; without it, the next row is taken
   */
  seek(place: RowPlace, onHidden?: () => void): void {
    this.#anchor.seek(this.#list.generation, place, ({ position, isExact }) => {
      if (isExact || !onHidden) {
        this.goTo(position);
      } else {
        onHidden();
      }
    });
  }

  /**
   * Goes to a row by its name, selects it and points it out.
   *
   * @param isListToCome whether the list is about to become another, in which the row is to be found
   */
  pointOut(name: RowName, isListToCome: boolean): void {
    this.#anchor.pointOut(this.#list.generation, name, isListToCome);
  }

  /** Moves the focus to the rows: to the active one, else to one that can be seen. */
  enter(): void {
    this.element.focus();
    if (this.#selection.active !== undefined) {
      this.#enterRows();
      return;
    }
    // A filter that was just set or cleared may be about to bring another list.
    setTimeout(() => {
      if (document.activeElement === this.element) {
        this.#enterRows();
      }
    }, enterMs);
  }

  #enterRows(): void {
    const { first, next, generation } = this.#list;
    if (first === next || this.#anchor.isPending) {
      return;
    }
    const { active } = this.#selection;
    const { geometry, drawn } = this.#scroller;
    const { from, to, shift } = this.#grid.generation === generation ? drawn : geometry.window;
    if (active !== undefined && active >= first && active < next) {
      this.#go('keep', active);
    } else {
      this.#go('only', this.isAtEnd ? to - 1 : Math.min(from + (shift > 0 ? 1 : 0), to - 1));
    }
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

  /** Shows the active row of the list before, at which the user looks, in this one. */
  #hold(position: number, offset: number | undefined, isPointedOut: boolean): void {
    if (this.#following) {
      this.#following = false;
      this.#pauseAt(this.#list.next);
      this.#listener.onFollow(false);
    }
    const { geometry } = this.#scroller;
    const lowest = Math.max(0, geometry.viewport / geometry.rowHeight - 1);
    // At an edge it would lack the rows before or after it, for which filters are cleared.
    const isAmongOthers =
      offset !== undefined && offset >= minContext && offset <= lowest - minContext;
    const below = isAmongOthers ? offset : lowest / 2;
    geometry.restoreScroll(position - below);
    if (isPointedOut) {
      this.#grid.flash(position);
    }
    this.#requestFrame();
  }

  /** What is before this position is not new, nor what the list leaves out there. */
  #pauseAt(position: number): void {
    const { generation, next, newest, scanned, total } = this.#list;
    const isToCome = newest !== undefined && position === next && scanned < total;
    this.#anchor.pause(
      generation,
      isToCome ? undefined : position,
      position === next && newest ? newest : this.#source.find(position - 1),
    );
  }

  /** Whether what is on screen is of this list, rather than of the one before. */
  get #isDrawn(): boolean {
    return this.#grid.generation === this.#list.generation;
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

  /** The user goes to a row, which is looked at from now on, unless it is the end that is followed. */
  #go(how: SelectionChange, position: number, isEnd = false): void {
    this.#follow(isEnd);
    this.#anchor.leave();
    this.#scroller.geometry.reveal(position);
    this.#select(how, position);
  }

  #select(how: SelectionChange, position: number): void {
    this.#selection[how](position);
    this.#onSelection();
  }

  /** The user has changed the selection. */
  #onSelection(): void {
    this.#tooMany = 0;
    this.#anchor.activate(this.activeRow);
    this.#isChosen = true;
    this.#report();
  }

  #report(): void {
    const row = this.activeRow;
    this.#isActiveKnown = row !== undefined;
    if (row) {
      this.#anchor.activate(row);
    }
    if (this.#isChosen) {
      this.#anchor.choose(this.#names.of(this.#selection, this.#source.find), !this.#following);
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
      this.#report();
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
      this.#grid.noteDecoding(list.decoding);
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
    this.#anchor.turnTo(list.generation, {
      following: this.#following,
      next: list.next,
      ...this.#placeOnScreen(),
    });
    this.#list = list;
    this.#grid.noteDecoding(list.decoding);
    this.#source.follow(list);
    if (areTooMany(this.#selection)) {
      this.#tooMany = this.#selection.count;
    }
    this.#selection.clear();
    this.#names.clear();
    this.#grid.flash(undefined);
    this.#isActiveKnown = false;
    this.#isChosen = false;
    this.#asked = undefined;
    geometry.setExtent(list.first, list.next);
    geometry.top = this.#anchor.isPending && !this.#following ? list.first : list.next;
  }

  /** What is on screen, unless that is still of the list before. */
  #placeOnScreen(): {
    readonly anchor: Anchor | undefined;
    readonly activeOffset: number | undefined;
  } {
    if (!this.#isDrawn) {
      return { anchor: undefined, activeOffset: undefined };
    }
    const { active } = this.#selection;
    const { drawn, drawnTop } = this.#scroller;
    const isActiveSeen =
      active !== undefined && this.#isActiveKnown && active >= drawn.from && active < drawn.to;
    const row = this.#source.find(drawn.from);
    return {
      anchor: row && { name: rowName(row), offset: drawn.from - drawnTop },
      activeOffset: isActiveSeen ? active - drawnTop : undefined,
    };
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
      this.#asked = undefined;
      this.#draw(window);
      this.#findActive();
    } else {
      this.#patience ??= setTimeout(() => this.#onPatienceEnd(), patienceMs);
      this.#asked ??= window;
    }
    const extra = Math.ceil((window.to - window.from) / 2) + 1;
    this.#source.want(Math.max(first, window.from - extra), Math.min(next, window.to + extra));
    this.#tellTail();
    this.#anchor.seen(this.#source.find(Math.floor(geometry.top)), geometry.top);
    this.#scroller.placeBar();
    this.#listener.onDraw();
  }

  /** As many rows as are wanted when the list is at its end. */
  #tellTail(): void {
    const { viewport, rowHeight } = this.#scroller.geometry;
    const count = Math.min(maxTailRows, Math.ceil((1.5 * viewport) / rowHeight) + 4);
    if (count !== this.#tail && this.#list.next > this.#list.first) {
      this.#tail = count;
      this.#listener.onTail(count);
    }
  }

  /** Shows where rows are missing; at the tail of the same list, the rows before stay until they come. */
  #onPatienceEnd(): void {
    this.#patience = undefined;
    if (!this.#following || !this.#isDrawn) {
      this.#draw(this.#scroller.geometry.window);
    }
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
    new ListInput(this.element, {
      positionOf: target => this.#positionOf(target),
      keyPosition: () => {
        const { first, next } = this.#list;
        const { geometry, drawn } = this.#scroller;
        const { active } = this.#selection;
        return { first, next, active, lastShown: drawn.to - 1, pageSize: geometry.pageSize };
      },
      go: (how, position, isEnd) => this.#go(how, position, isEnd),
      pick: (how, position) => {
        this.#follow(false);
        this.#anchor.leave();
        this.#select(how, position);
      },
      // The end of a list that has no rows yet.
      followEmpty: () => this.#follow(true),
      selectAll: () => this.selectAll(),
      openMenuAtActive: () => this.#openMenuAtActive(),
      onOpen: () => this.#listener.onOpen(),
      onMenu: at => this.#listener.onMenu(at),
      onCall: () => this.#listener.run('conversation'),
      run: command => this.#listener.run(command),
    });
  }

  /** `undefined` also while the rows on screen are of the list before. */
  #positionOf(target: EventTarget | null): number | undefined {
    return this.#isDrawn ? this.#scroller.positionOf(target) : undefined;
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

import type { Formats } from '../../core/base/format.ts';
import type { ListView, PageRow } from '../../shared/monitorProtocol.ts';
import type { ColumnSettings } from './columns.ts';
import { el } from '../widgets/dom.ts';
import { FollowedList } from './followedList.ts';
import { ListHead } from './listHead.ts';
import { listen, type ListTarget } from './listInput.ts';
import type { ListSources, MessageListListener } from './listListener.ts';
import type { ListPlace } from './listPlaces.ts';
import { RowPool } from './rowPool.ts';
import type { Place } from './rowSeeker.ts';
import type { Range } from './rowSelection.ts';
import { ScrollBar } from '../widgets/scrollBar.ts';
import { text } from '../widgets/strings.ts';
import { rowHeight } from '../widgets/theme.ts';
import { TimeColumn } from './timeColumn.ts';

/** All rows that the host shows, of which only those on screen exist. */
export class MessageList {
  readonly element: HTMLElement;
  readonly head: ListHead;
  readonly #time: TimeColumn;
  readonly #pool: RowPool;
  readonly #bar: ScrollBar;
  readonly #rows: FollowedList;
  readonly #listener: MessageListListener;
  #sources: ListSources = { startedAt: 0, isMerged: false, sourceOf: () => undefined };

  constructor(formats: Formats, columns: ColumnSettings, listener: MessageListListener) {
    this.#listener = listener;
    this.#time = new TimeColumn(formats);
    this.head = new ListHead(columns, settings => {
      this.#arrange();
      listener.onColumns(settings);
    });
    const sourceOf = (connection: string) => this.#sources.sourceOf(connection);
    this.#pool = new RowPool({ formats, time: this.#time, sourceOf }, this.head.layout);
    this.element = gridElement();
    this.element.append(this.head.element);
    this.#rows = new FollowedList(
      { grid: this.element, pool: this.#pool, time: this.#time },
      { ...listener, onDraw: () => this.#onDraw() },
    );
    this.#bar = new ScrollBar(this.element, this.#pool.element, this.#rows.geometry);
    this.#arrange();
    this.#listen();
  }

  /** Begins where an earlier page left off. */
  restore(place: ListPlace): void {
    this.#rows.places.restore(place);
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
      this.#rows.requestFrame();
    }
  }

  /** Where the list stands now. Another generation is another list: the place is kept in it. */
  update(list: ListView): void {
    this.#rows.update(list);
  }

  set following(value: boolean) {
    this.#rows.following = value;
  }

  /** How many rows have come since the view was paused. */
  get newCount(): number {
    return this.#rows.newCount;
  }

  get isAtEnd(): boolean {
    return this.#rows.following || this.#rows.geometry.isAtEnd;
  }

  /** What brings this view back later. */
  get place(): ListPlace {
    return this.#rows.place;
  }

  get generation(): number {
    return this.#rows.current.generation;
  }

  get selected(): readonly Range[] {
    return this.#rows.selection.rows.ranges;
  }

  get selectedCount(): number {
    return this.#rows.selection.rows.count;
  }

  /** The active row, else the one at the top. */
  get position(): number {
    return this.#rows.selection.active ?? this.#rows.screen.window.from;
  }

  get activeRow(): PageRow | undefined {
    return this.#rows.selection.activeRow;
  }

  /** When a row came, where that is known. */
  timeAt(position: number): number | undefined {
    return this.#rows.find(position)?.at;
  }

  /** Goes to a row and selects it. */
  goTo(position: number): void {
    this.#rows.goTo(position);
  }

  /** Goes to a row by its name, or to a moment, as soon as the list has come to it. */
  seek(place: Place): void {
    this.#rows.seek(place);
  }

  selectAll(): void {
    this.#rows.selection.all(this.#rows.current);
  }

  /** The previews that can be seen, for marks. */
  previews(): Iterable<Text> {
    return this.#pool.previews();
  }

  /** Takes over the fonts of the theme. */
  measure(): void {
    const height = rowHeight();
    this.element.style.setProperty('--row-height', `${height}px`);
    this.#rows.rowHeight = height;
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
    this.#rows.requestFrame();
  }

  #listen(): void {
    const { element } = this;
    new ResizeObserver(() => this.#onResize()).observe(element);
    this.#bar.listen({
      onBeforeScroll: () => {
        if (this.#rows.following) {
          this.#rows.toDrawn();
        }
      },
      onScroll: way => this.#rows.scrolled(way),
      // At once: while rows rush in, the scroll that follows would be undone before it is seen.
      onWheelUp: () => this.#rows.follow(false),
      onRest: this.#rows.requestFrame,
    });
    listen(element, this.#target());
  }

  #target(): ListTarget {
    const rows = this.#rows;
    const { selection, screen } = rows;
    const choose: ListTarget['choose'] = (position, how) => {
      rows.places.leave();
      selection.choose(position, how);
    };
    const lastShown = () => screen.window.to - 1;
    return {
      get isCurrent() {
        return screen.generation === rows.current.generation;
      },
      get active() {
        return selection.active;
      },
      get bounds() {
        const { pageSize } = rows.geometry;
        return { ...rows.current, lastShown: lastShown(), pageSize };
      },
      choose,
      positionAt: target => this.#pool.positionAt(target),
      moveTo: (position, how, isEnd) => rows.moveTo(position, how, isEnd),
      follow: () => rows.follow(true),
      toggle: () => choose(selection.active ?? lastShown(), 'toggle'),
      selectAll: () => this.selectAll(),
      open: () => this.#listener.onOpen(),
      openMenu: at => this.#openMenu(at),
      run: command => this.#listener.run(command),
    };
  }

  #openMenu(at: { readonly x: number; readonly y: number } | undefined): void {
    const { active } = this.#rows.selection;
    if (at) {
      this.#listener.onMenu(at);
    } else if (active !== undefined) {
      const row = this.#pool.elementOf(active) ?? this.head.element;
      const { left, bottom } = row.getBoundingClientRect();
      this.#listener.onMenu({ x: left + 2 * this.#rows.rowHeight, y: bottom });
    }
  }

  #onResize(): void {
    this.#rows.resize(Math.max(0, this.element.clientHeight - this.head.element.offsetHeight));
  }

  #onDraw(): void {
    this.#bar.place(this.#rows.viewport);
    this.#listener.onDraw();
  }
}

function gridElement(): HTMLElement {
  return el('div', {
    'class': 'grid',
    'role': 'grid',
    'tabindex': '0',
    'aria-label': text('messages'),
    'aria-multiselectable': 'true',
  });
}

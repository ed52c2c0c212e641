import type { ListView, PageRow } from '../../shared/monitorProtocol.ts';
import { oncePerFrame } from '../widgets/dom.ts';
import type { MessageListListener } from './listListener.ts';
import { ListPlaces, type ListPlace } from './listPlaces.ts';
import { ListScreen, type Drawing } from './listScreen.ts';
import { ListSelection } from './listSelection.ts';
import type { Place } from './rowSeeker.ts';
import { RowSource } from './rowSource.ts';
import { ScaledList, type RowWindow } from '../widgets/scaledList.ts';

type FollowedListListener = Pick<
  MessageListListener,
  'ask' | 'locate' | 'onFollow' | 'onSelect' | 'onNothing' | 'onRead' | 'onDraw'
>;

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
 * A list that grows, drops what is old and becomes another, and what of it is to be seen: its tail
 * while that is followed, else where the user went.
 */
export class FollowedList {
  readonly geometry = new ScaledList();
  readonly selection: ListSelection;
  readonly screen: ListScreen;
  readonly places: ListPlaces;
  readonly requestFrame = oncePerFrame(() => this.#frame());
  readonly #source: RowSource;
  readonly #listener: FollowedListListener;
  #list = noRows;
  #following = true;
  #rowHeight = 22;
  #viewport = 0;
  /** What was to be seen when the open question was asked. */
  #asked: RowWindow | undefined;

  constructor(drawing: Drawing, listener: FollowedListListener) {
    this.#listener = listener;
    this.#source = new RowSource(question => listener.ask(question), {
      onAnswer: list => this.#onAnswer(list),
      onFailure: reason => this.#onFailure(reason),
    });
    this.selection = new ListSelection(this.#source, row => this.#onSelection(row));
    this.screen = new ListScreen(drawing, this.selection, this.#source.find);
    this.places = new ListPlaces(this.geometry, listener.locate, {
      onFailure: reason => listener.onRead(reason),
      onFound: this.requestFrame,
    });
  }

  get current(): ListView {
    return this.#list;
  }

  /** In pixels. */
  get rowHeight(): number {
    return this.#rowHeight;
  }

  set rowHeight(value: number) {
    this.#rowHeight = value;
    this.requestFrame();
  }

  /** The height in pixels that rows have. */
  get viewport(): number {
    return this.#viewport;
  }

  get following(): boolean {
    return this.#following;
  }

  set following(value: boolean) {
    if (value === this.#following) {
      return;
    }
    this.#following = value;
    if (value) {
      this.places.leave();
    } else if (this.#list.generation >= 0) {
      // What is on screen stays, although the list may have gone on since it was drawn.
      this.toDrawn();
      this.places.pause(this.screen.window.to, this.#source.find);
    }
    this.requestFrame();
  }

  /** How many rows have come since the view was paused. */
  get newCount(): number {
    const { first, next } = this.#list;
    return this.#following ? 0 : Math.max(0, next - Math.max(this.places.pausedAt ?? next, first));
  }

  /** What brings this view back later. */
  get place(): ListPlace {
    return this.places.describe(this.#following);
  }

  find(position: number): PageRow | undefined {
    return this.#source.find(position);
  }

  /** Where the list stands now. Another generation is another list: the place is kept in it. */
  update(list: ListView): void {
    this.#take(list);
    this.requestFrame();
  }

  /** The user goes to the end, or leaves it. */
  follow(following: boolean): void {
    if (this.#following !== following) {
      this.following = following;
      this.#listener.onFollow(following);
    }
  }

  /** Goes to a row and selects it. */
  goTo(position: number): void {
    const { first, next } = this.#list;
    const target = Math.max(first, Math.min(position, next - 1));
    if (target < first) {
      return;
    }
    this.follow(false);
    this.places.leave();
    this.geometry.centre(target);
    this.selection.choose(target, 'only');
  }

  /** Goes to a row by its name, or to a moment, as soon as the list has come to it. */
  seek(place: Place): void {
    this.follow(false);
    this.places.seek(this.#list.generation, place, position => this.goTo(position));
  }

  /** Selects by key: the row comes into sight. */
  moveTo(position: number, how: 'only' | 'extend' | 'move', isEnd: boolean): void {
    // Going to the newest row does not pause, and nothing but End resumes.
    this.follow(isEnd || (this.#following && position === this.#list.next - 1));
    this.places.leave();
    this.geometry.reveal(position);
    this.selection.moveTo(position, how);
  }

  /** Goes on from what is drawn, which may be behind. */
  toDrawn(): void {
    this.geometry.top = this.screen.topAt(this.#rowHeight);
  }

  /** The user has moved the bar, which the geometry knows already. */
  scrolled(way: 'up' | 'down'): void {
    const { top, isAtEnd } = this.geometry;
    this.places.leave();
    if (way === 'up') {
      this.follow(false);
      this.geometry.top = top;
    } else if (isAtEnd) {
      this.follow(true);
    }
    this.requestFrame();
  }

  /** @param viewport in pixels */
  resize(viewport: number): void {
    const { isAtEnd, window } = this.geometry;
    const { active } = this.selection;
    this.#viewport = viewport;
    this.geometry.setMetrics(this.#rowHeight, viewport);
    if (active !== undefined && active >= window.from && active < window.to) {
      this.geometry.reveal(active);
    } else if (isAtEnd) {
      this.geometry.toEnd();
    }
    this.#frame();
  }

  #onSelection(active: PageRow | undefined): void {
    this.places.active = active;
    this.#listener.onSelect(active);
    this.requestFrame();
  }

  #take(list: ListView): void {
    const { generation, first, next } = this.#list;
    if (list.generation > generation) {
      this.#turnTo(list);
    } else if (list.generation === generation && list.next >= next && list.first >= first) {
      // Answers and events may overtake each other; both numbers only ever grow.
      this.#list = list;
      this.#source.follow(list);
      this.selection.rows.dropBelow(list.first);
      if ((this.selection.active ?? list.first) < list.first) {
        this.#listener.onNothing();
      }
    }
  }

  /** Turns to another list, in which the rows on screen have other positions. */
  #turnTo(list: ListView): void {
    const { window, generation } = this.screen;
    const isDrawn = generation === this.#list.generation && window.to > window.from;
    this.places.turn(list.generation, {
      following: this.#following,
      next: list.next,
      ...(isDrawn ? { top: this.screen.topAt(this.#rowHeight), window } : {}),
      active: this.selection.active,
      find: this.#source.find,
      onActive: position => this.selection.choose(position, 'only'),
      onNoActive: () => this.#listener.onNothing(),
    });
    this.#list = list;
    this.#source.follow(list);
    this.selection.forget();
    this.#asked = undefined;
    this.geometry.setExtent(list.first, list.next);
    this.geometry.top = this.places.isHeld ? list.first : list.next;
  }

  #onAnswer(list: ListView): void {
    const asked = this.#asked;
    this.#asked = undefined;
    this.#take(list);
    this.#listener.onRead();
    const { from, to } = this.geometry.window;
    // Where the view has moved on since, what came is still nearer than what is on screen.
    if (asked && !this.#source.covers(from, to) && this.#source.covers(asked.from, asked.to)) {
      this.screen.draw(asked, this.#list);
    }
    this.#frame();
  }

  #onFailure(reason: string): void {
    this.#asked = undefined;
    this.#listener.onRead(reason);
    setTimeout(this.requestFrame, retryMs);
  }

  #frame(): void {
    const { generation, first, next } = this.#list;
    if (this.places.isHeld || generation < 0) {
      return;
    }
    this.geometry.setExtent(first, next);
    this.geometry.setMetrics(this.#rowHeight, this.#viewport);
    if (this.#following) {
      this.geometry.toEnd();
    }
    const window = this.geometry.window;
    // The row before the first tells how long after it the first one came.
    const from = Math.max(first, window.from - 1);
    if (this.#source.covers(from, window.to)) {
      this.screen.draw(window, this.#list);
      this.selection.findActive(this.#list);
    } else {
      this.screen.drawLater(() => this.screen.draw(this.geometry.window, this.#list));
      this.#asked ??= window;
    }
    const extra = Math.ceil((window.to - window.from) / 2) + 1;
    this.#source.want(Math.max(first, window.from - extra), Math.min(next, window.to + extra));
    this.places.seen(this.geometry.top, this.#source.find);
    this.#listener.onDraw();
  }
}

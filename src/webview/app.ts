import { messageOf } from '../core/base/errors.ts';
import type { Formats } from '../core/format.ts';
import type { ConnectionView, PanelView, Params, RequestName } from '../shared/protocol.ts';
import { Announcer } from './announcer.ts';
import { DetailPane } from './detailPane.ts';
import { oncePerFrame } from './dom.ts';
import { renderEmptyState } from './emptyState.ts';
import { Header } from './header.ts';
import type { Request } from './hostLink.ts';
import { HostView } from './hostView.ts';
import { JumpButton } from './jumpButton.ts';
import { makePlaces, watchLayout, type Layout, type Places } from './layout.ts';
import { MessageList } from './messageList.ts';
import { noticesOf, renderNotices, type Notice } from './notices.ts';
import type { StateKeeper } from './savedState.ts';
import { Selection } from './selection.ts';
import { Splitter } from './splitter.ts';
import { text } from './strings.ts';
import { watchTheme } from './theme.ts';
import { timerTickMs, type TimedConnection } from './timedConnection.ts';

/** The whole page: takes the host's snapshots in and hands each part what it shows. */
export class App {
  readonly #request: Request;
  readonly #keeper: StateKeeper;
  readonly #places: Places;
  readonly #view: HostView;
  readonly #header: Header;
  readonly #list: MessageList;
  readonly #jump: JumpButton;
  readonly #details: DetailPane;
  readonly #splitter: Splitter;
  readonly #selection: Selection;
  readonly #announcer: Announcer;
  readonly #noticeCommands = {
    connect: () => this.#sendFor('connect'),
    reconnect: () => this.#sendFor('reconnect'),
    openSetting: () => this.#sendFor('setting.open'),
  };
  readonly #requestRender = oncePerFrame(() => this.#render());
  #connections: readonly ConnectionView[] = [];
  #receivedAt = 0;
  /** The connection that the list shows. */
  #shown: string | undefined;
  #isRestored = false;
  #problem: string | undefined;
  #tick: ReturnType<typeof setTimeout> | undefined;

  constructor(root: HTMLElement, request: Request, keeper: StateKeeper, formats: Formats) {
    this.#request = request;
    this.#keeper = keeper;
    this.#places = makePlaces(root);
    this.#announcer = new Announcer(formats);
    this.#view = new HostView(
      view => request('view.set', view),
      () => this.#update(),
    );
    this.#header = new Header(this.#places.header, formats, this.#headerActions());
    this.#list = this.#makeList(formats);
    this.#jump = new JumpButton(this.#places.jump, formats, () => {
      this.#list.element.focus();
      this.#view.set({ following: true });
    });
    this.#details = this.#makeDetails(formats);
    this.#splitter = new Splitter(this.#places.body, (layout, share) =>
      keeper.set(layout === 'beside' ? { shareBeside: share } : { shareBelow: share }),
    );
    this.#selection = new Selection(this.#places.body, this.#splitter, this.#details);
    this.#places.listPane.append(this.#list.element, this.#places.empty, this.#places.jump);
    this.#places.body.append(this.#splitter.element, this.#details.element);
    root.append(this.#announcer.element);
    watchLayout(root, layout => this.#arrange(layout));
    watchTheme(() => this.#list.measure());
    this.#list.measure();
  }

  /** The first snapshot of all. */
  start(connections: readonly ConnectionView[], view: PanelView): void {
    this.#takeConnections(connections);
    this.#view.hear(view);
  }

  setConnections(connections: readonly ConnectionView[]): void {
    this.#takeConnections(connections);
    this.#update();
  }

  setView(view: PanelView): void {
    this.#view.hear(view);
  }

  /** Says why something did not work, until something works. */
  fail(reason: string): void {
    this.#problem = reason;
    this.#requestRender();
  }

  get #selected(): ConnectionView | undefined {
    const { selected } = this.#view.current;
    return this.#connections.find(({ id }) => id === selected) ?? this.#connections[0];
  }

  #takeConnections(connections: readonly ConnectionView[]): void {
    this.#connections = connections;
    this.#receivedAt = performance.now();
  }

  #update(): void {
    const selected = this.#selected;
    const { following } = this.#view.current;
    if (selected?.id !== this.#shown) {
      this.#shown = selected?.id;
      this.#open(selected, following);
    } else if (selected) {
      this.#list.following = following;
      this.#list.update(selected.extent);
    }
    this.#requestRender();
  }

  /** Turns to a connection; the first time to the place where the page was left. */
  #open(selected: ConnectionView | undefined, following: boolean): void {
    this.#selection.clear();
    if (!selected) {
      return;
    }
    const { connection, top, pausedAt, selectedSeq, isDetailOpen } = this.#keeper.state;
    const isSame = !this.#isRestored && connection === selected.id;
    this.#isRestored = true;
    this.#list.open(selected.id, selected.extent, {
      following,
      ...(isSame && !following ? { top, pausedAt } : {}),
    });
    if (isSame && selectedSeq !== undefined) {
      this.#list.select(selectedSeq);
      if (isDetailOpen) {
        this.#selection.open();
      }
    } else {
      this.#keeper.set({ connection: selected.id, selectedSeq: undefined, isDetailOpen: false });
    }
  }

  #arrange(layout: Layout): void {
    const { shareBeside, shareBelow } = this.#keeper.state;
    this.#splitter.set(layout, layout === 'beside' ? shareBeside : shareBelow);
  }

  #render(): void {
    const view = this.#selected;
    const selected: TimedConnection | undefined = view && { view, receivedAt: this.#receivedAt };
    const { following } = this.#view.current;
    this.#header.render({ connections: this.#connections, selected, following });
    renderNotices(this.#places.notices, this.#notices(view));
    renderEmptyState(this.#places.empty, view, () => this.#send('connect.ask', undefined));
    this.#list.element.hidden = view === undefined;
    this.#renderJump();
    this.#announcer.follow(view);
    clearTimeout(this.#tick);
    const tickMs = selected && timerTickMs(selected, performance.now());
    if (tickMs !== undefined) {
      this.#tick = setTimeout(this.#requestRender, tickMs);
    }
  }

  #renderJump(): void {
    this.#jump.render(this.#list.newCount, this.#list.isAtEnd || this.#shown === undefined);
  }

  #notices(view: ConnectionView | undefined): readonly Notice[] {
    const own: readonly Notice[] =
      this.#problem === undefined ? [] : [{ severity: 'error', sentence: this.#problem }];
    return view ? [...own, ...noticesOf(view, this.#noticeCommands)] : own;
  }

  /** Asks for something that the user wants done now. */
  #send<K extends RequestName>(name: K, params: Params<K>, done?: () => void): void {
    this.#request(name, params).then(
      () => {
        this.#problem = undefined;
        this.#requestRender();
        done?.();
      },
      (error: unknown) => this.fail(text('requestFailed', messageOf(error))),
    );
  }

  #sendFor(name: 'connect' | 'disconnect' | 'reconnect' | 'clear' | 'setting.open'): void {
    if (this.#shown !== undefined) {
      this.#send(name, { connection: this.#shown });
    }
  }

  #copy(seq: number): void {
    if (this.#shown !== undefined) {
      const done = () => this.#announcer.say(text('copied'));
      this.#send('copy', { connection: this.#shown, seq }, done);
    }
  }

  #closeDetails(): void {
    const hadFocus = this.#details.hasFocus;
    this.#selection.close();
    this.#keeper.set({ isDetailOpen: false });
    if (hadFocus) {
      this.#list.element.focus();
    }
  }

  #headerActions() {
    return {
      choose: (connection: string) => this.#view.set({ selected: connection, following: true }),
      ask: () => this.#send('connect.ask', undefined),
      connect: () => this.#sendFor('connect'),
      disconnect: () => this.#sendFor('disconnect'),
      reconnect: () => this.#sendFor('reconnect'),
      clear: () => this.#sendFor('clear'),
      follow: (following: boolean) => this.#view.set({ following }),
      showOutput: () => this.#send('output.show', undefined),
    };
  }

  #makeList(formats: Formats): MessageList {
    return new MessageList(formats, {
      ask: question => this.#request('rows', question),
      onFollow: following => this.#view.set({ following }),
      onSelect: (seq, row) => {
        this.#keeper.set({ selectedSeq: seq });
        this.#selection.select(seq, row, seq >= (this.#selected?.extent.first ?? 0));
      },
      onOpen: () => {
        this.#selection.open();
        this.#keeper.set({ isDetailOpen: this.#selection.isOpen });
      },
      onClose: () => this.#closeDetails(),
      onCopy: seq => this.#copy(seq),
      onRead: reason => {
        if (reason !== undefined) {
          this.fail(text('rowsFailed', reason));
        } else if (this.#problem !== undefined) {
          this.#problem = undefined;
          this.#requestRender();
        }
      },
      onDraw: () => {
        if (this.#shown !== undefined) {
          this.#renderJump();
          const { top, pausedAt } = this.#list.place;
          this.#keeper.set({ top, pausedAt });
        }
      },
    });
  }

  #makeDetails(formats: Formats): DetailPane {
    return new DetailPane(formats, this.#keeper.state.tab, {
      ask: (seq, from, length) =>
        this.#request('payload', { connection: this.#shown ?? '', seq, from, length }),
      onCopy: seq => this.#copy(seq),
      onClose: () => this.#closeDetails(),
      onTab: tab => this.#keeper.set({ tab }),
    });
  }
}

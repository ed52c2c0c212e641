import type { Formats } from '../core/format.ts';
import type { ComposerView } from '../shared/composerProtocol.ts';
import type {
  ConnectionView,
  Hello,
  ListView,
  PageRow,
  PanelView,
  SavedFilter,
} from '../shared/protocol.ts';
import { Announcer } from './announcer.ts';
import { Charts } from './charts.ts';
import { Composer } from './composer.ts';
import { DetailPane } from './detailPane.ts';
import { oncePerFrame } from './dom.ts';
import { renderEmptyState } from './emptyState.ts';
import { Finding } from './finding.ts';
import { GoToRow, type Goal } from './goToRow.ts';
import { Header } from './header.ts';
import { headerCommands } from './headerCommands.ts';
import type { Request } from './hostLink.ts';
import { HostRequests } from './hostRequests.ts';
import { HostView } from './hostView.ts';
import { JumpButton } from './jumpButton.ts';
import { makePlaces, watchLayout, type Layout, type Places } from './layout.ts';
import { MessageList } from './messageList.ts';
import { noticesOf, renderNotices, type Notice } from './notices.ts';
import { PageSources } from './pageSources.ts';
import { RowCommands } from './rowCommands.ts';
import type { StateKeeper } from './savedState.ts';
import { Selection } from './selection.ts';
import { SelectionCount } from './selectionCount.ts';
import { Splitter } from './splitter.ts';
import { text } from './strings.ts';
import { watchTheme } from './theme.ts';
import { withClock } from './userClock.ts';
import { timerTickMs, type TimedConnection } from './timedConnection.ts';

/** The whole page: takes the host's snapshots in and hands each part what it shows. */
export class App {
  readonly #request: Request;
  readonly #keeper: StateKeeper;
  readonly #places: Places;
  readonly #requests: HostRequests;
  readonly #view: HostView;
  readonly #header: Header;
  readonly #list: MessageList;
  readonly #rows: RowCommands;
  readonly #goToRow: GoToRow;
  readonly #finding: Finding;
  readonly #jump: JumpButton;
  readonly #charts: Charts;
  readonly #details: DetailPane;
  readonly #splitter: Splitter;
  readonly #selection: Selection;
  readonly #selectionCount: SelectionCount;
  readonly #announcer: Announcer;
  readonly #composer: Composer;
  readonly #noticeCommands = {
    connect: () => this.#sendFor('connect'),
    reconnect: () => this.#sendFor('reconnect'),
    openSetting: () => this.#sendFor('setting.open'),
  };
  readonly #requestRender = oncePerFrame(() => this.#render());
  #connections: readonly ConnectionView[] = [];
  #sources: PageSources;
  #shown = '';
  #listView: ListView | undefined;
  #filters: readonly SavedFilter[] = [];
  #composerView: ComposerView | undefined;
  #receivedAt = 0;
  #tick: ReturnType<typeof setTimeout> | undefined;

  constructor(root: HTMLElement, request: Request, keeper: StateKeeper, formats: Formats) {
    this.#request = request;
    this.#keeper = keeper;
    this.#places = makePlaces(root);
    this.#announcer = new Announcer(formats);
    this.#view = new HostView(
      change => request('view.set', withClock(change)),
      () => this.#update(),
    );
    this.#requests = new HostRequests(request, this.#requestRender);
    this.#sources = new PageSources([], this.#view.current);
    this.#header = new Header(this.#places.header, formats, this.#headerActions());
    this.#list = this.#makeList(formats);
    this.#finding = new Finding(formats, this.#list, request, {
      setView: change => this.#view.set(change),
      onSave: words => this.#requests.send('filter.save', { text: words }),
      onRemove: name => this.#requests.send('filter.remove', { name }),
    });
    this.#goToRow = new GoToRow(
      () => this.#list.timeAt(this.#list.position) ?? Date.now(),
      goal => this.#goTo(goal),
      () => this.#list.element.focus(),
    );
    this.#rows = new RowCommands(this.#list, this.#goToRow, this.#requests, {
      locate: question => request('locate', question),
      say: sentence => this.#announcer.say(sentence),
      filterBy: term => this.#filterBy(term),
    });
    this.#jump = new JumpButton(this.#places.jump, formats, () => {
      this.#list.element.focus();
      this.#view.set({ following: true });
    });
    this.#selectionCount = new SelectionCount(formats, sentence => this.#announcer.say(sentence));
    this.#charts = new Charts(formats, {
      ask: (connection, span) => request('series', { connection, span }),
      onGoTo: at => this.#list.seek({ at }),
      onToggle: isChartOpen => keeper.set({ isChartOpen }),
    });
    this.#details = this.#makeDetails(formats);
    this.#splitter = new Splitter(this.#places.body, (layout, share) =>
      keeper.set(layout === 'beside' ? { shareBeside: share } : { shareBelow: share }),
    );
    this.#selection = new Selection(this.#places.body, this.#splitter, this.#details);
    this.#composer = new Composer(formats, keeper.state.composer, {
      request,
      say: sentence => this.#announcer.say(sentence),
      keep: composer => keeper.set({ composer }),
      leave: () => this.#list.element.focus(),
    });
    this.#assemble(root);
  }

  /** The first snapshot of all. */
  start({ connections, view, list, filters, composer }: Hello): void {
    this.#filters = filters;
    this.#composerView = composer;
    this.#takeConnections(connections);
    this.#sources = new PageSources(connections, view);
    const { state } = this.#keeper;
    this.#list.restore(this.#sources.fromSaved(state));
    this.#charts.isOpen = state.isChartOpen;
    if (state.isDetailOpen && state.active) {
      this.#selection.open();
    }
    this.#view.hear(view);
    this.setList(list);
  }

  setConnections(connections: readonly ConnectionView[]): void {
    this.#takeConnections(connections);
    this.#update();
  }

  setView(view: PanelView): void {
    this.#view.hear(view);
  }

  setList(list: ListView): void {
    this.#listView = list;
    this.#list.update(list);
    this.#requestRender();
  }

  setFilters(filters: readonly SavedFilter[]): void {
    this.#filters = filters;
    this.#requestRender();
  }

  setComposer(composer: ComposerView | undefined): void {
    this.#composerView = composer;
    this.#requestRender();
  }

  /** Says why something did not work, until something works. */
  fail(reason: string): void {
    this.#requests.fail(reason);
  }

  #assemble(root: HTMLElement): void {
    const { body, charts, empty, filter, jump, listPane } = this.#places;
    filter.append(this.#finding.filter.element);
    charts.append(this.#charts.strip, this.#charts.pane);
    listPane.append(this.#list.element, empty, jump);
    listPane.append(this.#selectionCount.element, this.#finding.find.element);
    listPane.append(this.#goToRow.element);
    body.append(this.#splitter.element, this.#details.element);
    root.append(this.#composer.element, this.#announcer.element);
    watchLayout(root, layout => this.#arrange(layout));
    watchTheme(() => this.#list.measure());
    this.#list.measure();
  }

  #takeConnections(connections: readonly ConnectionView[]): void {
    this.#connections = connections;
    this.#receivedAt = performance.now();
  }

  #update(): void {
    const view = this.#view.current;
    const sources = new PageSources(this.#connections, view);
    this.#sources = sources;
    this.#list.following = view.following;
    const shown = sources.nameForList;
    if (shown !== this.#shown) {
      this.#shown = shown;
      this.#list.sources = sources.forList;
      this.#forgetForeignRow();
    }
    const { filter, showHeartbeats, showControl, following } = view;
    const captureKeys = sources.keys;
    this.#keeper.set({ captureKeys, filter, showHeartbeats, showControl, following });
    this.#requestRender();
  }

  /** The details close where their row is of a connection that is shown no longer. */
  #forgetForeignRow(): void {
    const { row } = this.#selection;
    if (row && !this.#sources.shown.some(({ id }) => id === row.connection)) {
      this.#selection.clear();
      this.#keeper.set({ isDetailOpen: false });
    }
  }

  #arrange(layout: Layout): void {
    const { shareBeside, shareBelow } = this.#keeper.state;
    this.#splitter.set(layout, layout === 'beside' ? shareBeside : shareBelow);
  }

  #render(): void {
    const { all, merged, selected: view } = this.#sources;
    const selected: TimedConnection | undefined = view && { view, receivedAt: this.#receivedAt };
    const { following, filter } = this.#view.current;
    const list = this.#listView;
    const hasRows = list !== undefined && list.first < list.next;
    this.#header.render({
      ...{ connections: all, selected, following, hasRows, mergedCount: merged.length },
    });
    renderNotices(this.#places.notices, this.#notices(view));
    renderEmptyState(this.#places.empty, view, list, filter, {
      connect: () => this.#requests.send('connect.ask', undefined),
      clearFilter: () => this.#view.set({ filter: '' }),
      showAll: () => this.#view.set({ showHeartbeats: true, showControl: true }),
    });
    this.#list.element.hidden = view === undefined;
    this.#places.charts.hidden = view === undefined;
    this.#places.filter.hidden = view === undefined;
    if (list) {
      this.#finding.render(this.#view.current, list, this.#filters);
    }
    this.#charts.follow(view?.id, view?.source === 'connection');
    this.#renderComposer(view);
    this.#renderJump();
    this.#announcer.follow(view);
    clearTimeout(this.#tick);
    const tickMs = selected && timerTickMs(selected, performance.now());
    if (tickMs !== undefined) {
      this.#tick = setTimeout(this.#requestRender, tickMs);
    }
  }

  #renderComposer(view: ConnectionView | undefined): void {
    const name = view?.source === 'connection' ? view.name : undefined;
    const composer = this.#composerView;
    this.#composer.show(name, composer?.connection === view?.id ? composer : undefined);
  }

  #renderJump(): void {
    const isNothing = this.#list.isAtEnd || this.#sources.selected === undefined;
    this.#jump.render(this.#list.newCount, isNothing);
    this.#selectionCount.show(this.#list.selectedCount);
  }

  #notices(view: ConnectionView | undefined): readonly Notice[] {
    const { problem } = this.#requests;
    const problems: readonly Notice[] = [
      ...(problem === undefined ? [] : [{ severity: 'error', sentence: problem } as const]),
      ...(this.#listView?.problem === undefined
        ? []
        : [{ severity: 'warning', sentence: this.#listView.problem } as const]),
    ];
    const isLive = view?.source === 'connection';
    return isLive ? [...problems, ...noticesOf(view, this.#noticeCommands)] : problems;
  }

  #sendFor(name: 'connect' | 'reconnect' | 'setting.open'): void {
    const { selected } = this.#sources;
    if (selected) {
      this.#requests.send(name, { connection: selected.id });
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

  #openDetails(): void {
    this.#selection.open();
    this.#keeper.set({ isDetailOpen: true });
  }

  #goTo(goal: Goal): void {
    const connection = this.#list.activeRow?.connection ?? this.#sources.shown[0]?.id;
    if ('at' in goal) {
      this.#list.seek(goal);
    } else if (connection !== undefined) {
      this.#list.seek({ connection, seq: goal.seq });
    }
  }

  /** Narrows the list down by one more term. */
  #filterBy(term: string): void {
    const { filter } = this.#view.current;
    const isPlain = filter === '' || !/\bor\b/i.test(filter);
    const rest = isPlain ? filter : `(${filter})`;
    this.#view.set({ filter: rest === '' ? term : `${rest} ${term}` });
  }

  #headerActions() {
    return headerCommands({
      ...{ view: this.#view, requests: this.#requests },
      sources: () => this.#sources,
      list: () => this.#list,
      rows: () => this.#rows,
      find: () => this.#finding.find.open(),
    });
  }

  #run(command: 'close' | 'copy' | 'goTo' | 'find' | 'findNext' | 'findPrevious'): void {
    switch (command) {
      case 'close':
        this.#closeDetails();
        break;
      case 'copy':
        this.#rows.copy('text');
        break;
      case 'goTo':
        this.#rows.goToRow();
        break;
      case 'find':
        this.#finding.find.open();
        break;
      case 'findNext':
        this.#finding.find.go('next');
        break;
      case 'findPrevious':
        this.#finding.find.go('previous');
        break;
    }
  }

  #makeList(formats: Formats): MessageList {
    return new MessageList(formats, this.#keeper.state.columns, {
      ask: question => this.#request('rows', question),
      locate: question => this.#request('locate', question),
      onFollow: following => this.#view.set({ following }),
      onSelect: row => this.#selection.select(row),
      onOpen: () => this.#openDetails(),
      onMenu: at => this.#rows.openMenu(at),
      run: command => this.#run(command),
      onColumns: columns => this.#keeper.set({ columns }),
      onRead: reason => {
        if (reason !== undefined) {
          this.fail(text('rowsFailed', reason));
        } else {
          this.#requests.worked();
        }
      },
      onDraw: () => {
        this.#finding.drawn();
        this.#renderJump();
        this.#keeper.set(this.#sources.toSaved(this.#list.place));
      },
    });
  }

  #makeDetails(formats: Formats): DetailPane {
    return new DetailPane(formats, this.#keeper.state.tabs, {
      ask: ({ connection, seq }, from, length) =>
        this.#request('payload', { connection, seq, from, length }),
      askFrame: ({ connection, seq }) => this.#request('frame', { connection, seq }),
      previousAt: ({ position }: PageRow) => this.#list.timeAt(position - 1),
      onCopy: row => this.#rows.copyRow(row),
      onCopyText: words => this.#rows.copyText(words),
      onOpenEditor: row => this.#rows.openEditor(row),
      onFilter: term => this.#filterBy(term),
      onClose: () => this.#closeDetails(),
      onTabs: tabs => this.#keeper.set({ tabs }),
    });
  }
}

import type { Formats } from '../../core/base/format.ts';
import type { ComposerView } from '../../shared/composerProtocol.ts';
import type {
  ConnectionView,
  Hello,
  ListView,
  PageRow,
  PanelView,
  SavedFilter,
} from '../../shared/monitorProtocol.ts';
import { Charts } from '../charts/charts.ts';
import { Composer } from '../composer/composer.ts';
import { DetailPane } from '../details/detailPane.ts';
import { DetailsState } from '../details/detailsState.ts';
import { ConnectionNews } from '../header/connectionNews.ts';
import { Header } from '../header/header.ts';
import { renderNotices } from '../header/notices.ts';
import type { Request } from '../link/hostLink.ts';
import { HostRequests } from '../link/hostRequests.ts';
import { renderEmptyState } from '../list/emptyState.ts';
import { GoToRow, type Goal } from '../list/goToRow.ts';
import { ListCounts } from '../list/listCounts.ts';
import { MessageList } from '../list/messageList.ts';
import { RowCommands } from '../list/rowCommands.ts';
import { PanelState } from '../state/panelState.ts';
import type { StateKeeper } from '../state/savedState.ts';
import { oncePerFrame } from '../widgets/dom.ts';
import { LiveRegion } from '../widgets/liveRegion.ts';
import { text } from '../widgets/strings.ts';
import { watchTheme } from '../widgets/theme.ts';
import { ListSearch } from './listSearch.ts';
import { PageLayout } from './pageLayout.ts';

/**
 * The monitor's page: makes its parts, connects them with each other and with the host, and gives
 * them the host's snapshots. Draws at most once a frame.
 */
export class MonitorPage {
  readonly #formats: Formats;
  readonly #request: Request;
  readonly #keeper: StateKeeper;
  readonly #panel: PanelState;
  readonly #requests: HostRequests;
  readonly #region = new LiveRegion();
  readonly #news: ConnectionNews;
  readonly #list: MessageList;
  readonly #search: ListSearch;
  readonly #goToRow: GoToRow;
  readonly #rows: RowCommands;
  readonly #header: Header;
  readonly #counts: ListCounts;
  readonly #charts: Charts;
  readonly #details: DetailPane;
  readonly #layout: PageLayout;
  readonly #detailsState: DetailsState;
  readonly #composer: Composer;
  readonly #requestRender = oncePerFrame(() => this.#render());
  #listSourcesKey = '';
  #listView: ListView | undefined;
  #filters: readonly SavedFilter[] = [];
  #composerView: ComposerView | undefined;

  constructor(root: HTMLElement, request: Request, keeper: StateKeeper, formats: Formats) {
    this.#formats = formats;
    this.#request = request;
    this.#keeper = keeper;
    this.#panel = new PanelState(request, () => this.#update());
    this.#requests = new HostRequests(request, this.#requestRender);
    this.#news = new ConnectionNews(this.#region, formats);
    this.#details = this.#makeDetails();
    this.#layout = new PageLayout(root, this.#details.element, keeper);
    this.#detailsState = new DetailsState(this.#details, isOpen =>
      this.#layout.showDetails(isOpen),
    );
    this.#list = this.#makeList();
    this.#search = this.#makeSearch();
    this.#goToRow = new GoToRow(
      () => this.#list.timeAt(this.#list.position) ?? Date.now(),
      goal => this.#goTo(goal),
      () => this.#list.element.focus(),
    );
    this.#rows = this.#makeRows();
    this.#header = new Header(
      this.#layout.header,
      formats,
      this.#panel,
      this.#requests,
      this.#list,
      this.#rows,
      () => this.#search.find.open(),
    );
    this.#counts = new ListCounts(formats, this.#region, () => {
      this.#list.element.focus();
      this.#panel.set({ following: true });
    });
    this.#charts = this.#makeCharts();
    this.#composer = this.#makeComposer();
    this.#assemble(root);
  }

  // What the host sends

  /** The first snapshot of all. */
  start({ connections, view, list, filters, composer }: Hello): void {
    this.#filters = filters;
    this.#composerView = composer;
    const { state } = this.#keeper;
    this.#charts.isOpen = state.isChartOpen;
    if (state.isDetailOpen && state.active) {
      // The list reports the row later, if it is in the list.
      this.#detailsState.select(undefined);
      this.#detailsState.open();
    }
    this.#panel.start(connections, view);
    this.#list.restore(this.#panel.fromSavedPlace(state));
    this.setList(list);
  }

  setConnections(connections: readonly ConnectionView[]): void {
    this.#panel.receiveConnections(connections);
  }

  setView(view: PanelView): void {
    this.#panel.receiveView(view);
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

  // Drawing

  /** The connections, or what is looked at, have changed. */
  #update(): void {
    const panel = this.#panel;
    this.#list.following = panel.view.following;
    const key = panel.listSourcesKey;
    if (key !== this.#listSourcesKey) {
      this.#listSourcesKey = key;
      this.#list.sources = panel.listSources;
      this.#closeDetailsOfOthers();
    }
    this.#keeper.set(panel.saved);
    this.#requestRender();
  }

  /** Closes the details of a row whose connection is not shown any more. */
  #closeDetailsOfOthers(): void {
    const { row } = this.#detailsState;
    if (row && !this.#panel.shown.some(({ id }) => id === row.connection)) {
      this.#detailsState.clear();
      this.#keeper.set({ isDetailOpen: false });
    }
  }

  #render(): void {
    const { selected, view } = this.#panel;
    const list = this.#listView;
    this.#header.render(list !== undefined && list.first < list.next);
    this.#renderNotices();
    renderEmptyState(this.#layout.empty, selected, list, view.filter, {
      connect: () => this.#requests.send('connect.ask', undefined),
      clearFilter: () => this.#panel.set({ filter: '' }),
      showAll: () => this.#panel.set({ showHeartbeats: true, showControl: true }),
    });
    for (const part of [this.#list.element, this.#layout.charts, this.#layout.filter]) {
      part.hidden = selected === undefined;
    }
    if (list) {
      this.#search.render(view, list, this.#filters);
    }
    this.#charts.follow(selected?.id, selected?.source === 'connection');
    this.#renderComposer();
    this.#renderCounts();
    this.#news.follow(selected);
  }

  #renderNotices(): void {
    const { selected } = this.#panel;
    const sendFor = (name: 'connect' | 'reconnect' | 'setting.open') => () => {
      if (selected) {
        this.#requests.send(name, { connection: selected.id });
      }
    };
    renderNotices(
      this.#layout.notices,
      selected,
      { request: this.#requests.problem, list: this.#listView?.problem },
      {
        connect: sendFor('connect'),
        reconnect: sendFor('reconnect'),
        openSetting: sendFor('setting.open'),
      },
    );
  }

  #renderComposer(): void {
    const { selected } = this.#panel;
    const composer = this.#composerView;
    const name = selected?.source === 'connection' ? selected.name : undefined;
    this.#composer.show(name, composer?.connection === selected?.id ? composer : undefined);
  }

  #renderCounts(): void {
    const isAtEnd = this.#list.isAtEnd || this.#panel.selected === undefined;
    this.#counts.showNew(this.#list.newCount, isAtEnd);
    this.#counts.showSelected(this.#list.selectedCount);
  }

  // What one part has the others do

  #openDetails(): void {
    this.#detailsState.open();
    this.#keeper.set({ isDetailOpen: true });
  }

  #closeDetails(): void {
    const hadFocus = this.#details.hasFocus;
    this.#detailsState.close();
    this.#keeper.set({ isDetailOpen: false });
    if (hadFocus) {
      this.#list.element.focus();
    }
  }

  #goTo(goal: Goal): void {
    const connection = this.#list.activeRow?.connection ?? this.#panel.shown[0]?.id;
    if ('at' in goal) {
      this.#list.seek(goal);
    } else if (connection !== undefined) {
      this.#list.seek({ connection, seq: goal.seq });
    }
  }

  /** Adds a term to the filter. */
  #filterBy(term: string): void {
    const { filter } = this.#panel.view;
    const isPlain = filter === '' || !/\bor\b/i.test(filter);
    const rest = isPlain ? filter : `(${filter})`;
    this.#panel.set({ filter: rest === '' ? term : `${rest} ${term}` });
  }

  #runCommand(command: 'close' | 'copy' | 'goTo' | 'find' | 'findNext' | 'findPrevious'): void {
    switch (command) {
      case 'close':
        this.#closeDetails();
        break;
      case 'copy':
        this.#rows.copy('text');
        break;
      case 'goTo':
        this.#goToRow.open();
        break;
      case 'find':
        this.#search.find.open();
        break;
      case 'findNext':
        this.#search.find.go('next');
        break;
      case 'findPrevious':
        this.#search.find.go('previous');
        break;
    }
  }

  // Making the parts

  #assemble(root: HTMLElement): void {
    const { charts, empty, filter, listPane } = this.#layout;
    filter.append(this.#search.filter.element);
    charts.append(this.#charts.strip, this.#charts.pane);
    listPane.append(this.#list.element, empty, this.#counts.jump, this.#counts.selected);
    listPane.append(this.#search.find.element, this.#goToRow.element);
    root.append(this.#composer.element, this.#region.element);
    watchTheme(() => this.#list.measure());
    this.#list.measure();
  }

  #makeList(): MessageList {
    return new MessageList(this.#formats, this.#keeper.state.columns, {
      ask: question => this.#request('rows', question),
      locate: question => this.#request('locate', question),
      onFollow: following => this.#panel.set({ following }),
      onSelect: row => this.#detailsState.select(row),
      onNothing: () => this.#detailsState.awaitNothing(),
      onOpen: () => this.#openDetails(),
      onMenu: at => this.#rows.openMenu(at),
      run: command => this.#runCommand(command),
      onColumns: columns => this.#keeper.set({ columns }),
      onRead: reason => {
        if (reason === undefined) {
          this.#requests.worked();
        } else {
          this.#requests.fail(text('rowsFailed', reason));
        }
      },
      onDraw: () => {
        this.#search.drawn();
        this.#renderCounts();
        this.#keeper.set(this.#panel.toSavedPlace(this.#list.place));
      },
    });
  }

  #makeSearch(): ListSearch {
    return new ListSearch(this.#formats, this.#list, this.#request, {
      setView: change => this.#panel.set(change),
      onSave: words => this.#requests.send('filter.save', { text: words }),
      onRemove: name => this.#requests.send('filter.remove', { name }),
    });
  }

  #makeRows(): RowCommands {
    return new RowCommands(this.#list, this.#goToRow, this.#requests, {
      locate: question => this.#request('locate', question),
      say: sentence => this.#region.say(sentence),
      filterBy: term => this.#filterBy(term),
    });
  }

  #makeCharts(): Charts {
    return new Charts(this.#formats, {
      ask: (connection, span) => this.#request('series', { connection, span }),
      onGoTo: at => this.#list.seek({ at }),
      onToggle: isChartOpen => this.#keeper.set({ isChartOpen }),
    });
  }

  #makeComposer(): Composer {
    return new Composer(this.#formats, this.#keeper.state.composer, {
      request: this.#request,
      say: sentence => this.#region.say(sentence),
      keep: composer => this.#keeper.set({ composer }),
      leave: () => this.#list.element.focus(),
    });
  }

  #makeDetails(): DetailPane {
    const request = this.#request;
    return new DetailPane(this.#formats, this.#keeper.state.tabs, {
      ask: ({ connection, seq }, from, length) =>
        request('payload', { connection, seq, from, length }),
      askFrame: ({ connection, seq }) => request('frame', { connection, seq }),
      askHandshake: key => request('handshake.plain', { key }),
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

import type { Formats } from '../../core/base/format.ts';
import { messageOf } from '../../core/base/errors.ts';
import { suggestFilter } from '../../core/filter/hints/suggestion.ts';
import { visibleLine } from '../../core/text/visibleText.ts';
import type { ComposerView } from '../../shared/composerProtocol.ts';
import type { HeldAddress, HeldState } from '../../shared/heldProtocol.ts';
import type {
  ClearedView,
  ConnectionView,
  Hello,
  ListView,
  PageRow,
  PanelView,
  RowAddress,
  SavedFilter,
} from '../../shared/monitorProtocol.ts';
import { isRecorded } from '../../shared/sourceKind.ts';
import { ClearedBar } from '../clearing/clearedBar.ts';
import { ComposerPlace } from '../composer/composerPlace.ts';
import { DetailPane } from '../details/detailPane.ts';
import { DetailsState } from '../details/detailsState.ts';
import { ConnectionNews } from '../header/connectionNews.ts';
import { Header } from '../header/header.ts';
import { Notices } from '../header/notices.ts';
import type { Request } from '../link/hostLink.ts';
import { HostRequests } from '../link/hostRequests.ts';
import { renderEmptyState } from '../list/emptyState.ts';
import { ListCounts } from '../list/listCounts.ts';
import { ListNotice } from '../list/listNotice.ts';
import type { PageCommand } from '../list/listInput.ts';
import { MessageList } from '../list/messageList.ts';
import { RowCommands } from '../list/rowCommands.ts';
import type { RowName } from '../list/places/rowSeeker.ts';
import { PanelState } from '../state/panelState.ts';
import type { StateKeeper } from '../state/savedState.ts';
import { oncePerFrame } from '../widgets/dom.ts';
import { LatePart } from '../widgets/latePart.ts';
import { LiveRegion } from '../widgets/liveRegion.ts';
import { text } from '../widgets/strings.ts';
import { watchTheme } from '../widgets/theme.ts';
import { ChartsView } from './chartsView.ts';
import { DecodingChip } from './decodingChip.ts';
import { HeldView } from './heldView.ts';
import { ListSearch } from './listSearch.ts';
import { listenToPage } from './pageKeys.ts';
import { PageLayout } from './pageLayout.ts';
import { RowPlaces } from './rowPlaces.ts';

/** The position of a row that is not in the list. */
const nowhere = -1;

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
  readonly #goToField = new LatePart(() => this.#loadGoToField());
  readonly #notice: ListNotice;
  readonly #places: RowPlaces;
  readonly #rows: RowCommands;
  readonly #header: Header;
  readonly #notices: Notices;
  readonly #counts: ListCounts;
  readonly #chartsView: ChartsView;
  readonly #chip: DecodingChip;
  readonly #details: DetailPane;
  readonly #layout: PageLayout;
  readonly #detailsState: DetailsState;
  readonly #composer: ComposerPlace;
  readonly #cleared: ClearedBar;
  readonly #held: HeldView;
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
    this.#news = new ConnectionNews(
      {
        say: sentence => this.#region.say(sentence),
        now: () => performance.now(),
        hasFocus: () => document.hasFocus(),
      },
      formats,
    );
    this.#details = this.#makeDetails();
    this.#layout = new PageLayout(root, this.#details.element, keeper);
    this.#detailsState = new DetailsState(this.#details, isOpen =>
      this.#layout.showDetails(isOpen),
    );
    this.#list = this.#makeList();
    this.#search = this.#makeSearch();
    this.#notice = new ListNotice(() => this.#list.element.focus());
    this.#places = new RowPlaces({
      list: this.#list,
      panel: this.#panel,
      request,
      requests: this.#requests,
      notice: this.#notice,
      formats,
    });
    this.#rows = this.#makeRows();
    this.#chartsView = this.#makeChartsView();
    this.#chip = new DecodingChip({
      formats,
      requests: this.#requests,
      panel: this.#panel,
      list: this.#list,
    });
    this.#header = new Header(
      this.#layout.header,
      formats,
      this.#panel,
      this.#requests,
      this.#list,
      this.#rows,
      () => this.#search.find.open(),
      this.#chartsView.charts,
    );
    this.#notices = this.#makeNotices();
    this.#counts = new ListCounts(formats, this.#region, () => {
      this.#list.element.focus();
      this.#panel.set({ following: true });
    });
    this.#composer = this.#makeComposer();
    this.#cleared = this.#makeCleared();
    this.#held = this.#makeHeld();
    this.#assemble(root);
  }

  // What the host sends

  /** The first snapshot of all. */
  start({
    connections,
    view,
    list,
    filters,
    cleared,
    composer,
    held,
    heldToEdit,
    row,
  }: Hello): void {
    this.#filters = filters;
    this.#cleared.show(cleared);
    this.#composerView = composer;
    this.#held.state = held;
    const { state } = this.#keeper;
    this.#chartsView.charts.isOpen = state.isChartOpen;
    if (state.isDetailOpen && state.active) {
      // The list reports the row later, if it is in the list.
      this.#detailsState.select(undefined);
      this.#detailsState.open();
    }
    this.#panel.start(connections, view);
    this.#list.restore(this.#panel.fromSavedPlace(state));
    this.setList(list);
    this.showRow(row);
    if (heldToEdit) {
      this.editHeld(heldToEdit);
    }
  }

  /** Goes to a row and opens its details. */
  showRow(row: RowAddress | undefined): void {
    if (row) {
      this.#openDetails();
      void this.#places.goToRow(row);
    }
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
    this.#search.listChanged();
    this.#requestRender();
  }

  setFilters(filters: readonly SavedFilter[]): void {
    this.#filters = filters;
    this.#requestRender();
  }

  setCleared(cleared: ClearedView | undefined): void {
    this.#cleared.show(cleared);
  }

  setHeld(held: HeldState | undefined): void {
    this.#held.state = held;
  }

  /** Opens a held message in the composer. */
  editHeld(message: HeldAddress): void {
    this.#held.edit(message);
  }

  /** The user has asked for the monitor. */
  focusList(): void {
    this.#list.element.focus();
  }

  setComposer(composer: ComposerView | undefined): void {
    this.#composerView = composer;
    this.#requestRender();
  }

  /** Has the selected rows opened as text, or those on screen. */
  openText(): void {
    this.#rows.openText();
  }

  /** Has a decoder written for the selected rows. */
  newDecoder(): void {
    this.#rows.newDecoder();
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
    this.#places.follow(panel.view.filter);
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
    const { selected, view, messagesOnly } = this.#panel;
    const list = this.#listView;
    this.#header.render(list !== undefined && list.first < list.next);
    this.#notices.render(selected, this.#panel.receivedAt, {
      request: this.#requests.problem,
      list: list?.problem,
    });
    renderEmptyState(this.#layout.empty, selected, list, view.filter, {
      connect: () => this.#requests.send('connect.ask', undefined),
      startDemo: () => this.#requests.send('start.open', { what: 'demo' }),
      openWalkthrough: () => this.#requests.send('start.open', { what: 'walkthrough' }),
      connectIt: () => {
        if (selected) {
          this.#requests.send('connect', { connection: selected.id });
        }
      },
      clearFilter: () => this.#setFromList({ filter: '' }),
      suggestion: () =>
        suggestFilter(
          view.filter,
          this.#search.knownPaths,
          this.#listView?.decoding?.shown.startsWith('applied'),
        ),
      setFilter: filter => this.#setFromList({ filter }),
      showAll: () => this.#setFromList({ showHeartbeats: true, showControl: true }),
    });
    // A connection that was never opened has nothing to list.
    const isBlank = selected?.source === 'configured' && isEmpty(selected.extent);
    for (const part of [this.#list.element, this.#layout.charts, this.#layout.filter]) {
      part.hidden = selected === undefined || isBlank;
    }
    if (list) {
      this.#search.render({ view, list, filters: this.#filters, messagesOnly });
    }
    this.#chartsView.render(isBlank);
    this.#renderComposer();
    this.#chip.render(list?.decoding);
    this.#held.render(selected?.id);
    this.#renderCounts();
    this.#news.follow(selected);
  }

  #renderComposer(): void {
    const { selected } = this.#panel;
    const composer = this.#composerView;
    const name = selected && isRecorded(selected) ? selected.name : undefined;
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

  /** The selected row is not in the list. */
  async #onNothing(name: RowName | undefined): Promise<void> {
    const row = name && (await this.#places.lost(name));
    if (row) {
      this.#detailsState.selectHidden({ ...row, position: nowhere });
    } else {
      this.#detailsState.awaitNothing();
    }
  }

  /** Changes the view by a button in place of the list, which goes: the focus is for the list then. */
  #setFromList(change: Partial<PanelView>): void {
    this.#panel.set(change);
    this.#list.element.focus();
  }

  /** Adds a term to the filter. */
  #filterBy(term: string): void {
    const { filter } = this.#panel.view;
    const isPlain = filter === '' || !/\bor\b/i.test(filter);
    const rest = isPlain ? filter : `(${filter})`;
    this.#panel.set({ filter: rest === '' ? term : `${rest} ${term}` });
  }

  #runCommand(command: PageCommand): void {
    switch (command) {
      case 'close':
        this.#closeDetails();
        break;
      case 'copy':
        this.#rows.copy('text');
        break;
      case 'goTo':
        this.#openGoToField();
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
      case 'filter':
        this.#search.filter.focus();
        break;
      case 'context':
        this.#rows.showInContext();
        break;
      case 'conversation':
        this.#rows.showConversation();
        break;
    }
  }

  #openGoToField(): void {
    this.#goToField
      .need()
      .then(field => field.open())
      .catch((error: unknown) => this.#notice.show(visibleLine(messageOf(error))));
  }

  // Making the parts

  async #loadGoToField() {
    const { GoToRow } = await import('../list/goToRow.ts');
    const field = new GoToRow(
      () => this.#list.timeAt(this.#list.position) ?? Date.now(),
      goal => void this.#places.goTo(goal),
      () => this.#list.element.focus(),
    );
    this.#layout.listPane.append(field.element);
    return field;
  }

  #assemble(root: HTMLElement): void {
    const { charts, empty, filter, listPane } = this.#layout;
    this.#search.filter.element.append(this.#chip.element);
    filter.append(this.#search.filter.element);
    charts.append(this.#chartsView.charts.strip, this.#chartsView.charts.pane);
    listPane.append(
      this.#notice.element,
      this.#list.element,
      empty,
      this.#counts.jump,
      this.#counts.selected,
    );
    listPane.append(this.#search.find.element);
    root.append(
      this.#cleared.element,
      this.#held.element,
      this.#composer.element,
      this.#region.element,
    );
    for (const event of ['focus', 'keydown', 'pointerdown']) {
      window.addEventListener(event, () => this.#news.heed(), { capture: true });
    }
    watchTheme(() => this.#list.measure());
    this.#list.measure();
    listenToPage({
      help: () => this.#requests.send('help.keys', undefined),
      focusFilter: () => this.#search.filter.focus(),
      leaveForList: () => {
        const isShown = !this.#list.element.hidden;
        if (isShown) {
          this.#list.element.focus();
        }
        return isShown;
      },
      enter: () => this.focusList(),
    });
  }

  #makeList(): MessageList {
    return new MessageList(this.#formats, this.#keeper.state.columns, {
      ask: question => this.#request('rows', question),
      locate: question => this.#request('locate', question),
      onFollow: following => this.#panel.set({ following }),
      // If it fails, rows are asked for.
      onTail: count => void this.#request('tail', { count }).catch(() => undefined),
      onSelect: row => {
        this.#detailsState.select(row);
        if (row) {
          this.#places.found();
        }
      },
      onNothing: name => void this.#onNothing(name),
      onReduced: count => this.#places.reduced(count),
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
    const { recentFilters = [] } = this.#keeper.state;
    return new ListSearch(this.#formats, this.#list, this.#request, recentFilters, {
      setView: change => this.#panel.set(change),
      onSave: words => this.#requests.send('filter.save', { text: words }),
      onRemove: name => this.#requests.send('filter.remove', { name }),
      onRecent: recentFilters => this.#keeper.set({ recentFilters }),
    });
  }

  #makeRows(): RowCommands {
    const [keeper, panel] = [this.#keeper, this.#panel];
    return new RowCommands(this.#list, this.#requests, {
      askWhere: () => this.#openGoToField(),
      say: sentence => this.#region.say(sentence),
      showConversation: row => this.#panel.showConversation(row),
      goTo: row => void this.#places.goToRow(row),
      filterBy: term => this.#filterBy(term),
      showInContext: row => void this.#places.showInContext(row),
      canHold: ({ connection, kind }) =>
        (kind === 'text' || kind === 'binary') && this.#held.isFor(connection),
      rows: question => this.#request('rows', question),
      get compared() {
        const { compared } = keeper.state;
        return compared && panel.rowName(compared);
      },
      set compared(row) {
        keeper.set({ compared: row && panel.savedRow(row) });
      },
    });
  }

  #makeChartsView(): ChartsView {
    return new ChartsView({
      formats: this.#formats,
      request: this.#request,
      requests: this.#requests,
      keeper: this.#keeper,
      panel: this.#panel,
      list: this.#list,
      places: this.#places,
      requestRender: this.#requestRender,
    });
  }

  #makeNotices(): Notices {
    const sendFor = (name: 'connect' | 'reconnect' | 'setting.open') => () => {
      const { selected } = this.#panel;
      if (selected) {
        this.#requests.send(name, { connection: selected.id });
      }
    };
    return new Notices(this.#layout.notices, this.#formats, {
      connect: sendFor('connect'),
      reconnect: sendFor('reconnect'),
      openSetting: sendFor('setting.open'),
      showMoment: at => this.#list.seek({ at }),
    });
  }

  #makeComposer(): ComposerPlace {
    return new ComposerPlace(this.#formats, this.#keeper.state.composer, {
      request: this.#request,
      say: sentence => this.#region.say(sentence),
      keep: composer => this.#keeper.set({ composer }),
      fail: reason => this.#requests.fail(reason),
      leave: () => this.#list.element.focus(),
    });
  }

  #makeCleared(): ClearedBar {
    return new ClearedBar(this.#formats, {
      undo: () =>
        this.#requests.send('clear.undo', undefined, () => this.#region.say(text('clearedBack'))),
      leave: () => this.#list.element.focus(),
    });
  }

  #makeHeld(): HeldView {
    return new HeldView({
      formats: this.#formats,
      request: this.#request,
      requests: this.#requests,
      composer: this.#composer,
      requestRender: this.#requestRender,
      say: sentence => this.#region.say(sentence),
      leave: () => this.#list.element.focus(),
    });
  }

  #makeDetails(): DetailPane {
    const request = this.#request;
    return new DetailPane(this.#formats, this.#keeper.state.tabs, {
      ask: ({ connection, seq }, from, length) =>
        request('payload', { connection, seq, from, length }),
      askFrame: ({ connection, seq }) => request('frame', { connection, seq }),
      askDecoded: ({ connection, seq }) => request('decoded', { connection, seq }),
      askLayer: ({ connection, seq }, layer, from, length) =>
        request('layer', { connection, seq, layer, from, length }),
      decodeSelection: ({ connection, direction }, bytes) =>
        // A copy, since all of a buffer is sent with a part of it.
        request('selection.decode', { connection, direction, bytes: new Uint8Array(bytes) }),
      onConversation: row => this.#panel.showConversation(row),
      onOpenDecoder: (connection, name) =>
        this.#requests.send('decoder.open', { connection, name }),
      askHandshake: key => request('handshake.plain', { key }),
      previousAt: ({ position }: PageRow) => this.#list.timeAt(position - 1),
      onCopy: row => this.#rows.copyRow(row),
      onCopyText: words => this.#rows.copyText(words),
      onOpenEditor: row => this.#rows.openEditor(row),
      onShowInContext: row => void this.#places.showInContext(row),
      onFilter: term => this.#filterBy(term),
      onGoTo: row => void this.#places.goToRow(row),
      onOpenScript: ({ connection, seq }, call) => this.#rows.openScript({ connection, seq }, call),
      onReloadPage: ({ connection, seq }) => this.#rows.reloadPage({ connection, seq }),
      onClose: () => this.#closeDetails(),
      onTabs: tabs => this.#keeper.set({ tabs }),
    });
  }
}

function isEmpty({ first, next }: ConnectionView['extent']): boolean {
  return first === next;
}

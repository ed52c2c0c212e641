import type { Formats } from '../../core/base/format.ts';
import type { PageRow } from '../../shared/monitorProtocol.ts';
import { ConnectionNews } from '../header/connectionNews.ts';
import { LiveRegion } from '../widgets/liveRegion.ts';
import { Charts } from '../charts/charts.ts';
import { Composer } from '../composer/composer.ts';
import { DetailPane } from '../details/detailPane.ts';
import { ListSearch } from './listSearch.ts';
import { GoToRow, type Goal } from '../list/goToRow.ts';
import { Header } from '../header/header.ts';
import { headerCommands } from '../header/headerCommands.ts';
import type { Request } from '../link/hostLink.ts';
import type { HostRequests } from '../link/hostRequests.ts';
import type { HostView } from '../state/hostView.ts';
import { ListCounts } from '../list/listCounts.ts';
import { PageLayout } from './pageLayout.ts';
import { MessageList } from '../list/messageList.ts';
import type { PageSources } from '../state/pageSources.ts';
import { RowCommands } from '../list/rowCommands.ts';
import type { StateKeeper } from '../state/savedState.ts';
import { DetailsState } from '../details/detailsState.ts';
import { text } from '../widgets/strings.ts';
import { watchTheme } from '../widgets/theme.ts';

/** What the parts work on together. */
export interface PageContext {
  readonly formats: Formats;
  readonly request: Request;
  readonly keeper: StateKeeper;
  readonly view: HostView;
  readonly requests: HostRequests;
  /** As they are now. */
  readonly sources: () => PageSources;
}

/** What the page consists of, and what each part may have the others do. */
export class PageParts {
  readonly layout: PageLayout;
  readonly region = new LiveRegion();
  readonly news: ConnectionNews;
  readonly header: Header;
  readonly list: MessageList;
  readonly finding: ListSearch;
  readonly charts: Charts;
  readonly selection: DetailsState;
  readonly composer: Composer;
  readonly #context: PageContext;
  readonly #goToRow: GoToRow;
  readonly #rows: RowCommands;
  readonly #counts: ListCounts;
  readonly #details: DetailPane;

  constructor(root: HTMLElement, context: PageContext) {
    const { formats, keeper, view } = context;
    this.#context = context;
    this.#details = this.#makeDetails();
    this.layout = new PageLayout(root, this.#details.element, keeper);
    this.news = new ConnectionNews(this.region, formats);
    this.header = new Header(this.layout.header, formats, this.#headerActions());
    this.list = this.#makeList();
    this.finding = this.#makeFinding();
    this.#goToRow = new GoToRow(
      () => this.list.timeAt(this.list.position) ?? Date.now(),
      goal => this.#goTo(goal),
      () => this.list.element.focus(),
    );
    this.#rows = this.#makeRows();
    this.#counts = new ListCounts(formats, this.region, () => {
      this.list.element.focus();
      view.set({ following: true });
    });
    this.charts = this.#makeCharts();
    this.selection = new DetailsState(this.#details, isOpen => this.layout.showDetails(isOpen));
    this.composer = this.#makeComposer();
    this.#assemble(root);
  }

  /** How much is new below what can be seen, and how much is selected. */
  renderCounts(): void {
    const isNothing = this.list.isAtEnd || this.#context.sources().selected === undefined;
    this.#counts.showNew(this.list.newCount, isNothing);
    this.#counts.showSelected(this.list.selectedCount);
  }

  #assemble(root: HTMLElement): void {
    const { charts, empty, filter, listPane } = this.layout;
    filter.append(this.finding.filter.element);
    charts.append(this.charts.strip, this.charts.pane);
    listPane.append(this.list.element, empty, this.#counts.jump);
    listPane.append(this.#counts.selected, this.finding.find.element);
    listPane.append(this.#goToRow.element);
    root.append(this.composer.element, this.region.element);
    watchTheme(() => this.list.measure());
    this.list.measure();
  }

  #closeDetails(): void {
    const hadFocus = this.#details.hasFocus;
    this.selection.close();
    this.#context.keeper.set({ isDetailOpen: false });
    if (hadFocus) {
      this.list.element.focus();
    }
  }

  #openDetails(): void {
    this.selection.open();
    this.#context.keeper.set({ isDetailOpen: true });
  }

  #goTo(goal: Goal): void {
    const connection = this.list.activeRow?.connection ?? this.#context.sources().shown[0]?.id;
    if ('at' in goal) {
      this.list.seek(goal);
    } else if (connection !== undefined) {
      this.list.seek({ connection, seq: goal.seq });
    }
  }

  /** Narrows the list down by one more term. */
  #filterBy(term: string): void {
    const { filter } = this.#context.view.current;
    const isPlain = filter === '' || !/\bor\b/i.test(filter);
    const rest = isPlain ? filter : `(${filter})`;
    this.#context.view.set({ filter: rest === '' ? term : `${rest} ${term}` });
  }

  #headerActions() {
    const { view, requests, sources } = this.#context;
    return headerCommands({
      view,
      requests,
      sources,
      list: () => this.list,
      rows: () => this.#rows,
      find: () => this.finding.find.open(),
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
        this.finding.find.open();
        break;
      case 'findNext':
        this.finding.find.go('next');
        break;
      case 'findPrevious':
        this.finding.find.go('previous');
        break;
    }
  }

  #makeList(): MessageList {
    const { formats, keeper, request, requests, sources, view } = this.#context;
    return new MessageList(formats, keeper.state.columns, {
      ask: question => request('rows', question),
      locate: question => request('locate', question),
      onFollow: following => view.set({ following }),
      onSelect: row => this.selection.select(row),
      onNothing: () => this.selection.awaitNothing(),
      onOpen: () => this.#openDetails(),
      onMenu: at => this.#rows.openMenu(at),
      run: command => this.#run(command),
      onColumns: columns => keeper.set({ columns }),
      onRead: reason => {
        if (reason !== undefined) {
          requests.fail(text('rowsFailed', reason));
        } else {
          requests.worked();
        }
      },
      onDraw: () => {
        this.finding.drawn();
        this.renderCounts();
        keeper.set(sources().toSaved(this.list.place));
      },
    });
  }

  #makeFinding(): ListSearch {
    const { formats, request, requests, view } = this.#context;
    return new ListSearch(formats, this.list, request, {
      setView: change => view.set(change),
      onSave: words => requests.send('filter.save', { text: words }),
      onRemove: name => requests.send('filter.remove', { name }),
    });
  }

  #makeRows(): RowCommands {
    const { request, requests } = this.#context;
    return new RowCommands(this.list, this.#goToRow, requests, {
      locate: question => request('locate', question),
      say: sentence => this.region.say(sentence),
      filterBy: term => this.#filterBy(term),
    });
  }

  #makeCharts(): Charts {
    const { formats, request, keeper } = this.#context;
    return new Charts(formats, {
      ask: (connection, span) => request('series', { connection, span }),
      onGoTo: at => this.list.seek({ at }),
      onToggle: isChartOpen => keeper.set({ isChartOpen }),
    });
  }

  #makeComposer(): Composer {
    const { formats, keeper, request } = this.#context;
    return new Composer(formats, keeper.state.composer, {
      request,
      say: sentence => this.region.say(sentence),
      keep: composer => keeper.set({ composer }),
      leave: () => this.list.element.focus(),
    });
  }

  #makeDetails(): DetailPane {
    const { formats, keeper, request } = this.#context;
    return new DetailPane(formats, keeper.state.tabs, {
      ask: ({ connection, seq }, from, length) =>
        request('payload', { connection, seq, from, length }),
      askFrame: ({ connection, seq }) => request('frame', { connection, seq }),
      askHandshake: key => request('handshake.plain', { key }),
      previousAt: ({ position }: PageRow) => this.list.timeAt(position - 1),
      onCopy: row => this.#rows.copyRow(row),
      onCopyText: words => this.#rows.copyText(words),
      onOpenEditor: row => this.#rows.openEditor(row),
      onFilter: term => this.#filterBy(term),
      onClose: () => this.#closeDetails(),
      onTabs: tabs => keeper.set({ tabs }),
    });
  }
}

import type { Formats } from '../../core/base/format.ts';
import type { ComposerView } from '../../shared/composerProtocol.ts';
import type {
  ConnectionView,
  Hello,
  ListView,
  PanelView,
  SavedFilter,
} from '../../shared/monitorProtocol.ts';
import { oncePerFrame } from '../widgets/dom.ts';
import { renderEmptyState } from '../list/emptyState.ts';
import type { Request } from '../link/hostLink.ts';
import { HostRequests } from '../link/hostRequests.ts';
import { HostView } from '../state/hostView.ts';
import { noticesOf, renderNotices, type Notice } from '../header/notices.ts';
import { PageParts } from './pageParts.ts';
import { PageSources } from '../state/pageSources.ts';
import type { StateKeeper } from '../state/savedState.ts';
import { timerTickMs, type TimedConnection } from '../header/timedConnection.ts';
import { withClock } from '../widgets/userClock.ts';

/** Takes the host's snapshots in and hands each part of the page what it shows. */
export class App {
  readonly #keeper: StateKeeper;
  readonly #requests: HostRequests;
  readonly #view: HostView;
  readonly #parts: PageParts;
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
    this.#keeper = keeper;
    this.#view = new HostView(
      change => request('view.set', withClock(change)),
      () => this.#update(),
    );
    this.#requests = new HostRequests(request, this.#requestRender);
    this.#sources = new PageSources([], this.#view.current);
    this.#parts = new PageParts(root, {
      formats,
      request,
      keeper,
      view: this.#view,
      requests: this.#requests,
      sources: () => this.#sources,
    });
  }

  /** The first snapshot of all. */
  start({ connections, view, list, filters, composer }: Hello): void {
    this.#filters = filters;
    this.#composerView = composer;
    this.#takeConnections(connections);
    this.#sources = new PageSources(connections, view);
    const { state } = this.#keeper;
    this.#parts.list.restore(this.#sources.fromSaved(state));
    this.#parts.charts.isOpen = state.isChartOpen;
    if (state.isDetailOpen && state.active) {
      // The list knows later which row it is, if that is in it.
      this.#parts.selection.select(undefined);
      this.#parts.selection.open();
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
    this.#parts.list.update(list);
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

  #takeConnections(connections: readonly ConnectionView[]): void {
    this.#connections = connections;
    this.#receivedAt = performance.now();
  }

  #update(): void {
    const view = this.#view.current;
    const sources = new PageSources(this.#connections, view);
    this.#sources = sources;
    this.#parts.list.following = view.following;
    const shown = sources.nameForList;
    if (shown !== this.#shown) {
      this.#shown = shown;
      this.#parts.list.sources = sources.forList;
      this.#forgetForeignRow();
    }
    const { filter, showHeartbeats, showControl, following } = view;
    const captureKeys = sources.keys;
    this.#keeper.set({ captureKeys, filter, showHeartbeats, showControl, following });
    this.#requestRender();
  }

  /** The details close where their row is of a connection that is shown no longer. */
  #forgetForeignRow(): void {
    const { row } = this.#parts.selection;
    if (row && !this.#sources.shown.some(({ id }) => id === row.connection)) {
      this.#parts.selection.clear();
      this.#keeper.set({ isDetailOpen: false });
    }
  }

  #render(): void {
    const { all, merged, selected: view } = this.#sources;
    const selected: TimedConnection | undefined = view && { view, receivedAt: this.#receivedAt };
    const { following, filter } = this.#view.current;
    const list = this.#listView;
    const hasRows = list !== undefined && list.first < list.next;
    this.#parts.header.render({
      connections: all,
      selected,
      following,
      hasRows,
      mergedCount: merged.length,
    });
    renderNotices(this.#parts.layout.notices, this.#notices(view));
    renderEmptyState(this.#parts.layout.empty, view, list, filter, {
      connect: () => this.#requests.send('connect.ask', undefined),
      clearFilter: () => this.#view.set({ filter: '' }),
      showAll: () => this.#view.set({ showHeartbeats: true, showControl: true }),
    });
    this.#parts.list.element.hidden = view === undefined;
    this.#parts.layout.charts.hidden = view === undefined;
    this.#parts.layout.filter.hidden = view === undefined;
    if (list) {
      this.#parts.finding.render(this.#view.current, list, this.#filters);
    }
    this.#parts.charts.follow(view?.id, view?.source === 'connection');
    this.#renderComposer(view);
    this.#parts.renderCounts();
    this.#parts.news.follow(view);
    clearTimeout(this.#tick);
    const tickMs = selected && timerTickMs(selected, performance.now());
    if (tickMs !== undefined) {
      this.#tick = setTimeout(this.#requestRender, tickMs);
    }
  }

  #renderComposer(view: ConnectionView | undefined): void {
    const name = view?.source === 'connection' ? view.name : undefined;
    const composer = this.#composerView;
    this.#parts.composer.show(name, composer?.connection === view?.id ? composer : undefined);
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
}

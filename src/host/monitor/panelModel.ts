import { l10n } from 'vscode';
import { messageOf, UserError } from '../../core/base/errors.ts';
import { Emitter, type Event } from '../../core/base/event.ts';
import { DisposableStore, type Disposable } from '../../core/base/lifecycle.ts';
import type { Logger } from '../../core/base/logger.ts';
import type {
  CaptureView,
  FindAnswer,
  Located,
  ViewPlace,
  ViewQuery,
  ViewRow,
  ViewState,
} from '../../core/capture/view.ts';
import {
  asksForControlFrames,
  findCondition,
  type Condition,
} from '../../core/filter/condition.ts';
import { withCaptures } from '../../core/filter/conditionParts.ts';
import { parseFilter } from '../../core/filter/parseFilter.ts';
import { readKeptView } from '../../shared/keptView.ts';
import type {
  ListView,
  PageRow,
  PanelView,
  Params,
  RowAddress,
  RowsAnswer,
} from '../../shared/monitorProtocol.ts';
import type { ShownRows } from '../captures/exportChoices.ts';
import { sourceNames, type Source, type Sources } from '../captures/sources.ts';
import { logged } from '../ui/unwaited.ts';
import { filterClock, userZone } from '../ui/userZone.ts';
import { ListTail } from './listTail.ts';
import type { NotConnected, NotConnectedSource } from './notConnected.ts';

/** What the page may change of the view; absent members stay as they are. */
export type ViewChange = Params<'view.set'>;

export interface PanelModelPorts {
  readonly sources: Sources;
  readonly notConnected: NotConnected;
  readonly openView: (query: ViewQuery, tail: number) => CaptureView;
  readonly now: () => number;
  readonly log: Logger;
  /** Called when a filter takes effect. */
  readonly onFilter?: () => void;
}

/** A view in the capture worker. */
interface OpenList {
  readonly view: CaptureView;
  readonly store: DisposableStore;
  /** The ids of the sources by those of their captures. */
  readonly sourceIds: ReadonlyMap<number, string>;
}

type UserClock = NonNullable<ViewChange['clock']>;

const emptyState: ViewState = { first: 0, next: 0, scanned: 0, total: 0, hidden: 0, dropped: 0 };

/**
 * What the monitor shows and how, whether or not a page is there. While the panel is open, its list is
 * a view in the capture worker, which is replaced whenever the sources, the filter or what is hidden
 * changes; `ListView.generation` counts these views.
 */
export class PanelModel implements Disposable {
  readonly #store = new DisposableStore();
  readonly #ports: PanelModelPorts;
  readonly #onDidChangeList = this.#store.add(new Emitter<undefined>());
  /** As the page or a command asked for it; what is gone since is left out of `view`. */
  #wanted: PanelView = {
    merged: [],
    following: true,
    filter: '',
    showHeartbeats: false,
    showControl: true,
  };
  #isOpen = false;
  #list: OpenList | undefined;
  /** The query of `#list`, as JSON. */
  #query = '';
  #generation = 0;
  /** Whether the view of the list has reported nothing yet. */
  #isPending = false;
  readonly #tail = new ListTail();
  /** How many of the newest rows the page can use. */
  #tailOfPage = 0;
  #filter = '';
  /** The filter in effect, and what it means. */
  #validFilter = '';
  #condition: Condition | undefined;
  #filterProblem: string | undefined;
  #clock: UserClock | undefined;

  /** The rows of the list have changed, or the list shows other rows. */
  readonly onDidChangeList: Event<undefined> = this.#onDidChangeList.event;

  constructor(ports: PanelModelPorts) {
    this.#ports = ports;
  }

  get view(): PanelView {
    const [first] = this.shown;
    const selected = first?.id ?? this.#waiting?.id;
    const { following, filter, showHeartbeats, showControl } = this.#wanted;
    const merged = this.#merged.map(({ id }) => id);
    return {
      following,
      filter,
      showHeartbeats,
      showControl,
      merged: merged.length > 1 ? merged : [],
      ...(selected !== undefined && { selected }),
    };
  }

  get list(): ListView {
    const { newest, decoding, ...state } = this.#list?.view.state ?? emptyState;
    const connection = newest && this.#list?.sourceIds.get(newest.capture);
    const decoded = decoding && this.#list?.sourceIds.get(decoding.capture);
    return {
      ...state,
      ...(newest && connection !== undefined && { newest: { connection, seq: newest.seq } }),
      ...(decoding && decoded !== undefined && { decoding: { ...decoding, connection: decoded } }),
      generation: this.#generation,
      isFiltered: this.#condition !== undefined,
      ...(this.#isPending && { isPending: true }),
      ...(this.#filterProblem !== undefined && { filterProblem: this.#filterProblem }),
    };
  }

  /** The list, with the newest rows that were not taken before. */
  takeList(): ListView {
    const { list } = this;
    const rows = this.#tail.take(list);
    return this.#list && rows.length > 0 ? { ...list, tail: toPage(this.#list, rows) } : list;
  }

  /** The page can use so many of the newest rows; 0 while there is no page. */
  setTail(count: number): void {
    this.#tailOfPage = count;
    this.refresh();
  }

  /** Those whose rows are in the list. */
  get shown(): readonly Source[] {
    const merged = this.#merged;
    if (merged.length > 1) {
      return merged;
    }
    const { sources, notConnected } = this.#ports;
    const { selected } = this.#wanted;
    const chosen =
      selected === undefined
        ? undefined
        : (notConnected.sourceOf(selected) ?? sources.find(selected));
    const waiting = this.#waiting;
    if (!chosen && waiting) {
      return waiting.past ? [waiting.past] : [];
    }
    const shown = chosen ?? this.#latest;
    return shown ? [shown] : [];
  }

  /** What the list shows, for an export; `undefined` while the panel is closed. */
  get shownRows(): ShownRows | undefined {
    const connections = this.shown.map(source => ({
      capture: source.capture.id,
      ...sourceNames(source),
    }));
    return this.#list && { view: this.#list.view, connections, filter: this.#validFilter };
  }

  set({ clock, ...view }: ViewChange): void {
    if (clock) {
      userZone.learn(clock.timeZone);
      this.#clock = clock;
    }
    const given = Object.entries(view).filter(([, value]) => value !== undefined);
    this.#wanted = { ...this.#wanted, ...Object.fromEntries(given) };
    this.#lookForPast();
    this.refresh();
  }

  /** Takes over what a page kept, perhaps of an older version; sources that are gone are left out. */
  async restore(state: unknown): Promise<void> {
    const keptView = readKeptView(state);
    if (!keptView) {
      return;
    }
    const { captureKeys, ...kept } = keptView;
    const keys = [captureKeys.selected, ...captureKeys.merged].filter(key => key !== undefined);
    const found = await Promise.all(keys.map(key => this.#sourceWith(key)));
    const idOf = (key: string | undefined) =>
      key === undefined ? undefined : found[keys.indexOf(key)]?.id;
    const selected = idOf(captureKeys.selected);
    const merged = captureKeys.merged.map(idOf).filter(id => id !== undefined);
    for (const id of captureKeys.observed.map(idOf).filter(each => each !== undefined)) {
      this.#ports.sources.expectSlot(id);
    }
    this.set({ ...kept, merged, ...(selected !== undefined && { selected }) });
  }

  open(): void {
    this.#isOpen = true;
    this.#lookForPast();
    this.refresh();
  }

  /** Closes the view in the capture worker, which then need not keep it up to date. */
  close(): void {
    this.#isOpen = false;
    this.#tailOfPage = 0;
    this.#closeList();
    this.#query = '';
  }

  /** Brings the list up to date with the sources, the filter and what is hidden. */
  refresh(): void {
    if (!this.#isOpen) {
      return;
    }
    this.#turnToSuccessors();
    this.#readFilter(this.#wanted.filter);
    const sources = this.shown;
    const hide = this.#hidden();
    const captureOf = (name: string) =>
      sources.find(source => sourceNames(source).name === name)?.capture.id;
    const condition = this.#condition && withCaptures(this.#condition, captureOf);
    const query: ViewQuery = {
      captures: sources.map(({ capture }) => capture.id),
      ...(condition && { condition }),
      ...(hide && { hide }),
      isDecoded: true,
    };
    // Rows of several captures wait for each other: they are as late as those that are asked for.
    this.#tail.length = this.#wanted.following && sources.length === 1 ? this.#tailOfPage : 0;
    const key = JSON.stringify(query);
    if (key === this.#query) {
      this.#list?.view.setTail(this.#tail.length);
      return;
    }
    this.#query = key;
    this.#generation++;
    this.#closeList();
    if (sources.length > 0) {
      const store = new DisposableStore();
      const view = store.add(this.#ports.openView(query, this.#tail.length));
      let restarts = 0;
      store.add(
        view.onDidChange(({ tail, ...state }) => {
          this.#isPending = false;
          // What is at the positions now is another list for the page, which finds its place in it.
          this.#generation += (state.restarts ?? 0) === restarts ? 0 : 1;
          restarts = state.restarts ?? 0;
          this.#tail.add(tail);
          this.#onDidChangeList.fire(undefined);
        }),
      );
      const sourceIds = new Map(sources.map(({ id, capture }) => [capture.id, id]));
      this.#list = { view, store, sourceIds };
      this.#isPending = true;
    }
    this.#onDidChangeList.fire(undefined);
  }

  /** Rows of the list; none if the list has changed since the page asked. */
  async rows({ generation, from, count }: Params<'rows'>): Promise<RowsAnswer> {
    const list = this.#list;
    if (!list || generation !== this.#generation) {
      return { list: this.takeList(), rows: [] };
    }
    const rows = await list.view.rows(from, count);
    if (generation !== this.#generation) {
      return { list: this.takeList(), rows: [] };
    }
    return { list: this.takeList(), rows: toPage(list, rows) };
  }

  /** @throws UserError if the list has changed since the page asked */
  async locate({ generation, place }: Params<'locate'>): Promise<Located> {
    const view = this.viewOf(generation);
    const stored = 'at' in place ? place : this.#storedPlace(place);
    if (!stored) {
      // The page may hold on to a row of a capture that was closed or deleted since.
      return { position: view.state.next, isExact: false, isScanned: true };
    }
    const located = await view.locate(stored);
    // The worker answers at once, but reports new rows at intervals. The page cannot go to a row that
    // has not been reported to it yet, so it asks again.
    const { position, isExact } = located;
    const last = view.state.next - (isExact ? 1 : 0);
    return position <= last ? located : { ...located, isScanned: false };
  }

  /** @throws UserError if the list has changed, or the pattern is not a regular expression */
  async find(params: Params<'find'>): Promise<FindAnswer> {
    const { generation, from, direction } = params;
    return this.viewOf(generation).find(conditionOf(params), from, direction);
  }

  /**
   * The view of the list.
   *
   * @param generation that of the rows that were chosen
   * @throws UserError if the list has changed since
   */
  viewOf(generation: number): CaptureView {
    if (!this.#list || generation !== this.#generation) {
      throw new UserError(l10n.t('The list has changed in the meantime. Try again.'));
    }
    return this.#list.view;
  }

  dispose(): void {
    this.#closeList();
    this.#store.dispose();
  }

  /**
   * What is shown while none is selected: the newest connection, or else the first slot that is open,
   * since slots come by themselves.
   */
  get #latest(): Source | undefined {
    const { all } = this.#ports.sources;
    return (
      all.findLast(({ kind }) => kind === 'connection') ??
      all.find(source => source.kind === 'slot' && source.slot.isOpen) ??
      all.findLast(({ kind }) => kind === 'slot') ??
      all.at(-1)
    );
  }

  get #merged(): readonly Source[] {
    return this.#wanted.merged
      .map(id => this.#ports.sources.find(id))
      .filter(source => source !== undefined);
  }

  /**
   * The connection that is selected and not open: the chosen one or, if there is nothing else to
   * show, the first one.
   */
  get #waiting(): NotConnectedSource | undefined {
    const { sources, notConnected } = this.#ports;
    const { selected } = this.#wanted;
    const chosen = selected === undefined ? undefined : notConnected.find(selected);
    return chosen ?? (sources.all.length === 0 ? notConnected.all[0] : undefined);
  }

  #lookForPast(): void {
    const waiting = this.#isOpen ? this.#waiting : undefined;
    if (waiting && !waiting.past) {
      const looking = this.#ports.notConnected.lookForPast(waiting.id);
      logged('Looking for the last capture', this.#ports.log, looking);
    }
  }

  #storedPlace({ connection, seq }: RowAddress): ViewPlace | undefined {
    const source = this.#ports.sources.find(connection);
    return source && { capture: source.capture.id, seq };
  }

  /** After a reload, slots take the places of their captures of the window before. */
  #turnToSuccessors(): void {
    const { sources } = this.#ports;
    const { selected, merged } = this.#wanted;
    const left = new Set<string>();
    const turned = (id: string) => {
      const successor = sources.successorOf(id);
      if (successor) {
        left.add(id);
      }
      return successor?.id ?? id;
    };
    this.#wanted = {
      ...this.#wanted,
      merged: merged.map(turned),
      ...(selected !== undefined && { selected: turned(selected) }),
    };
    for (const id of left) {
      sources.close(sources.get(id).captureKey);
    }
  }

  async #sourceWith(key: string): Promise<{ readonly id: string } | undefined> {
    const { notConnected } = this.#ports;
    const known = notConnected.find(key) ?? notConnected.sourceOf(key);
    if (known) {
      return known;
    }
    try {
      return await this.#ports.sources.withKey(key);
    } catch (error) {
      this.#ports.log.info(`The monitor is restored without ${key}: ${messageOf(error)}`);
      return undefined;
    }
  }

  #closeList(): void {
    this.#list?.store.dispose();
    this.#list = undefined;
    this.#isPending = false;
    this.#tail.clear();
  }

  /** A filter that is being typed is often invalid: then the last valid one stays in effect. */
  #readFilter(text: string): void {
    if (text === this.#filter) {
      return;
    }
    this.#filter = text;
    const clock = { ...filterClock(this.#ports.now()), ...this.#clock };
    const { condition, problems } = parseFilter(text, clock);
    const [problem] = problems;
    this.#filterProblem = problem?.message;
    if (!problem) {
      this.#condition = condition;
      this.#validFilter = text;
      if (condition) {
        this.#ports.onFilter?.();
      }
    }
  }

  /** A filter that asks for pings by name shows them. */
  #hidden(): Condition | undefined {
    const { showHeartbeats, showControl } = this.#wanted;
    if (this.#condition && asksForControlFrames(this.#condition)) {
      return undefined;
    }
    const heartbeat: Condition = { is: 'heartbeat' };
    const control: Condition = {
      is: 'all',
      of: [
        { is: 'kind', kinds: ['ping', 'pong', 'close'] },
        { is: 'not', of: heartbeat },
      ],
    };
    const hidden = [...(showHeartbeats ? [] : [heartbeat]), ...(showControl ? [] : [control])];
    return hidden.length > 0 ? { is: 'any', of: hidden } : undefined;
  }
}

function toPage({ sourceIds }: OpenList, rows: readonly ViewRow[]): readonly PageRow[] {
  return rows.map(({ capture, ...row }) => ({ ...row, connection: sourceIds.get(capture) ?? '' }));
}

/** @throws UserError if the pattern is not a regular expression */
function conditionOf(query: Params<'find'>): Condition {
  try {
    return findCondition(query);
  } catch (error) {
    throw new UserError(messageOf(error), { cause: error });
  }
}

import { l10n } from 'vscode';
import { messageOf, UserError } from '../../core/base/errors.ts';
import { Emitter, type Event } from '../../core/base/event.ts';
import { DisposableStore, type Disposable } from '../../core/base/lifecycle.ts';
import type { Logger } from '../../core/base/logger.ts';
import type {
  CaptureView,
  FindAnswer,
  Located,
  ViewQuery,
  ViewState,
} from '../../core/capture/view.ts';
import {
  asksForControlFrames,
  findCondition,
  type Condition,
} from '../../core/filter/condition.ts';
import { parseFilter } from '../../core/filter/parseFilter.ts';
import { readKeptView } from '../../shared/keptView.ts';
import type { ListView, PanelView, Params, RowsAnswer } from '../../shared/monitorProtocol.ts';
import type { ShownRows } from '../captures/exportChoices.ts';
import { sourceNames, type Source, type Sources } from '../captures/sources.ts';
import { filterClock, userZone } from '../ui/userZone.ts';

/** What the page may change of the view; absent members stay as they are. */
export type ViewChange = Params<'view.set'>;

export interface PanelModelPorts {
  readonly sources: Sources;
  readonly openView: (query: ViewQuery) => CaptureView;
  readonly now: () => number;
  readonly log: Logger;
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
  #filter = '';
  #condition: Condition | undefined;
  #filterProblem: string | undefined;
  #clock: UserClock | undefined;

  /** The rows of the list have changed, or the list shows other rows. */
  readonly onDidChangeList: Event<undefined> = this.#onDidChangeList.event;

  constructor(ports: PanelModelPorts) {
    this.#ports = ports;
  }

  get view(): PanelView {
    const [first] = this.#shown;
    const { following, filter, showHeartbeats, showControl } = this.#wanted;
    const merged = this.#merged.map(({ id }) => id);
    return {
      following,
      filter,
      showHeartbeats,
      showControl,
      merged: merged.length > 1 ? merged : [],
      ...(first && { selected: first.id }),
    };
  }

  get list(): ListView {
    return {
      ...(this.#list?.view.state ?? emptyState),
      generation: this.#generation,
      ...(this.#filterProblem !== undefined && { filterProblem: this.#filterProblem }),
    };
  }

  /** What the list shows, for an export; `undefined` while the panel is closed. */
  get shownRows(): ShownRows | undefined {
    const connections = this.#shown.map(source => ({
      capture: source.capture.id,
      ...sourceNames(source),
    }));
    return this.#list && { view: this.#list.view, connections };
  }

  set({ clock, ...view }: ViewChange): void {
    if (clock) {
      userZone.learn(clock.timeZone);
      this.#clock = clock;
    }
    const given = Object.entries(view).filter(([, value]) => value !== undefined);
    this.#wanted = { ...this.#wanted, ...Object.fromEntries(given) };
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
    this.set({ ...kept, merged, ...(selected !== undefined && { selected }) });
  }

  open(): void {
    this.#isOpen = true;
    this.refresh();
  }

  /** Closes the view in the capture worker, which then need not keep it up to date. */
  close(): void {
    this.#isOpen = false;
    this.#closeList();
    this.#query = '';
  }

  /** Brings the list up to date with the sources, the filter and what is hidden. */
  refresh(): void {
    if (!this.#isOpen) {
      return;
    }
    this.#readFilter(this.#wanted.filter);
    const sources = this.#shown;
    const hide = this.#hidden();
    const condition = this.#condition;
    const query: ViewQuery = {
      captures: sources.map(({ capture }) => capture.id),
      ...(condition && { condition }),
      ...(hide && { hide }),
    };
    const key = JSON.stringify(query);
    if (key === this.#query) {
      return;
    }
    this.#query = key;
    this.#generation++;
    this.#closeList();
    if (sources.length > 0) {
      const store = new DisposableStore();
      const view = store.add(this.#ports.openView(query));
      store.add(view.onDidChange(() => this.#onDidChangeList.fire(undefined)));
      const sourceIds = new Map(sources.map(({ id, capture }) => [capture.id, id]));
      this.#list = { view, store, sourceIds };
    }
    this.#onDidChangeList.fire(undefined);
  }

  /** Rows of the list; none if the list has changed since the page asked. */
  async rows({ generation, from, count }: Params<'rows'>): Promise<RowsAnswer> {
    const list = this.#list;
    if (!list || generation !== this.#generation) {
      return { list: this.list, rows: [] };
    }
    const rows = await list.view.rows(from, count);
    return {
      list: this.list,
      rows: rows.map(({ capture, ...row }) => ({
        ...row,
        connection: list.sourceIds.get(capture) ?? '',
      })),
    };
  }

  /** @throws UserError if the list has changed since the page asked */
  async locate({ generation, place }: Params<'locate'>): Promise<Located> {
    const view = this.viewOf(generation);
    const located = await view.locate(
      'at' in place
        ? place
        : { capture: this.#ports.sources.get(place.connection).capture.id, seq: place.seq },
    );
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

  get #merged(): readonly Source[] {
    return this.#wanted.merged
      .map(id => this.#ports.sources.find(id))
      .filter(source => source !== undefined);
  }

  get #shown(): readonly Source[] {
    const merged = this.#merged;
    if (merged.length > 1) {
      return merged;
    }
    const { sources } = this.#ports;
    const { selected } = this.#wanted;
    const chosen = selected === undefined ? undefined : sources.find(selected);
    // If none is selected, the newest connection is shown.
    const latest = sources.all.filter(({ kind }) => kind === 'connection').at(-1);
    const shown = chosen ?? latest ?? sources.all.at(-1);
    return shown ? [shown] : [];
  }

  async #sourceWith(key: string): Promise<Source | undefined> {
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

/** @throws UserError if the pattern is not a regular expression */
function conditionOf(query: Params<'find'>): Condition {
  try {
    return findCondition(query);
  } catch (error) {
    throw new UserError(messageOf(error), { cause: error });
  }
}

import { l10n } from 'vscode';
import { UserError, messageOf } from '../../core/base/errors.ts';
import { DisposableStore, type Disposable } from '../../core/base/lifecycle.ts';
import type {
  CaptureView,
  FindAnswer,
  Located,
  ViewQuery,
  ViewState,
} from '../../core/capture/view.ts';
import {
  type Condition,
  findCondition,
  asksForControlFrames,
} from '../../core/filter/condition.ts';
import { parseFilter } from '../../core/filter/parseFilter.ts';
import type { ListView, PanelView, Params, RowsAnswer } from '../../shared/monitorProtocol.ts';
import { filterClock } from '../ui/filterClock.ts';
import type { Source, Sources } from '../captures/sources.ts';

export interface ListPorts {
  readonly sources: Sources;
  readonly openView: (query: ViewQuery) => CaptureView;
  readonly now: () => number;
  readonly onDidChange: () => void;
}

type UserClock = NonNullable<Params<'view.set'>['clock']>;

const nothing: ViewState = { first: 0, next: 0, scanned: 0, total: 0, hidden: 0, dropped: 0 };

/** The rows that the panel's list shows: a view in the capture worker, made anew for each question. */
export class ListModel implements Disposable {
  readonly #ports: ListPorts;
  #shown: { readonly view: CaptureView; readonly store: DisposableStore } | undefined;
  #query = '';
  #generation = 0;
  #condition: Condition | undefined;
  #filter = '';
  #filterProblem: string | undefined;
  #clock: UserClock | undefined;

  constructor(ports: ListPorts) {
    this.#ports = ports;
  }

  get list(): ListView {
    return {
      ...(this.#shown?.view.state ?? nothing),
      generation: this.#generation,
      ...(this.#filterProblem === undefined ? {} : { filterProblem: this.#filterProblem }),
    };
  }

  /** The open view, for who exports it. */
  get view(): CaptureView | undefined {
    return this.#shown?.view;
  }

  /** The user's day and zone, where they are another's than this machine's. */
  setClock(clock: UserClock): void {
    this.#clock = clock;
  }

  /** Shows these sources as `panel` wants them; does nothing where they are shown so already. */
  show(sources: readonly Source[], panel: PanelView): void {
    this.#readFilter(panel.filter);
    const hide = this.#hidden(panel);
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
    this.#shown?.store.dispose();
    this.#shown = undefined;
    if (sources.length > 0) {
      const store = new DisposableStore();
      const view = store.add(this.#ports.openView(query));
      store.add(view.onDidChange(() => this.#ports.onDidChange()));
      this.#shown = { view, store };
    }
    this.#ports.onDidChange();
  }

  async rows({ generation, from, count }: Params<'rows'>): Promise<RowsAnswer> {
    const { view } = this.#shown ?? {};
    if (!view || generation !== this.#generation) {
      return { list: this.list, rows: [] };
    }
    const rows = await view.rows(from, count);
    const { sources } = this.#ports;
    const ids = new Map<number, string>();
    return {
      list: this.list,
      rows: rows.map(({ capture, ...row }) => {
        let connection = ids.get(capture);
        if (connection === undefined) {
          connection = sources.ofCapture(capture)?.id ?? '';
          ids.set(capture, connection);
        }
        return { ...row, connection };
      }),
    };
  }

  async locate({ generation, place }: Params<'locate'>): Promise<Located> {
    const view = this.#current(generation);
    const located = await view.locate(
      'at' in place
        ? place
        : { capture: this.#ports.sources.get(place.connection).capture.id, seq: place.seq },
    );
    // The worker answers at once, but reports new rows at intervals. The page cannot go to a row that
    // it was not told of: it asks again.
    const { position, isExact } = located;
    const last = view.state.next - (isExact ? 1 : 0);
    return position <= last ? located : { ...located, isScanned: false };
  }

  async find(params: Params<'find'>): Promise<FindAnswer> {
    const { generation, from, direction } = params;
    return this.#current(generation).find(conditionOf(params), from, direction);
  }

  /** @throws UserError where the list has changed since these rows were chosen */
  viewOf(generation: number): CaptureView {
    return this.#current(generation);
  }

  dispose(): void {
    this.#shown?.store.dispose();
    this.#shown = undefined;
    this.#query = '';
  }

  #current(generation: number): CaptureView {
    const { view } = this.#shown ?? {};
    if (!view || generation !== this.#generation) {
      throw new UserError(l10n.t('The list has changed since. Try again.'));
    }
    return view;
  }

  /** While a filter is being typed it is often no filter yet: then the last one stays in effect. */
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

  /** Who asks for pings by name wants to see them. */
  #hidden({ showHeartbeats, showControl }: PanelView): Condition | undefined {
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

/** @throws UserError where it is no regular expression */
function conditionOf(query: Params<'find'>): Condition {
  try {
    return findCondition(query);
  } catch (error) {
    throw new UserError(messageOf(error));
  }
}

import { conversationTerm } from '../../core/filter/decodedTerms.ts';
import type { ConnectionView, PanelView } from '../../shared/monitorProtocol.ts';
import type { Request } from '../link/hostLink.ts';
import type { ListSources } from '../list/rowGrid.ts';
import type { RowName } from '../list/places/rowSeeker.ts';
import type { ListPlace } from '../list/places/scrollAnchor.ts';
import type { SavedRow, SavedState } from './savedState.ts';

type SavedPlace = Pick<SavedState, 'place' | 'pausedAfter' | 'active' | 'isLookedAt' | 'selected'>;

/**
 * The connections and captures that there are, and what the panel looks at.
 *
 * The host keeps the latter, but the page does not wait for it: a change by the user applies at once,
 * and what the host sends meanwhile, which may be older, applies when all changes are answered.
 */
export class PanelState {
  readonly #request: Request;
  readonly #onChange: () => void;
  #connections: readonly ConnectionView[] = [];
  #receivedAt = 0;
  #view: PanelView = {
    merged: [],
    following: true,
    filter: '',
    showHeartbeats: false,
    showControl: true,
  };
  #unanswered = 0;
  #received: PanelView | undefined;

  constructor(request: Request, onChange: () => void) {
    this.#request = request;
    this.#onChange = onChange;
  }

  get connections(): readonly ConnectionView[] {
    return this.#connections;
  }

  /** When the connections came, by `performance.now()`. */
  get receivedAt(): number {
    return this.#receivedAt;
  }

  get view(): PanelView {
    return this.#view;
  }

  /** The host's snapshot of all connections. */
  receiveConnections(connections: readonly ConnectionView[]): void {
    this.#connections = connections;
    this.#receivedAt = performance.now();
    this.#onChange();
  }

  /** The host's snapshot of the view. */
  receiveView(view: PanelView): void {
    if (this.#unanswered > 0) {
      this.#received = view;
    } else {
      this.#view = view;
      this.#onChange();
    }
  }

  /** The first snapshots of all. */
  start(connections: readonly ConnectionView[], view: PanelView): void {
    this.#connections = connections;
    this.#receivedAt = performance.now();
    this.#view = view;
    this.#onChange();
  }

  /** A change by the user. */
  set(change: Partial<PanelView>): void {
    this.#view = { ...this.#view, ...change };
    this.#unanswered++;
    const settle = () => {
      this.#unanswered--;
      const received = this.#received;
      if (this.#unanswered === 0 && received) {
        this.#received = undefined;
        this.receiveView(received);
      }
    };
    const { merged, ...rest } = change;
    this.#request('view.set', {
      ...rest,
      ...(merged ? { merged: [...merged] } : {}),
      ...(change.filter === undefined ? {} : { clock: userClock() }),
    }).then(settle, settle);
    this.#onChange();
  }

  /** Filters by the conversation of a row, which a merged timeline names with its connection. */
  showConversation({ connection, seq }: RowName): void {
    const named = this.merged.find(({ id }) => id === connection);
    this.set({ filter: conversationTerm(seq, named?.name) });
  }

  /** The one that the header is about. */
  get selected(): ConnectionView | undefined {
    const { selected } = this.#view;
    return this.#connections.find(({ id }) => id === selected) ?? this.#connections[0];
  }

  /** Those of a merged timeline; empty while one is shown. */
  get merged(): readonly ConnectionView[] {
    const merged = this.#connections.filter(({ id }) => this.#view.merged.includes(id));
    return merged.length > 1 ? merged : [];
  }

  /** Those whose rows are in the list. */
  get shown(): readonly ConnectionView[] {
    const { merged, selected } = this;
    return merged.length > 0 ? merged : selected ? [selected] : [];
  }

  /** Whether what is shown has no control frames, since its debugger does not tell of any. */
  get messagesOnly(): boolean {
    const { shown } = this;
    return shown.length > 0 && shown.every(({ messagesOnly }) => messagesOnly === true);
  }

  /** What the list shows of the connections. */
  get listSources(): ListSources {
    const { shown } = this;
    const labels = new Map(
      shown.map(({ id, name, url, mark }) => [id, { name, hint: url, mark }] as const),
    );
    const starts = shown.map(({ startedAt }) => startedAt);
    return {
      startedAt: starts.length === 0 ? 0 : Math.min(...starts),
      connections: shown.map(({ id }) => id),
      isMerged: shown.length > 1,
      labelOf: id => labels.get(id),
    };
  }

  /** Differs if `listSources` does. */
  get listSourcesKey(): string {
    return JSON.stringify(this.shown.map(({ id, name, startedAt }) => [id, name, startedAt]));
  }

  /** What is looked at, in names that hold when the connections have other ids. */
  get saved(): Pick<
    SavedState,
    'captureKeys' | 'filter' | 'showHeartbeats' | 'showControl' | 'following'
  > {
    const { selected, merged } = this;
    const { filter, showHeartbeats, showControl, following } = this.#view;
    const keysOf = (views: readonly ConnectionView[]) => views.map(({ captureKey }) => captureKey);
    const observed = keysOf(this.shown.filter(goesOn));
    const captureKeys = {
      ...(selected ? { selected: selected.captureKey } : {}),
      merged: keysOf(merged),
      ...(observed.length > 0 ? { observed } : {}),
    };
    return { captureKeys, filter, showHeartbeats, showControl, following };
  }

  toSavedPlace(place: ListPlace): { readonly [K in keyof SavedPlace]: SavedPlace[K] | undefined } {
    const anchor = place.anchor && this.savedRow(place.anchor.name);
    const selected = place.selected?.map(name => this.savedRow(name)).filter(isThere);
    return {
      isLookedAt: place.isLookedAt,
      selected,
      place: anchor ? { ...anchor, offset: place.anchor.offset } : undefined,
      pausedAfter: place.pausedAfter && this.savedRow(place.pausedAfter),
      active: place.active && this.savedRow(place.active),
    };
  }

  fromSavedPlace({ place, pausedAfter, active, isLookedAt, selected }: SavedPlace): ListPlace {
    const anchor = place && this.rowName(place);
    const after = pausedAfter && this.rowName(pausedAfter);
    const activeName = active && this.rowName(active);
    const names = selected?.map(row => this.rowName(row)).filter(isThere);
    return {
      ...(isLookedAt === undefined ? {} : { isLookedAt }),
      ...(names ? { selected: names } : {}),
      ...(anchor ? { anchor: { name: anchor, offset: place.offset } } : {}),
      ...(after ? { pausedAfter: after } : {}),
      ...(activeName ? { active: activeName } : {}),
    };
  }

  /** A row in names that hold after a reload; `undefined` if its connection is gone. */
  savedRow({ connection, seq }: RowName): SavedRow | undefined {
    const source = this.#connections.find(({ id }) => id === connection);
    return source && { captureKey: source.captureKey, seq };
  }

  rowName({ captureKey, seq }: SavedRow): RowName | undefined {
    const source = this.#connections.find(each => each.captureKey === captureKey);
    return source && { connection: source.id, seq };
  }
}

function isThere<T>(value: T | undefined): value is T {
  return value !== undefined;
}

/**
 * Times in a filter are the user's. The host may run on a machine of another time zone, so a filter
 * is sent with the user's day and zone.
 */
function userClock(): { readonly startOfDay: number; readonly timeZone: string } {
  return { startOfDay: new Date().setHours(0, 0, 0, 0), timeZone: userTimeZone() };
}

export function userTimeZone(): string {
  return new Intl.DateTimeFormat().resolvedOptions().timeZone;
}

/** Whether the next socket of its name is shown in its place after a reload. */
function goesOn({ source, isAwaited = false }: ConnectionView): boolean {
  return source === 'tap' || source === 'watch' || isAwaited;
}

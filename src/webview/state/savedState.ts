import type { PanelView } from '../../shared/monitorProtocol.ts';
import { readColumns, type ColumnSettings } from '../list/rows/columns.ts';
import { readSavedComposer, type SavedComposer } from '../composer/savedComposer.ts';
import { readLikedTabs, type LikedTabs } from '../details/detailTabs.ts';

/** Names a row also when connections have other ids, as after a reload. */
export interface SavedRow {
  /** See `ConnectionView.captureKey`. */
  readonly captureKey: string;
  readonly seq: number;
}

/** What the host restores after the window was reloaded; see `shared/keptView.ts`. */
type KeptView = Pick<PanelView, 'following' | 'filter' | 'showHeartbeats' | 'showControl'> & {
  readonly captureKeys: {
    readonly selected?: string;
    readonly merged: readonly string[];
    readonly observed?: readonly string[];
  };
};

/** What the page shows and how, saved by VS Code while the page does not exist. Never messages. */
export interface SavedState extends Partial<KeptView> {
  /** While paused: a row, and how many rows below the top edge it is, with a fraction. */
  readonly place?: SavedRow & { readonly offset: number };
  /** The last row that was there when the view was paused. */
  readonly pausedAfter?: SavedRow;
  readonly active?: SavedRow;
  /** `false` if the active row was where the tail began to be followed. */
  readonly isLookedAt?: boolean;
  /** All selected rows, if there are several and not many. */
  readonly selected?: readonly SavedRow[];
  /** The row that another one is to be compared with. */
  readonly compared?: SavedRow;
  /** Filters that were in effect before, the latest first. */
  readonly recentFilters?: readonly string[];
  readonly isDetailOpen: boolean;
  readonly isChartOpen: boolean;
  readonly tabs: LikedTabs;
  /** The details' share of the page, beside the list and below it. */
  readonly shareBeside: number;
  readonly shareBelow: number;
  readonly columns: ColumnSettings;
  readonly composer: SavedComposer;
}

/** What is how the user has arranged the page; of `composer` a part. */
export const layoutNames = [
  'isChartOpen',
  'tabs',
  'shareBeside',
  'shareBelow',
  'columns',
  'composer',
] as const satisfies readonly (keyof SavedState)[];

/** The details' share of the page until the user changes it. */
export const defaultShares = { shareBeside: 0.42, shareBelow: 0.45 };

/** Reads what was given to `setState`, perhaps by an older version of the page. */
export function readSavedState(value: unknown): SavedState {
  const saved = (typeof value === 'object' && value !== null ? value : {}) as Record<
    string,
    unknown
  >;
  const share = (name: string, otherwise: number) => {
    const number = saved[name];
    return typeof number === 'number' && number > 0 && number < 1 ? number : otherwise;
  };
  const place = readRow(saved['place']);
  const offset = numberIn(saved['place'], 'offset') ?? 0;
  const pausedAfter = readRow(saved['pausedAfter']);
  const active = readRow(saved['active']);
  const compared = readRow(saved['compared']);
  const selected = readList(saved['selected'], readRow);
  const recentFilters = readList(saved['recentFilters'], each =>
    typeof each === 'string' ? each : undefined,
  );
  return {
    ...(place ? { place: { ...place, offset } } : {}),
    ...(pausedAfter ? { pausedAfter } : {}),
    ...(active ? { active } : {}),
    ...(saved['isLookedAt'] === false ? { isLookedAt: false } : {}),
    ...(selected.length > 0 ? { selected } : {}),
    ...(compared ? { compared } : {}),
    ...(recentFilters.length > 0 ? { recentFilters } : {}),
    isDetailOpen: saved['isDetailOpen'] === true,
    isChartOpen: saved['isChartOpen'] === true,
    tabs: readLikedTabs(saved['tabs']),
    shareBeside: share('shareBeside', defaultShares.shareBeside),
    shareBelow: share('shareBelow', defaultShares.shareBelow),
    columns: readColumns(saved['columns']),
    composer: readSavedComposer(saved['composer']),
  };
}

function readList<T>(value: unknown, read: (each: unknown) => T | undefined): readonly T[] {
  const items: readonly unknown[] = Array.isArray(value) ? value : [];
  return items.map(read).filter(each => each !== undefined);
}

function numberIn(value: unknown, name: string): number | undefined {
  const number =
    typeof value === 'object' && value !== null
      ? (value as Record<string, unknown>)[name]
      : undefined;
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
}

function readRow(value: unknown): SavedRow | undefined {
  const seq = numberIn(value, 'seq');
  if (seq === undefined || !Number.isSafeInteger(seq) || seq < 0) {
    return undefined;
  }
  const { captureKey } = value as { readonly captureKey?: unknown };
  return typeof captureKey === 'string' ? { captureKey, seq } : undefined;
}

/** So long a change of the layout waits: the tab may be closed right after it. */
const layoutWaitMs = 50;
const otherWaitMs = 500;

/**
 * Holds the saved state. Writes changes at most twice a second, since VS Code stores each one; but those
 * of the layout as soon as the user pauses.
 */
export class StateKeeper {
  readonly #write: (state: SavedState) => void;
  #state: SavedState;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(initial: SavedState, write: (state: SavedState) => void) {
    this.#state = initial;
    this.#write = write;
  }

  get state(): SavedState {
    return this.#state;
  }

  /** `undefined` removes a property. */
  set(change: { readonly [K in keyof SavedState]?: SavedState[K] | undefined }): void {
    const entries = Object.entries({ ...this.#state, ...change });
    const defined = entries.filter(([, value]) => value !== undefined);
    this.#state = Object.fromEntries(defined) as unknown as SavedState;
    if (layoutNames.some(name => name in change)) {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.flush(), layoutWaitMs);
    } else {
      this.#timer ??= setTimeout(() => this.flush(), otherWaitMs);
    }
  }

  /** Writes at once what has not been written, since the page may be about to be closed. */
  flush(): void {
    if (this.#timer !== undefined) {
      clearTimeout(this.#timer);
      this.#timer = undefined;
      this.#write(this.#state);
    }
  }
}

/** The forms of a text. */
export type TextTab = 'json' | 'text';
/** The sides of a state change. */
export type EventTab = 'event' | 'handshake';

/** What the page looks at and how, kept by VS Code while the page is not there. Never data. */
interface SavedState {
  readonly connection?: string;
  readonly selectedSeq?: number;
  readonly isDetailOpen: boolean;
  readonly tab: TextTab;
  /** The details' share of the page, beside the list and below it. */
  readonly shareBeside: number;
  readonly shareBelow: number;
  /** While paused: the row at the top, with a fraction, and where the capture ended then. */
  readonly top?: number;
  readonly pausedAt?: number;
}

/** Reads what `setState` was given, perhaps by an older version of the page. */
export function readSavedState(value: unknown): SavedState {
  const saved = (typeof value === 'object' && value !== null ? value : {}) as Record<
    string,
    unknown
  >;
  const position = (name: string) => {
    const number = saved[name];
    return typeof number === 'number' && number >= 0 ? { [name]: number } : {};
  };
  const share = (name: string, otherwise: number) => {
    const number = saved[name];
    return typeof number === 'number' && number > 0 && number < 1 ? number : otherwise;
  };
  const connection = saved['connection'];
  return {
    ...(typeof connection === 'string' ? { connection } : {}),
    ...position('selectedSeq'),
    ...position('top'),
    ...position('pausedAt'),
    isDetailOpen: saved['isDetailOpen'] === true,
    tab: saved['tab'] === 'text' ? 'text' : 'json',
    shareBeside: share('shareBeside', 0.42),
    shareBelow: share('shareBelow', 0.45),
  };
}

/** Holds the saved state and writes changes at most twice a second, since VS Code stores each. */
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

  /** `undefined` removes what was kept under a name. */
  set(change: { readonly [K in keyof SavedState]?: SavedState[K] | undefined }): void {
    const entries = Object.entries({ ...this.#state, ...change });
    const defined = entries.filter(([, value]) => value !== undefined);
    this.#state = Object.fromEntries(defined) as unknown as SavedState;
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#write(this.#state);
    }, 500);
  }
}

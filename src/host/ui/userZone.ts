import { clockIn, isTimeZone } from '../../core/filter/filterTime.ts';
import type { FilterClock } from '../../core/filter/parseFilter.ts';

/** Keeps a name over windows; the editor's `Memento` is one. */
interface Storage {
  get(key: string): unknown;
  update(key: string, value: string): PromiseLike<void>;
}

const key = 'userTimeZone';

/**
 * The time zone of the user, who may be on another machine than this extension host: in a remote window
 * or in a browser. Only a page knows it, so the last zone that a page sent is stored. There is one user,
 * so there is one zone for everything that shows, names or reads times.
 */
export class UserZone {
  readonly #hostZone = new Intl.DateTimeFormat().resolvedOptions().timeZone;
  #storage: Storage | undefined;
  #isElsewhere = false;
  #timeZone: string | undefined;

  /** @param isElsewhere the user may be on another machine */
  begin(storage: Storage, isElsewhere: boolean): void {
    const stored = storage.get(key);
    this.#storage = storage;
    this.#isElsewhere = isElsewhere;
    if (isElsewhere && typeof stored === 'string' && isTimeZone(stored)) {
      this.#timeZone = stored;
    }
  }

  /** An IANA name; `undefined` for that of this machine. */
  get timeZone(): string | undefined {
    return this.#timeZone;
  }

  /** Takes the zone of a page, which runs on the user's machine. */
  learn(timeZone: string): void {
    if (timeZone !== this.#timeZone) {
      this.#timeZone = timeZone;
      // If it cannot be stored, the next page sends it again.
      this.#storage?.update(key, timeZone).then(undefined, () => undefined);
    }
  }

  /** The zone to name beside times, if a reader could take them for those of another zone. */
  get zoneToName(): string | undefined {
    const zone = this.#timeZone ?? this.#hostZone;
    const isSure = this.#timeZone !== undefined || !this.#isElsewhere;
    return isSure && zone === this.#hostZone ? undefined : zone;
  }
}

export const userZone = new UserZone();

/** The user's clock, for a filter that comes without one. */
export function filterClock(now: number): FilterClock {
  return clockIn(now, userZone.timeZone);
}

import { isTimeZone } from '../../core/filter/filterTime.ts';

/** Where a name is kept over windows; the editor's `Memento` is one. */
interface Keeper {
  get(key: string): unknown;
  update(key: string, value: string): PromiseLike<void>;
}

const key = 'userTimeZone';

/**
 * The time zone of the user, who may be elsewhere than this extension host: in a remote window or in a
 * browser. Only a page knows it, so the last one that said so is remembered. There is one user, so there
 * is one zone for all that shows, names or reads times.
 */
export class UserZone {
  readonly #hostZone = new Intl.DateTimeFormat().resolvedOptions().timeZone;
  #keeper: Keeper | undefined;
  #isElsewhere = false;
  #timeZone: string | undefined;

  /** @param isElsewhere the user may sit at another machine than this one */
  begin(keeper: Keeper, isElsewhere: boolean): void {
    const kept = keeper.get(key);
    this.#keeper = keeper;
    this.#isElsewhere = isElsewhere;
    if (isElsewhere && typeof kept === 'string' && isTimeZone(kept)) {
      this.#timeZone = kept;
    }
  }

  /** An IANA name; `undefined` for that of this machine. */
  get timeZone(): string | undefined {
    return this.#timeZone;
  }

  /** A page is where the user is. */
  learn(timeZone: string): void {
    if (timeZone !== this.#timeZone) {
      this.#timeZone = timeZone;
      // Where it is not kept, the next page says it again.
      this.#keeper?.update(key, timeZone).then(undefined, () => undefined);
    }
  }

  /** Which zone must stand beside times, because a reader could take them for another's. */
  get zoneToName(): string | undefined {
    const zone = this.#timeZone ?? this.#hostZone;
    const isSure = this.#timeZone !== undefined || !this.#isElsewhere;
    return isSure && zone === this.#hostZone ? undefined : zone;
  }
}

export const userZone = new UserZone();

import type { Located } from '../../core/capture/view.ts';
import type { PageRow } from '../../shared/monitorProtocol.ts';
import { RowSeeker, type Locate, type Place, type RowName } from './rowSeeker.ts';
import type { RowWindow, ScaledList } from '../widgets/scaledList.ts';

/** A row and how many rows below the top edge it stands, with a fraction. */
interface Anchor {
  readonly name: RowName;
  readonly offset: number;
}

/** Where a list was left, in names that hold in every list. */
export interface ListPlace {
  /** Absent while the tail is followed. */
  readonly anchor?: Anchor;
  /** The last row that was there when the view was paused. */
  readonly pausedAfter?: RowName;
  readonly active?: RowName;
}

type Find = (position: number) => PageRow | undefined;

/** What is on screen when the list becomes another. */
interface LastSeen {
  readonly following: boolean;
  /** Where the other list ends. */
  readonly next: number;
  /** The position at the top edge, and the rows on screen; absent where none are. */
  readonly top?: number;
  readonly window?: RowWindow;
  readonly active: number | undefined;
  readonly find: Find;
  /** The row that was active is here. */
  readonly onActive: (position: number) => void;
  /** No row was active, or it is not in the other list. */
  readonly onNoActive: () => void;
}

interface ListPlacesListener {
  onFailure(reason: string): void;
  /** The geometry has been moved to what was looked for. */
  onFound(): void;
}

function nameOf(row: PageRow | undefined): RowName | undefined {
  return row && { connection: row.connection, seq: row.seq };
}

/**
 * Keeps the place while the list becomes another, as by a filter: the active row, else the one at
 * the top, stays where it is on screen. Holds the names of rows, since positions change.
 */
export class ListPlaces {
  readonly #geometry: ScaledList;
  readonly #listener: ListPlacesListener;
  readonly #anchorSeeker: RowSeeker;
  readonly #activeSeeker: RowSeeker;
  readonly #pausedSeeker: RowSeeker;
  #place: ListPlace = {};
  #pausedAt: number | undefined;
  #isHeld = false;

  constructor(geometry: ScaledList, locate: Locate, listener: ListPlacesListener) {
    this.#geometry = geometry;
    this.#listener = listener;
    const onFailure = (reason: string) => listener.onFailure(reason);
    const onAnchorFailure = (reason: string) => {
      this.#isHeld = false;
      listener.onFailure(reason);
    };
    this.#anchorSeeker = new RowSeeker(locate, onAnchorFailure);
    this.#activeSeeker = new RowSeeker(locate, onFailure);
    this.#pausedSeeker = new RowSeeker(locate, onFailure);
  }

  /** Whether the first word on where the anchor is must come before anything is drawn. */
  get isHeld(): boolean {
    return this.#isHeld;
  }

  /** Where the list ended when the view was paused; `undefined` while that is not known. */
  get pausedAt(): number | undefined {
    return this.#pausedAt;
  }

  set active(row: PageRow | undefined) {
    const active = nameOf(row);
    if (active) {
      this.#place = { ...this.#place, active };
      this.#activeSeeker.cancel();
    }
  }

  restore(place: ListPlace): void {
    this.#place = place;
  }

  describe(following: boolean): ListPlace {
    const { active } = this.#place;
    return following ? (active ? { active } : {}) : this.#place;
  }

  /** The view is paused at these rows. */
  pause(next: number, find: Find): void {
    this.#pausedSeeker.cancel();
    this.#pausedAt = next;
    const pausedAfter = nameOf(find(next - 1));
    const { anchor, active } = this.#place;
    this.#place = {
      ...(anchor ? { anchor } : {}),
      ...(active ? { active } : {}),
      ...(pausedAfter ? { pausedAfter } : {}),
    };
  }

  /** The user goes elsewhere: what was looked for is of no more interest. */
  leave(): void {
    this.#isHeld = false;
    this.#anchorSeeker.cancel();
  }

  /** Remembers what is at the top, unless the place from before is still being looked for. */
  seen(top: number, find: Find): void {
    const name = nameOf(find(Math.floor(top)));
    if (name && !this.#anchorSeeker.isSeeking) {
      this.#place = { ...this.#place, anchor: { name, offset: Math.floor(top) - top } };
    }
  }

  /** Looks for a place for the user, as long as the user stays. */
  seek(generation: number, place: Place, go: (position: number) => void): void {
    this.leave();
    this.#anchorSeeker.seek(generation, place, ({ position, isScanned }) => {
      if (isScanned) {
        go(position);
      }
    });
  }

  /** The list becomes another. Called before the geometry is given the new one. */
  turn(generation: number, last: LastSeen): void {
    this.#activeSeeker.cancel();
    this.#pausedSeeker.cancel();
    this.#pausedAt = this.#place.pausedAfter ? undefined : last.next;
    const { active, pausedAfter } = this.#place;
    if (active) {
      this.#activeSeeker.seek(generation, active, ({ isExact, isScanned, position }) => {
        if (isExact && isScanned) {
          last.onActive(position);
        } else if (isScanned) {
          last.onNoActive();
        }
      });
    } else {
      last.onNoActive();
    }
    if (last.following) {
      this.leave();
      return;
    }
    if (pausedAfter) {
      this.#pausedSeeker.seek(generation, pausedAfter, ({ isExact, isScanned, position }) => {
        if (isScanned) {
          this.#pausedAt = position + (isExact ? 1 : 0);
          this.#listener.onFound();
        }
      });
    }
    this.#seekAnchor(generation, last);
  }

  #seekAnchor(generation: number, last: LastSeen): void {
    // An anchor that was not found before the list changed again is still what is wanted.
    const anchor = this.#anchorSeeker.isSeeking ? this.#place.anchor : anchorOf(last, this.#place);
    this.leave();
    if (!anchor) {
      return;
    }
    this.#place = { ...this.#place, anchor };
    this.#isHeld = true;
    this.#anchorSeeker.seek(generation, anchor.name, located => this.#onAnchor(located, anchor));
  }

  /** Moves twice at most: at first as near as it can, and when all of the list is known. */
  #onAnchor({ position, isScanned }: Located, { offset }: Anchor): void {
    if (this.#isHeld || isScanned) {
      this.#isHeld = false;
      // The list may have come further than was last told: the frame cuts what is too much.
      this.#geometry.wishTop(position - offset);
      this.#listener.onFound();
    }
  }
}

function anchorOf({ top, window, active, find }: LastSeen, place: ListPlace): Anchor | undefined {
  if (top === undefined || !window) {
    return place.anchor;
  }
  const isActiveSeen = active !== undefined && active >= window.from && active < window.to;
  const position = isActiveSeen ? active : window.from;
  const name = nameOf(find(position));
  return name ? { name, offset: position - top } : place.anchor;
}

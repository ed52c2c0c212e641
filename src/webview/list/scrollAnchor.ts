import type { Located } from '../../core/capture/view.ts';
import type { PageRow } from '../../shared/monitorProtocol.ts';
import { rowName, RowSeeker, type Locate, type RowName, type RowPlace } from './rowSeeker.ts';

/** A row, and how many rows below the top edge it is, with a fraction. */
export interface Anchor {
  readonly name: RowName;
  readonly offset: number;
}

/** The place at which a list was left, in names that hold in every list. */
export interface ListPlace {
  /** Absent while the tail is followed. */
  readonly anchor?: Anchor;
  /** The last row that was there when the view was paused. */
  readonly pausedAfter?: RowName;
  readonly active?: RowName;
}

/** The end of the other list, and what was on screen before. */
interface Turn {
  readonly following: boolean;
  readonly next: number;
  /** Absent if no rows were on screen. */
  readonly anchor: Anchor | undefined;
}

interface ScrollAnchorListener {
  /**
   * The anchor was found. Called twice at most: with the nearest place as soon as there is one, and
   * with the right one when the whole list is known.
   *
   * @param top the position at the top edge, with a fraction; the list may not have it yet
   */
  onAnchor(top: number): void;
  /** @param position of the row that was active; `undefined` if it is not in the list */
  onActive(position: number | undefined): void;
  /** `pausedAt` is known. */
  onPausedAt(): void;
  onFailure(reason: string): void;
}

/**
 * Keeps the place while the list becomes another, as by a filter: the active row, if it is on
 * screen, else the one at the top stays where it is. Holds names of rows, since positions change.
 */
export class ScrollAnchor {
  readonly #listener: ScrollAnchorListener;
  readonly #anchorSeeker: RowSeeker;
  readonly #activeSeeker: RowSeeker;
  readonly #pausedSeeker: RowSeeker;
  #place: ListPlace = {};
  #pausedAt: number | undefined;
  #isPending = false;

  constructor(locate: Locate, listener: ScrollAnchorListener) {
    this.#listener = listener;
    const onFailure = (reason: string) => listener.onFailure(reason);
    this.#anchorSeeker = new RowSeeker(locate, reason => {
      this.#isPending = false;
      listener.onFailure(reason);
    });
    this.#activeSeeker = new RowSeeker(locate, onFailure);
    this.#pausedSeeker = new RowSeeker(locate, onFailure);
  }

  /** Whether `onAnchor` is still to come, so that drawing would show the wrong place. */
  get isPending(): boolean {
    return this.#isPending;
  }

  /** The end of the list when the view was paused; `undefined` while that is not known. */
  get pausedAt(): number | undefined {
    return this.#pausedAt;
  }

  /** Begins with a place that `describe` returned, perhaps in an earlier page. */
  restore(place: ListPlace): void {
    this.#place = place;
  }

  describe(following: boolean): ListPlace {
    const { active } = this.#place;
    return following ? (active ? { active } : {}) : this.#place;
  }

  /** This row is the active one from now on. */
  activate(row: PageRow): void {
    this.#place = { ...this.#place, active: rowName(row) };
    this.#activeSeeker.cancel();
  }

  /**
   * The view is paused.
   *
   * @param next the end of what is on screen
   * @param last the row before it, if it is known
   */
  pause(next: number, last: PageRow | undefined): void {
    this.#pausedSeeker.cancel();
    this.#pausedAt = next;
    const { anchor, active } = this.#place;
    this.#place = {
      ...(anchor ? { anchor } : {}),
      ...(active ? { active } : {}),
      ...(last ? { pausedAfter: rowName(last) } : {}),
    };
  }

  /** The user goes elsewhere, so the search for the anchor, or for a place, ends. */
  leave(): void {
    this.#isPending = false;
    this.#anchorSeeker.cancel();
  }

  /**
   * Remembers what is at the top edge, unless the anchor is still being looked for.
   *
   * @param row the one at `top`, if it is known
   */
  seen(row: PageRow | undefined, top: number): void {
    if (row && !this.#anchorSeeker.isSeeking) {
      this.#place = {
        ...this.#place,
        anchor: { name: rowName(row), offset: Math.floor(top) - top },
      };
    }
  }

  /** Looks for a place that the user wants to go to, until the user goes elsewhere. */
  seek(generation: number, place: RowPlace, go: (position: number) => void): void {
    this.leave();
    this.#anchorSeeker.seek(generation, place, ({ position, isScanned }) => {
      if (isScanned) {
        go(position);
      }
    });
  }

  /** The list has become another: looks for everything in it. */
  turnTo(generation: number, { following, next, anchor }: Turn): void {
    this.#activeSeeker.cancel();
    this.#pausedSeeker.cancel();
    const { active, pausedAfter } = this.#place;
    this.#pausedAt = pausedAfter ? undefined : next;
    if (active) {
      this.#activeSeeker.seek(generation, active, ({ isExact, isScanned, position }) => {
        if (isScanned) {
          this.#listener.onActive(isExact ? position : undefined);
        }
      });
    } else {
      this.#listener.onActive(undefined);
    }
    if (following) {
      this.leave();
      return;
    }
    if (pausedAfter) {
      this.#pausedSeeker.seek(generation, pausedAfter, ({ isExact, isScanned, position }) => {
        if (isScanned) {
          this.#pausedAt = position + (isExact ? 1 : 0);
          this.#listener.onPausedAt();
        }
      });
    }
    this.#seekAnchor(generation, anchor);
  }

  #seekAnchor(generation: number, onScreen: Anchor | undefined): void {
    // An anchor that was not found before the list changed again is still the one to keep.
    const anchor = (this.#anchorSeeker.isSeeking ? undefined : onScreen) ?? this.#place.anchor;
    this.leave();
    if (anchor) {
      this.#place = { ...this.#place, anchor };
      this.#isPending = true;
      this.#anchorSeeker.seek(generation, anchor.name, located => this.#onAnchor(located, anchor));
    }
  }

  #onAnchor({ position, isScanned }: Located, { offset }: Anchor): void {
    if (this.#isPending || isScanned) {
      this.#isPending = false;
      this.#listener.onAnchor(position - offset);
    }
  }
}

import type { Located } from '../../../core/capture/view.ts';
import type { PageRow } from '../../../shared/monitorProtocol.ts';
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
  /** `false` if the active row was where the tail began to be followed. */
  readonly isLookedAt?: boolean;
  /** All selected rows, if there are several and not many. */
  readonly selected?: readonly RowName[];
}

/** The end of the other list, and what was on screen before. */
interface Turn {
  readonly following: boolean;
  readonly next: number;
  /** The row at the top edge; absent if no rows were on screen. */
  readonly anchor: Anchor | undefined;
  /** How many rows below the top edge the active row was, if it was on screen. */
  readonly activeOffset: number | undefined;
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
  /**
   * The active row, which the user looks at, is to be seen, also if the tail was followed.
   *
   * @param offset how many rows below the top edge; absent if it was not on screen before
   * @param isPointedOut whether the user is to be shown which row it is
   */
  onHold(position: number, offset: number | undefined, isPointedOut: boolean): void;
  /** Another row that was selected was found. */
  onSelected(position: number, name: RowName): void;
  /** `pausedAt` is known, or drawing need not wait any longer. */
  onSettled(): void;
  onFailure(reason: string): void;
}

/**
 * Keeps the place and the selection while the list becomes another, as by a filter. The active row
 * stays in sight; where there is none, or the list leaves it out, the row at the top stays where it
 * is. Holds names of rows, since positions change.
 */
export class ScrollAnchor {
  readonly #listener: ScrollAnchorListener;
  readonly #anchorSeeker: RowSeeker;
  readonly #activeSeeker: RowSeeker;
  readonly #pausedSeeker: RowSeeker;
  readonly #selectedSeeker: RowSeeker;
  #place: ListPlace = {};
  #pausedAt: number | undefined;
  #isPending = false;
  /** Whether the active row, when it is found, comes into sight: the user did not go elsewhere. */
  #leadsToActive = false;
  /** Where it is to be then; see `Turn.activeOffset`. */
  #activeOffset: number | undefined;
  /** Whether the user is to be shown which row it is. */
  #isPointedOut = false;
  /** The place of an earlier page is still to be found. */
  #isRestoring = false;

  constructor(locate: Locate, listener: ScrollAnchorListener) {
    this.#listener = listener;
    this.#anchorSeeker = new RowSeeker(locate, reason => {
      this.#isPending = false;
      listener.onFailure(reason);
    });
    // These fail when the list has become another, in which they are looked for again.
    this.#activeSeeker = new RowSeeker(locate, () => this.#settleWithoutActive());
    this.#pausedSeeker = new RowSeeker(locate, () => undefined);
    this.#selectedSeeker = new RowSeeker(locate, () => undefined);
  }

  /** Whether the place is still to come, so that drawing would show the wrong one. */
  get isPending(): boolean {
    return this.#isPending;
  }

  /** The end of the list when the view was paused; `undefined` while that is not known. */
  get pausedAt(): number | undefined {
    return this.#pausedAt;
  }

  get active(): RowName | undefined {
    return this.#place.active;
  }

  /** Begins with a place that `describe` returned, perhaps in an earlier page. */
  restore(place: ListPlace): void {
    this.#place = place;
    this.#isRestoring = true;
  }

  describe(following: boolean): ListPlace {
    return following ? without(this.#place, 'anchor', 'pausedAfter') : this.#place;
  }

  /** This row is the active one from now on; absent while it is not known which one that is. */
  activate(row: PageRow | undefined): void {
    const place = without(this.#place, 'active');
    this.#place = row ? { ...place, active: rowName(row) } : place;
    this.#activeSeeker.cancel();
  }

  /**
   * The user has changed the selection.
   *
   * @param selected all selected rows, if there are several and not many
   * @param isLookedAt whether the user looks at the active row, rather than at the tail
   */
  choose(selected: readonly RowName[] | undefined, isLookedAt: boolean): void {
    this.#selectedSeeker.cancel();
    this.#isRestoring = false;
    this.#place = {
      ...without(this.#place, 'selected', 'isLookedAt'),
      ...(selected ? { selected } : {}),
      ...(isLookedAt ? {} : { isLookedAt }),
    };
  }

  /**
   * The view is paused.
   *
   * @param next the end of what is on screen; absent if it is where the list will have come to `last`
   * @param last the last row that is not new, if it is known; the list need not show it
   */
  pause(generation: number, next: number | undefined, last: RowName | undefined): void {
    this.#pausedSeeker.cancel();
    this.#pausedAt = next;
    this.#place = {
      ...without(this.#place, 'pausedAfter'),
      ...(last ? { pausedAfter: rowName(last) } : {}),
    };
    if (next === undefined && last) {
      this.#seekPaused(generation, last);
    }
  }

  /** The user goes elsewhere, so the search for the anchor, or for a place, ends. */
  leave(): void {
    this.#isPending = false;
    this.#leadsToActive = false;
    this.#isPointedOut = false;
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
  seek(generation: number, place: RowPlace, go: (located: Located) => void): void {
    this.leave();
    this.#anchorSeeker.seek(generation, place, located => {
      if (located.isScanned) {
        go(located);
      }
    });
  }

  /**
   * Makes a row the active one and goes there.
   *
   * @param isListToCome whether the list is about to become another, in which the row is looked for
   */
  pointOut(generation: number, name: RowName, isListToCome: boolean): void {
    this.leave();
    this.#place = { ...this.#place, active: name };
    this.choose(undefined, true);
    this.#isPointedOut = true;
    if (!isListToCome) {
      this.#leadsToActive = true;
      this.#activeOffset = undefined;
      this.#seekActive(generation, name);
    }
  }

  /** The list has become another: looks for everything in it. */
  turnTo(generation: number, { following, next, anchor, activeOffset }: Turn): void {
    this.#activeSeeker.cancel();
    this.#pausedSeeker.cancel();
    this.#selectedSeeker.cancel();
    const { active, pausedAfter } = this.#place;
    // What was not found before the list changed again is still what to keep.
    const wasSettled = !this.#anchorSeeker.isSeeking && !this.#leadsToActive;
    const isPointedOut = this.#isPointedOut;
    this.leave();
    this.#pausedAt = pausedAfter ? undefined : next;
    if (active) {
      this.#isPointedOut = isPointedOut;
      const offset = activeOffset ?? (wasSettled ? undefined : this.#activeOffset);
      this.#activeOffset = isPointedOut ? undefined : offset;
      const isLookedAt = !following || this.#place.isLookedAt !== false;
      this.#leadsToActive = isLookedAt && !this.#isRestoring;
      this.#isPending = this.#leadsToActive;
      this.#seekActive(generation, active);
    } else {
      this.#listener.onActive(undefined);
    }
    if (following) {
      return;
    }
    if (pausedAfter) {
      this.#seekPaused(generation, pausedAfter);
    }
    const isActiveSeen = active !== undefined && activeOffset !== undefined;
    const onScreen = isActiveSeen ? { name: active, offset: activeOffset } : anchor;
    this.#seekAnchor(generation, (wasSettled ? onScreen : undefined) ?? this.#place.anchor);
  }

  #seekPaused(generation: number, last: RowName): void {
    this.#pausedSeeker.seek(generation, last, ({ isExact, isScanned, position }) => {
      if (isScanned) {
        this.#pausedAt = position + (isExact ? 1 : 0);
        this.#listener.onSettled();
      }
    });
  }

  #seekActive(generation: number, active: RowName): void {
    this.#activeSeeker.seek(generation, active, ({ isExact, isScanned, position }) => {
      if (!isScanned) {
        this.#settleWithoutActive();
        return;
      }
      const leadsThere = this.#leadsToActive;
      this.#leadsToActive = false;
      this.#isRestoring = false;
      this.#listener.onActive(isExact ? position : undefined);
      if (!isExact) {
        this.#settleWithoutActive();
        return;
      }
      if (leadsThere) {
        this.#isPending = false;
        this.#anchorSeeker.cancel();
        this.#listener.onHold(position, this.#activeOffset, this.#isPointedOut);
        this.#isPointedOut = false;
      }
      this.#seekSelected(generation, this.#place.selected ?? []);
    });
  }

  /** Lets the list be drawn at its end, unless the place at the top is still to come. */
  #settleWithoutActive(): void {
    if (this.#isPending && !this.#anchorSeeker.isSeeking) {
      this.#isPending = false;
      this.#listener.onSettled();
    }
  }

  /** Looks for the other selected rows, one after the other. */
  #seekSelected(generation: number, names: readonly RowName[]): void {
    const [name, ...rest] = names;
    if (name) {
      this.#selectedSeeker.seek(generation, name, ({ isExact, isScanned, position }) => {
        if (isScanned) {
          if (isExact) {
            this.#listener.onSelected(position, name);
          }
          this.#seekSelected(generation, rest);
        }
      });
    }
  }

  #seekAnchor(generation: number, anchor: Anchor | undefined): void {
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

function without(place: ListPlace, ...names: readonly (keyof ListPlace)[]): ListPlace {
  const kept = Object.entries(place).filter(([name]) => !names.some(each => each === name));
  return Object.fromEntries(kept);
}

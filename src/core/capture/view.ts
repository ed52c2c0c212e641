import type { Event } from '../base/event.ts';
import type { Disposable } from '../base/lifecycle.ts';
import type { SessionDecoding } from '../decode/rowDecoding.ts';
import type { Condition } from '../filter/condition.ts';
import type { Row } from './capture.ts';

/** Which rows a view shows. */
export interface ViewQuery {
  /** Ids of the captures, see `Capture.id`; rows of several are in the order of their times. */
  readonly captures: readonly number[];
  /** Absent: all rows. */
  readonly condition?: Condition;
  /** Rows that are left out unseen, but counted. */
  readonly hide?: Condition;
  /** Its rows are decoded. */
  readonly isDecoded?: boolean;
}

/**
 * The state of a view. Positions only grow over the view's life and are never used twice; what is in
 * them now begins at `first`, which need not be 0.
 */
export interface ViewState {
  /** Rows at the positions `first` up to, not including, `next` can be read. */
  readonly first: number;
  readonly next: number;
  /** Rows that were matched, and the number of all rows. */
  readonly scanned: number;
  readonly total: number;
  /** The newest row of the captures, also if it is left out. Absent: there is none. */
  readonly newest?: { readonly capture: number; readonly seq: number };
  /** Rows that `ViewQuery.hide` left out. */
  readonly hidden: number;
  /**
   * Oldest rows that the limits have dropped. If there are any, the row at `first` says so: a
   * state change that is in no capture.
   */
  readonly dropped: number;
  /** Rows whose patterns took too long, so that they were left out; and one of them. */
  readonly slow?: { readonly count: number; readonly seq: number };
  /**
   * How often the view began anew, at positions that were not used before: rows that had been cleared
   * are back, or rows went from between others. Absent: never.
   */
  readonly restarts?: number;
  /** Messages that a question for a value of JSON left out, because they are no JSON. */
  readonly unread?: number;
  /** Absent: the view does not decode, or there is no session yet. */
  readonly decoding?: ViewDecoding;
  /** Why the view is not right or not complete, as a sentence. */
  readonly problem?: string;
}

/** How the newest session of a view is decoded, and how far. */
export interface ViewDecoding extends SessionDecoding {
  /** The capture that the session is of. */
  readonly capture: number;
  /** The time of the row that is decoded next, as long as there are some. */
  readonly readTo?: number;
  /** Grows whenever rows that were read before may say more now. */
  readonly version: number;
}

export interface ViewRow extends Row {
  readonly position: number;
  /** The id of the capture it is of. */
  readonly capture: number;
}

/** A new state, and rows of it. */
export interface ViewReport extends ViewState {
  /**
   * The newest rows of those that no report before has had, in order: at most as many as
   * `CaptureView.setTail` says. Absent: there are none.
   */
  readonly tail?: readonly ViewRow[];
}

/** Where to go in a view: to a row of a capture, or to a moment in milliseconds since 1970. */
export type ViewPlace =
  { readonly capture: number; readonly seq: number } | { readonly at: number };

export interface Located {
  /** The place, or the next row that the view has; `next` if there is no such row. */
  readonly position: number;
  /** Whether that is the very row. */
  readonly isExact: boolean;
  /** `false` while the view has not looked at that part of the capture yet: ask again. */
  readonly isScanned: boolean;
}

export interface FindAnswer {
  /** Absent if no row matches. */
  readonly position?: number;
  /** Whether the search went on at the other end. */
  readonly isWrapped: boolean;
}

/**
 * A sequence of the rows of one capture or several, kept by the capture worker, which continues
 * it as rows come in. Reads reject only after disposal.
 */
export interface CaptureView extends Disposable {
  /** Names it among all views of this window. */
  readonly id: number;
  readonly state: ViewState;
  /** Coalesced: fires at most 20 times a second. */
  readonly onDidChange: Event<ViewReport>;
  /** Has the newest rows reported, so many at most, while somebody looks at them; 0 ends it. */
  setTail(count: number): void;
  /** Up to `count` rows from a position on, fewer at either end. */
  rows(from: number, count: number): Promise<readonly ViewRow[]>;
  locate(place: ViewPlace): Promise<Located>;
  /** The nearest row after, or before, `from` that matches; a later search ends an earlier one. */
  find(condition: Condition, from: number, direction: 'next' | 'previous'): Promise<FindAnswer>;
}

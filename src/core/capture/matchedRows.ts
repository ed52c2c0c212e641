import type { DecodedRow } from '../filter/decodedRow.ts';
import type { Block, StoredRecord } from '../record/block.ts';

/** Rows `begin` up to, not including, `end` of a block, which is lent until the next one is read. */
export interface BlockRows {
  readonly block: Block;
  readonly begin: number;
  readonly end: number;
}

/** A row that the view must match itself. Its payload is not lent, but the receiver's. */
export interface OpenRecord extends StoredRecord {
  /** The payload decoded, where that came with others. */
  readonly text?: string | undefined;
  /** See `MatchedRow.capture`. */
  readonly capture?: number | undefined;
  /** See `MatchedRow.decoded`. */
  readonly decoded?: (() => DecodedRow | undefined) | undefined;
}

/**
 * How a store classifies rows for a view, in their order: `count` rows that are shown, from `seq`
 * on; or left out, but counted; or left out because they could not be looked into; or one that the
 * view must match itself, because the store cannot decide.
 */
export type MatchedRows =
  | { readonly is: 'shown'; readonly seq: number; readonly count: number; readonly at: number }
  | { readonly is: 'hidden'; readonly count: number }
  | { readonly is: 'unread'; readonly count: number }
  | { readonly is: 'open'; readonly record: OpenRecord };

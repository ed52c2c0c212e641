import type { BatchReader } from '../record/batch.ts';
import type { FrameFacts } from '../record/frameFacts.ts';
import type { CaptureLimits, Extent, PayloadPart, Row } from './capture.ts';
import type { ViewTest } from './viewTest.ts';

/** A row as it is stored, with all of its payload, which is lent until the next one is read. */
export interface StoredRecord {
  readonly seq: number;
  readonly at: number;
  readonly flags: number;
  readonly payload: Uint8Array;
}

/**
 * What a store says of rows for a view, in their order: `count` of them that are shown, from `seq`
 * on; or left out, but counted; or left out because they could not be looked into; or one that the
 * view must look at, because the store cannot tell.
 */
export type Found =
  | { readonly is: 'shown'; readonly seq: number; readonly count: number; readonly at: number }
  | { readonly is: 'hidden'; readonly count: number }
  | { readonly is: 'unread'; readonly count: number }
  | { readonly is: 'open'; readonly record: StoredRecord };

/**
 * What the capture worker writes to and reads from: one capture's rows. Synchronous, because it has
 * a thread of its own.
 */
export interface CaptureStore {
  readonly extent: Extent;
  /** Stores all rows of `batch` or, when it throws, none of them. */
  append(batch: BatchReader): void;
  rows(from: number, count: number): readonly Row[];
  payload(seq: number, from: number, length: number): PayloadPart | undefined;
  frame(seq: number): FrameFacts | undefined;
  /** Rows `from` up to, not including, `to`, read as they are asked for. */
  records(from: number, to: number): Iterable<StoredRecord>;
  /**
   * What `test` says of the rows `from` up to, not including, `to`, as far as that is cheaply told.
   *
   * @param isEach each row has its `at`, so `count` is 1
   */
  find(test: ViewTest, from: number, to: number, isEach: boolean): Iterable<Found>;
  /** Drops the oldest rows until the limits hold; returns how many went. */
  enforce(limits: CaptureLimits): number;
  clear(): void;
  close(): void;
}

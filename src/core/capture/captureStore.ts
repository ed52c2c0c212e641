import type { BatchReader } from './batch.ts';
import type { CaptureLimits, Extent, PayloadPart, Row } from './capture.ts';

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
  /** Drops the oldest rows until the limits hold; returns how many went. */
  enforce(limits: CaptureLimits): number;
  clear(): void;
  close(): void;
}

import type { EventLatencies } from './eventLatencies.ts';

/** The last ten minutes, second by second, or the whole capture in a few hundred steps. */
export type SeriesSpan = 'recent' | 'all';

/** Equal columns: element `i` of each is about the `stepMs` from `startAt + i * stepMs` on. */
export interface SeriesView {
  /** Milliseconds since 1970. */
  readonly startAt: number;
  readonly stepMs: number;
  /** Messages and their bytes in the step. */
  readonly received: readonly number[];
  readonly sent: readonly number[];
  readonly receivedBytes: readonly number[];
  readonly sentBytes: readonly number[];
  /** The longest message in the step, in bytes. */
  readonly largest: readonly number[];
  /** The longest time between two received messages that ended in the step, in milliseconds. */
  readonly longestGapMs: readonly number[];
  /** The worst round-trip time in the step, in milliseconds; 0 if none was measured. */
  readonly roundTripMs: readonly number[];
  /** The numbers of the rows that these three are of, in the capture; where they are 0, without meaning. */
  readonly largestSeq: readonly number[];
  readonly longestGapSeq: readonly number[];
  readonly roundTripSeq: readonly number[];
  /** When the connection opened again after it was lost, and when it was lost. */
  readonly marks: readonly { readonly at: number; readonly kind: 'opened' | 'lost' }[];
  /** Over the whole span. Absent if nothing was measured. */
  readonly sizes?: Percentiles;
  readonly gapsMs?: Percentiles;
  readonly roundTripsMs?: Percentiles;
  /** Of the newest calls, if the messages are decoded and there are any. */
  readonly latencies?: readonly EventLatencies[];
}

/** Of a distribution kept in fixed memory, so within a few percent. */
export interface Percentiles {
  readonly count: number;
  readonly min: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
}

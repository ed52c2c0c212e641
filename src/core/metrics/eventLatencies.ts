/** The upper ends of the bins that latencies are counted in, in milliseconds; the last bin has none. */
export const latencyBins = [1, 3, 10, 30, 100, 300, 1000, 3000, 10_000] as const;

/** How long the calls of one event or method took. */
export interface EventLatencies {
  /** Text of the peer; empty: the requests have no name. */
  readonly event: string;
  /** All calls; among them those that failed, those that wait for an answer, and those that never get one. */
  readonly calls: number;
  readonly failed: number;
  readonly open: number;
  readonly unanswered: number;
  /** Of those that have an answer, in milliseconds; absent if none has. */
  readonly p50?: number;
  readonly p95?: number;
  readonly max?: number;
  /** The row of the request that took longest. */
  readonly maxSeq?: number;
  /** How many took up to each of `latencyBins`, and how many took longer. */
  readonly bins: readonly number[];
}

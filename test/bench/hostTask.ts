import type { LoopDelay } from './measurement.ts';

/** What the extension host is to measure. */
export interface HostTask {
  readonly kind: 'rates' | 'long' | 'naive';
  /** Of the flood server; a count follows. */
  readonly url: string;
  /** A file that is there while the page is watched. */
  readonly watched: string;
  /** Where the result goes. */
  readonly result: string;
}

/** A time of measurement, in milliseconds since 1970. */
export interface Phase {
  readonly from: number;
  readonly to: number;
}

interface Flood {
  readonly phase: Phase;
  /** Messages a second. */
  readonly rate: number;
  readonly delay: LoopDelay;
}

interface Memory {
  /** MiB above idle, with the flood just over. */
  readonly atOnce: number;
  /** MiB above idle, some seconds and a garbage collection later. */
  readonly settled: number;
}

export interface HostResult {
  readonly activationMs: number;
  readonly loadMs: number;
  /** `ws` that only counts, with the same page in view. */
  readonly counted: readonly Flood[];
  readonly floods: readonly Flood[];
  readonly memory?: Memory;
}

/** What `timedExtension` leaves behind in the extension host. */
export interface Timed {
  monitorBench?: { readonly loadMs: number; readonly activationMs: number };
}

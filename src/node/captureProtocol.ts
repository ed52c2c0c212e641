import type { BatchBuffer } from '../core/capture/batch.ts';
import type { CaptureLimits, Extent, PayloadPart, Row, Storage } from '../core/capture/capture.ts';

/** What the worker is started with. */
export interface CaptureWorkerData {
  /** Where capture files are; the worker removes old ones when it starts. */
  readonly folder: string;
  /** `false` keeps all captures in memory. */
  readonly hasSqlite: boolean;
  readonly maxFileBytes: number | undefined;
}

export interface OpenRequest {
  readonly path: string;
  readonly name: string;
  readonly url: string;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  readonly limits: CaptureLimits;
  /** Rows below this have been stored, or lost with a worker that failed. */
  readonly nextSeq: number;
}

/** What may be asked of the worker about a capture, and what it answers. */
export interface CaptureRequests {
  readonly open: { readonly params: OpenRequest; readonly result: Storage };
  readonly append: { readonly params: BatchBuffer; readonly result: undefined };
  readonly rows: {
    readonly params: { readonly from: number; readonly count: number };
    readonly result: readonly Row[];
  };
  readonly payload: {
    readonly params: { readonly seq: number; readonly from: number; readonly length: number };
    readonly result: PayloadPart | undefined;
  };
  /** Drops the rows below `nextSeq`. Asked again after that was done, it does nothing. */
  readonly clear: { readonly params: { readonly nextSeq: number }; readonly result: undefined };
  readonly limits: { readonly params: CaptureLimits; readonly result: undefined };
  readonly close: { readonly params: undefined; readonly result: undefined };
}

export type CaptureMethod = keyof CaptureRequests;

/** A request as it travels. Requests about a capture are done in order, but reads go first. */
export type CaptureRequest = {
  readonly [M in CaptureMethod]: {
    readonly id: number;
    readonly capture: number;
    readonly method: M;
    readonly params: CaptureRequests[M]['params'];
  };
}[CaptureMethod];

/** Each request is answered once, with where the capture stands after it. */
export interface CaptureAnswer {
  readonly kind: 'answer';
  readonly id: number;
  readonly capture: number;
  /** Absent for a capture that is not open. */
  readonly extent?: Extent;
  readonly result?: unknown;
  /** Set where the request failed. */
  readonly error?: string;
}

export type FromCaptureWorker =
  | CaptureAnswer
  | { readonly kind: 'storage'; readonly capture: number; readonly storage: Storage }
  | { readonly kind: 'warning'; readonly message: string };

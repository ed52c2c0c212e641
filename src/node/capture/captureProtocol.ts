import type { BatchBuffer } from '../../core/record/batch.ts';
import type {
  CaptureLimits,
  Extent,
  PayloadPart,
  Row,
  Storage,
} from '../../core/capture/capture.ts';
import type {
  FindAnswer,
  Located,
  ViewPlace,
  ViewQuery,
  ViewRow,
  ViewState,
} from '../../core/capture/view.ts';
import type { ExportJob, ExportProgress, ExportResult } from '../../core/export/exportJob.ts';
import type { FrameFacts } from '../../core/record/frameFacts.ts';
import type { Condition } from '../../core/filter/condition.ts';
import type { SeriesSpan, SeriesView } from '../../core/metrics/seriesView.ts';

/** What the worker is started with. */
export interface CaptureWorkerData {
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
  /** Names the window, in the file. */
  readonly window: string;
  readonly limits: CaptureLimits;
  /** Rows below this have been stored, or lost with a worker that failed. */
  readonly nextSeq: number;
  /** The file of a window that has ended: it is read only, and opening it may fail. */
  readonly isArchived?: boolean;
}

/** A part of a capture that is copied, row by row, because it is not in a file, or not all of it. */
export interface CopyRequest {
  /** The database that the rows are appended to. */
  readonly path: string;
  readonly name: string;
  readonly url: string;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  /** Rows from here up to, not including, `to` are copied, as many as take a moment. */
  readonly from: number;
  readonly to: number;
}

/** What may be asked of the worker about a capture, and what it answers. */
export interface CaptureRequests {
  readonly open: { readonly params: OpenRequest; readonly result: Storage };
  readonly append: { readonly params: BatchBuffer; readonly result: undefined };
  readonly rows: {
    readonly params: { readonly from: number; readonly count: number };
    readonly result: readonly Row[];
  };
  readonly frame: {
    readonly params: { readonly seq: number };
    readonly result: FrameFacts | undefined;
  };
  readonly payload: {
    readonly params: { readonly seq: number; readonly from: number; readonly length: number };
    readonly result: PayloadPart | undefined;
  };
  /** Drops the rows below `nextSeq`. Asked again after that was done, it does nothing. */
  readonly clear: { readonly params: { readonly nextSeq: number }; readonly result: undefined };
  readonly limits: { readonly params: CaptureLimits; readonly result: undefined };
  readonly series: { readonly params: SeriesSpan; readonly result: SeriesView };
  /** Returns the number of the row that the next part begins with. */
  readonly copy: { readonly params: CopyRequest; readonly result: number };
  readonly close: { readonly params: undefined; readonly result: undefined };
}

export type CaptureMethod = keyof CaptureRequests;

export interface FindParams {
  readonly condition: Condition;
  readonly from: number;
  readonly direction: 'next' | 'previous';
}

/** What may be asked of the worker about a view, and what it answers. */
interface ViewRequests {
  /** `firstPosition`: the positions below it were used, by a worker that failed. */
  readonly open: {
    readonly params: { readonly query: ViewQuery; readonly firstPosition: number };
    readonly result: ViewState;
  };
  readonly rows: {
    readonly params: { readonly from: number; readonly count: number };
    readonly result: readonly ViewRow[];
  };
  readonly locate: { readonly params: ViewPlace; readonly result: Located };
  /** A later one ends an earlier one, which finds nothing then. */
  readonly find: { readonly params: FindParams; readonly result: FindAnswer };
  readonly close: { readonly params: undefined; readonly result: undefined };
}

export interface ExportRequest {
  readonly job: ExportJob;
  /** The file that is written to, which does not exist yet; beside the one that it becomes. */
  readonly partPath: string;
}

/** What may be asked of the worker about an export, and what it answers. */
interface ExportRequests {
  /** Answered when the file is there, or when there will be none. */
  readonly open: { readonly params: ExportRequest; readonly result: ExportResult };
  readonly cancel: { readonly params: undefined; readonly result: undefined };
}

/** What requests are about; `key` of a request is the id of the capture, the view… */
interface WorkerRequests {
  readonly capture: CaptureRequests;
  readonly view: ViewRequests;
  readonly export: ExportRequests;
}

export type Target = keyof WorkerRequests;

export type MethodOf<T extends Target> = keyof WorkerRequests[T] & string;

export type ParamsOf<T extends Target, M extends MethodOf<T>> = WorkerRequests[T][M] extends {
  readonly params: infer P;
}
  ? P
  : never;

export type ResultOf<T extends Target, M extends MethodOf<T>> = WorkerRequests[T][M] extends {
  readonly result: infer R;
}
  ? R
  : never;

/**
 * A request as it travels. Those about one thing are done in order, but reads go first. `open` is
 * not asked again when the worker had to be replaced: whoever asked it does.
 */
export type WorkerRequest<T extends Target = Target> = {
  readonly [K in T]: {
    readonly [M in MethodOf<K>]: {
      readonly id: number;
      readonly target: K;
      readonly key: number;
      readonly method: M;
      readonly params: ParamsOf<K, M>;
    };
  }[MethodOf<K>];
}[T];

/** Each request is answered once. */
export interface WorkerAnswer {
  readonly kind: 'answer';
  readonly id: number;
  /** Where the capture stands after it, where it was about one that is open. */
  readonly capture?: number;
  readonly extent?: Extent;
  readonly result?: unknown;
  /** Set where the request failed. */
  readonly error?: string;
}

export type FromCaptureWorker =
  | WorkerAnswer
  | { readonly kind: 'view'; readonly view: number; readonly state: ViewState }
  | { readonly kind: 'export'; readonly export: number; readonly progress: ExportProgress }
  | { readonly kind: 'storage'; readonly capture: number; readonly storage: Storage };

import type { BatchBuffer } from '../../core/record/batch.ts';
import type { CaptureLimits, PayloadPart, Row, Storage } from '../../core/capture/capture.ts';
import type {
  FindAnswer,
  Located,
  ViewPlace,
  ViewQuery,
  ViewReport,
  ViewRow,
} from '../../core/capture/view.ts';
import type { ScriptReport } from '../../core/decode/script/script.ts';
import type {
  DecodedMessage,
  DecodedSelection,
  SelectedBytes,
} from '../../core/decode/rowDecoding.ts';
import type { DecodeRule, DecodeStep } from '../../core/decode/decodeRule.ts';
import type { JudgeAnswer, JudgeRequest } from '../../core/capture/judge.ts';
import type { RetentionLimits } from '../../core/capture/archiveRetention.ts';
import type {
  ArchivedCapture,
  ImportedFile,
  ImportProgress,
  RemovedCapture,
} from '../../core/capture/captureArchive.ts';
import type { RpcAnswer } from '../../core/base/rpc.ts';
import type { ExportJob, ExportProgress, ExportResult } from '../../core/export/exportJob.ts';
import type { FrameFacts } from '../../core/record/frameFacts.ts';
import type { CopiedPart, CopyRequest } from '../captureWorker/saving/savedCopies.ts';
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
  /** See `Capture.setDecoders`. */
  readonly decoders: readonly DecodeRule[];
  /** See `Capture.holdDecoders`. */
  readonly holdsDecoders: boolean;
  /** Rows below this have been stored, or lost with a worker that failed. */
  readonly nextSeq: number;
  /** The file of a window that has ended: it is read only, and opening it may fail. */
  readonly isArchived?: boolean;
  /** Where the worker says what is stored; see `SharedState`. */
  readonly state: SharedArrayBuffer;
}

export interface ViewRequest {
  readonly query: ViewQuery;
  /** The positions below it were used by a worker that failed. */
  readonly firstPosition: number;
  /** See `CaptureView.setTail`. */
  readonly tail: number;
}

export interface FindParams {
  readonly condition: Condition;
  readonly from: number;
  readonly direction: 'next' | 'previous';
}

interface RowsParams {
  readonly from: number;
  readonly count: number;
}

export interface ExportRequest {
  readonly job: ExportJob;
  /** The file to write to, which does not exist yet; beside the one that it becomes. */
  readonly partPath: string;
}

/**
 * The requests to the worker. The key of one is the id of its capture, view or export. Requests about
 * one object are done in order, but reads go first.
 */
export interface WorkerRequests {
  readonly 'capture.open': { readonly params: OpenRequest; readonly result: Storage };
  /** Answered only if it fails. The number of the last row is in the shared state once it is done. */
  readonly 'capture.append': { readonly params: BatchBuffer; readonly result: undefined };
  readonly 'capture.rows': { readonly params: RowsParams; readonly result: readonly Row[] };
  readonly 'capture.frame': {
    readonly params: { readonly seq: number };
    readonly result: FrameFacts | undefined;
  };
  /** `undefined` if no decoder reads it, or no view decodes the capture. */
  readonly 'capture.decoded': {
    readonly params: { readonly seq: number };
    readonly result: DecodedMessage | undefined;
  };
  readonly 'capture.layer': {
    readonly params: {
      readonly seq: number;
      readonly layer: number;
      readonly from: number;
      readonly length: number;
    };
    readonly result: PayloadPart | undefined;
  };
  /** The names of the decoders that can read a message to its end, and what is sure of each. */
  readonly 'capture.readers': {
    readonly params: { readonly seq: number };
    readonly result: readonly string[];
  };
  /** The names of the decoders that can read bytes of a message to their end, the surest first. */
  readonly 'capture.selectionReaders': {
    readonly params: SelectedBytes;
    readonly result: readonly string[];
  };
  /** `undefined` if the decoders do not read such bytes. */
  readonly 'capture.decodeSelection': {
    readonly params: SelectedBytes & { readonly use: readonly DecodeStep[] };
    readonly result: DecodedSelection | undefined;
  };
  /** How its messages are decoded, see the setting `decoders`. */
  readonly 'capture.decoders': {
    readonly params: { readonly rules: readonly DecodeRule[] };
    readonly result: undefined;
  };
  /** See `Capture.holdDecoders`. */
  readonly 'capture.hold': { readonly params: boolean; readonly result: undefined };
  readonly 'capture.judge': { readonly params: JudgeRequest; readonly result: JudgeAnswer };
  /** See `Capture.summaries`. */
  readonly 'capture.summaries': {
    readonly params: readonly number[];
    readonly result: readonly (string | undefined)[];
  };
  readonly 'capture.payload': {
    readonly params: { readonly seq: number; readonly from: number; readonly length: number };
    readonly result: PayloadPart | undefined;
  };
  /**
   * Clears the rows below `nextSeq`. Asked again after that was done, it does nothing. Returns whether
   * they can be brought back.
   */
  readonly 'capture.clear': {
    readonly params: { readonly nextSeq: number };
    readonly result: boolean;
  };
  /** Brings back what was cleared; `false` if it is gone. */
  readonly 'capture.restore': { readonly params: undefined; readonly result: boolean };
  /** Removes what was cleared. */
  readonly 'capture.forget': { readonly params: undefined; readonly result: undefined };
  readonly 'capture.limits': { readonly params: CaptureLimits; readonly result: undefined };
  readonly 'capture.series': { readonly params: SeriesSpan; readonly result: SeriesView };
  /** Writes a part, of rows or of what decoders found in them. */
  readonly 'capture.copy': { readonly params: CopyRequest; readonly result: CopiedPart };
  readonly 'capture.close': { readonly params: undefined; readonly result: undefined };
  readonly 'view.open': { readonly params: ViewRequest; readonly result: ViewReport };
  /** See `CaptureView.setTail`. */
  readonly 'view.tail': { readonly params: { readonly count: number }; readonly result: undefined };
  readonly 'view.rows': { readonly params: RowsParams; readonly result: readonly ViewRow[] };
  readonly 'view.locate': { readonly params: ViewPlace; readonly result: Located };
  /** A later search ends an earlier one, which then finds nothing. */
  readonly 'view.find': { readonly params: FindParams; readonly result: FindAnswer };
  readonly 'view.close': { readonly params: undefined; readonly result: undefined };
  /** Answered when the file is complete, or when there will be none. */
  readonly 'export.open': { readonly params: ExportRequest; readonly result: ExportResult };
  readonly 'export.cancel': { readonly params: undefined; readonly result: undefined };
}

export type WorkerRequestName = keyof WorkerRequests;
export type CaptureRequestName = Extract<WorkerRequestName, `capture.${string}`>;
export type ViewRequestName = Extract<WorkerRequestName, `view.${string}`>;
export type ExportRequestName = Extract<WorkerRequestName, `export.${string}`>;

export type ParamsOf<K extends WorkerRequestName> = WorkerRequests[K]['params'];
export type ResultOf<K extends WorkerRequestName> = WorkerRequests[K]['result'];

/** A request as the worker receives it. */
export type WorkerRequest<Name extends WorkerRequestName = WorkerRequestName> = {
  readonly [K in Name]: {
    readonly id: number;
    readonly request: K;
    readonly key: number;
    readonly params: ParamsOf<K>;
  };
}[Name];

/** `capture`: the request was about it, and what it holds may have changed. */
export type WorkerAnswer = RpcAnswer & { readonly capture?: number };

/**
 * What the worker sends without being asked: snapshots, with a `key` as in requests, and what there is to
 * tell of decoders of users' own.
 */
export type WorkerEvent =
  /** What the host waited for is stored. */
  | { readonly event: 'stored'; readonly key: number }
  | { readonly event: 'storage'; readonly key: number; readonly value: Storage }
  | { readonly event: 'view'; readonly key: number; readonly value: ViewReport }
  | { readonly event: 'export'; readonly key: number; readonly value: ExportProgress }
  | { readonly event: 'script'; readonly value: ScriptReport };

export type FromCaptureWorker = WorkerAnswer | WorkerEvent;

/** The state of a folder of captures after a look through it. */
export interface Sweep {
  /** The captures that are left, newest first. */
  readonly captures: readonly ArchivedCapture[];
  readonly removed: readonly RemovedCapture[];
  /** The keys of captures that a crashed window left and that were not offered to the user yet. */
  readonly unoffered: readonly string[];
  /** What could not be done, as sentences for the log. */
  readonly warnings: readonly string[];
}

/** A capture that can be opened. */
export interface PreparedCapture extends ArchivedCapture {
  /** What of it is lost, as a sentence. */
  readonly damage?: string;
}

interface FolderParams {
  readonly folder: string;
  readonly limits: RetentionLimits;
}

interface FileParams {
  readonly folder: string;
  readonly key: string;
}

export interface ImportParams {
  readonly path: string;
  readonly folder: string;
  /** A folder that does not exist yet, for what is not complete. */
  readonly partFolder: string;
  /** Names the file among all windows. */
  readonly window: string;
  /** The names of the captures that may be made. */
  readonly keys: readonly string[];
}

/** What a thread says before its answer. */
export interface ArchiveReport {
  readonly progress: ImportProgress;
}

/**
 * Work on capture files that may take long. It is done in a thread of its own, so that neither the
 * window nor the capture worker waits for it.
 */
export interface ArchiveRequests {
  readonly sweep: { readonly params: FolderParams; readonly result: Sweep };
  /** `keys`: the captures that this window has to offer to the user. */
  readonly take: {
    readonly params: FolderParams;
    readonly result: { readonly sweep: Sweep; readonly keys: readonly string[] };
  };
  /**
   * Brings it into order, and into the format of this version, so that it can be opened. `undefined`
   * while a window writes to it.
   */
  readonly prepare: { readonly params: FileParams; readonly result: PreparedCapture | undefined };
  readonly remove: { readonly params: FileParams; readonly result: undefined };
  readonly import: { readonly params: ImportParams; readonly result: ImportedFile };
}

export type ArchiveTask = {
  readonly [K in keyof ArchiveRequests]: {
    readonly id: number;
    readonly request: K;
    readonly params: ArchiveRequests[K]['params'];
  };
}[keyof ArchiveRequests];

/** What an archive thread is started with, in place of `CaptureWorkerData`. */
export interface ArchiveTaskData {
  readonly task: ArchiveTask;
}

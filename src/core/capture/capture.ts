import type { Event } from '../base/event.ts';
import type { Disposable } from '../base/lifecycle.ts';
import type { DecodeRule, DecodeStep } from '../decode/decodeRule.ts';
import type {
  DecodedMessage,
  DecodedSelection,
  RowDecoding,
  SelectedBytes,
} from '../decode/rowDecoding.ts';
import type { SeriesSpan, SeriesView } from '../metrics/seriesView.ts';
import type { FrameFacts } from '../record/frameFacts.ts';
import type { TextRun } from '../record/textRun.ts';
import type { JudgeAnswer, JudgeRequest } from './judge.ts';
import type { Direction, RowKind, TapAction } from '../record/record.ts';

/** The state of a capture: rows `first` up to, not including, `next` can be read. */
export interface Extent {
  readonly first: number;
  readonly next: number;
  /** Payload bytes of these rows. */
  readonly byteLength: number;
  /** The oldest rows that the limits have dropped since the capture was cleared last. */
  readonly dropped: number;
  /** Numbers of the range that have no row, in a capture that was read from a file. Absent: none. */
  readonly missing?: number;
}

/** How many rows there are. */
export function rowCountOf({ first, next, missing = 0 }: Extent): number {
  return next - first - missing;
}

/** One row as the list shows it: the payload beyond `preview` is read when the row is opened. */
export interface Row {
  /** Counts from 0 over the capture's life; never used twice. */
  readonly seq: number;
  /** Milliseconds since 1970, with fractions. */
  readonly at: number;
  readonly kind: RowKind;
  readonly direction: Direction;
  readonly heartbeat: boolean;
  /** What a tap did with the message, if it did anything. */
  readonly tap?: TapAction;
  /** It was held by a tap: its time is when that ended. */
  readonly wasHeld?: true;
  /** Bytes of the payload. */
  readonly byteLength: number;
  /**
   * The beginning of the payload: text as it is, binary as hex pairs; of a state change its JSON in
   * full. It is untrusted text of the peer.
   */
  readonly preview: string;
  /** What decoders know of it; `waiting`: they have not come to it yet. Absent: it is not decoded. */
  readonly decoded?: RowDecoding | 'waiting';
}

/** A part of one row's payload. */
export interface PayloadPart {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Bytes of the whole payload. */
  readonly byteLength: number;
}

/** How a capture is stored. `problem`: why it is not, or no longer, in a file, and what to do. */
export interface Storage {
  readonly kind: 'file' | 'memory';
  /** The capture's file, beside which its log is; absent: there is none. */
  readonly path?: string;
  readonly problem?: string;
}

/** How long rows that were cleared can be brought back. */
export const undoMs = 10_000;

export interface CaptureLimits {
  /** The oldest rows beyond these go first. */
  readonly maxRows: number;
  readonly maxBytes: number;
}

/**
 * The stored messages and state changes of one connection's life. Writing never blocks and never
 * throws; what could not be kept is in `storage.problem`.
 */
export interface Capture extends Disposable {
  /** Names it among all captures of this window. */
  readonly id: number;
  readonly extent: Extent;
  readonly storage: Storage;
  /** The number of the row that is appended next. */
  readonly nextSeq: number;
  /** Bytes that were appended and are not stored yet. */
  readonly waitingByteLength: number;
  /**
   * Rows were added, dropped or cleared. Fires at most 20 times a second while a view of it is open,
   * and otherwise once a second, perhaps before the last of them are stored.
   */
  readonly onDidChange: Event<Extent>;
  /** Fires at once if storage changed, as after a full disk. */
  readonly onDidChangeStorage: Event<Storage>;
  /**
   * Fires `true` when so much waits to be stored that the socket should be paused, `false` when it
   * may go on.
   */
  readonly onDidChangePressure: Event<boolean>;

  /** Copies the payload, so the caller may reuse it. `at` is the wall clock in milliseconds. */
  append(at: number, flags: number, payload: Uint8Array, frame?: FrameFacts): void;
  /** The same for texts that came at once. */
  appendTexts(at: number, flags: number, run: TextRun): void;
  /** Up to `count` rows from `from` on, fewer at either end. Rejects only after disposal. */
  rows(from: number, count: number): Promise<readonly Row[]>;
  /** `undefined` if the row is not, or no longer, in the capture. */
  payload(seq: number, from: number, length: number): Promise<PayloadPart | undefined>;
  /** `undefined` if no more is known than the row shows. */
  frame(seq: number): Promise<FrameFacts | undefined>;
  /**
   * The message as its decoders read it, with a view open that decodes the capture. `undefined` if no decoder
   * reads it, or it is not, or no longer, in the capture.
   */
  decoded(seq: number): Promise<DecodedMessage | undefined>;
  /**
   * A part of what one of its decoders was given, see `DecodedMessage.layers`; of the place behind the last one, of
   * what that has left to be read.
   */
  layer(seq: number, layer: number, from: number, length: number): Promise<PayloadPart | undefined>;
  /** The names of the decoders that can read the message to its end, the surest first. */
  readers(seq: number): Promise<readonly string[]>;
  /** The names of the decoders that read bytes of a message to their end, the surest first. */
  selectionReaders(selection: SelectedBytes): Promise<readonly string[]>;
  /** What decoders read from bytes of a message; `undefined` if they do not read such bytes. */
  decodeSelection(
    selection: SelectedBytes,
    use: readonly DecodeStep[],
  ): Promise<DecodedSelection | undefined>;
  /** Keeps decoders at what comes, for `judge` and `summaries`, until the result is disposed of. */
  holdDecoders(): Disposable;
  /** Asks decoders about received messages; `undefined` if they cannot be asked. Rejects only after disposal. */
  judge(request: JudgeRequest): Promise<JudgeAnswer | undefined>;
  /**
   * What the list shows of rows in place of their payloads, in the order of `seqs`, which ascend: `undefined` for
   * those that nobody decodes, or whose text is readable and the decoders a guess. Rejects only after disposal.
   */
  summaries(seqs: readonly number[]): Promise<readonly (string | undefined)[]>;
  /** How its messages are decoded where a view wants that: the first rule that fits a session and a message. */
  setDecoders(rules: readonly DecodeRule[]): void;
  /** The numbers behind the charts. */
  series(span: SeriesSpan): Promise<SeriesView>;
  /**
   * Clears all rows; their numbers are not used again. Resolves to whether `restore` can bring them
   * back, which it can for `undoMs`, or until the capture is disposed of.
   */
  clear(): Promise<boolean>;
  /** Brings back what was cleared, before what has come since; `false` if it is gone. */
  restore(): Promise<boolean>;
  setLimits(limits: CaptureLimits): void;
  /** Resolves when all that was appended before is stored. */
  flush(): Promise<void>;
}

export interface CaptureOptions extends CaptureLimits {
  /** Shown to people and stored in the file; never part of a path. */
  readonly name: string;
  readonly url: string;
}

/**
 * Creates captures. Does not fail: without a usable folder they are kept in memory, and `storage` says
 * so.
 */
export type OpenCapture = (options: CaptureOptions) => Capture;

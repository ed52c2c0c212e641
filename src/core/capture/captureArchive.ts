import type { Capture } from './capture.ts';
import type { RemovalReason } from './archiveRetention.ts';

/** A capture of a window that has ended, in its file. */
export interface ArchivedCapture {
  /** The name of its file, which nothing of a peer or a user is part of. */
  readonly key: string;
  /** Names the window that made it: all captures of one window have the same. */
  readonly window: string;
  readonly name: string;
  readonly url: string;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  /** When the last row came; absent if there is no row. */
  readonly endedAt?: number;
  readonly rowCount: number;
  /** Bytes of the file. */
  readonly fileByteLength: number;
  /** The window did not end it: the editor, or the machine, went down. */
  readonly isAbandoned: boolean;
  /** It is too old, and is deleted by the first look after this time; milliseconds since 1970. */
  readonly dueAt?: number;
  /** Why it cannot be opened, as a sentence. */
  readonly problem?: string;
}

/** A capture that was deleted because of the user's limits. */
export interface RemovedCapture {
  readonly key: string;
  readonly rowCount: number;
  readonly reason: RemovalReason;
}

/** An archived capture, opened for reading: `append` and `clear` do nothing. */
export interface OpenedArchive {
  readonly archived: ArchivedCapture;
  readonly capture: Capture;
}

/** The captures that windows have left behind. All methods reject with a sentence for the user. */
export interface CaptureArchive {
  /** Newest first. */
  list(): Promise<readonly ArchivedCapture[]>;
  /**
   * Whether a window left a capture without ending it that was not taken yet; asks the file system
   * alone.
   */
  hasAbandoned(): Promise<boolean>;
  /**
   * What windows left without ending it, newest first, to be offered to the user; each capture to the
   * first window that asks. Until then, and for a day after it, its window's captures are kept
   * whatever the limits are.
   */
  takeAbandoned(): Promise<readonly ArchivedCapture[]>;
  /** Waits up to ten seconds for a window that is still writing to it. */
  open(key: string): Promise<OpenedArchive>;
  remove(key: string): Promise<void>;
  /** Writes a capture that is open here, as a database of its own, to `path`; replaces what is there. */
  saveCopy(capture: number, path: string): Promise<void>;
}

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
  /** The name of the file that it was read from, if a user opened one. */
  readonly source?: string;
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

export interface ImportedCapture {
  readonly key: string;
  readonly name: string;
  readonly rowCount: number;
}

/** What became of a file that was opened: one capture for each connection in it. */
export interface ImportedFile {
  readonly captures: readonly ImportedCapture[];
  readonly rowCount: number;
  readonly of: 'lines' | 'rows';
  /** How many of them could not be read. */
  readonly unread: number;
  /** The first of them, counted from 1, and why, as the end of a sentence. */
  readonly firstUnread?: { readonly number: number; readonly reason: string };
  /** The last line ends in its middle. */
  readonly isCut: boolean;
  /** Rows that have other numbers than in the file. */
  readonly renumbered: number;
}

export interface ImportProgress {
  /** From 0 to 1. */
  readonly share: number;
  readonly rowCount: number;
}

/** A file that is being read. After `cancel` nothing is left of it. */
export interface RunningImport {
  readonly done: Promise<ImportedFile>;
  cancel(): void;
}

/** An archived capture, opened for reading: `append`, `clear` and `restore` do nothing. */
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
  /**
   * Makes captures of a file that was exported as NDJSON or saved as a database, which is not changed.
   * They are like those of a window that has ended.
   */
  importFile(path: string, onProgress: (progress: ImportProgress) => void): RunningImport;
  /**
   * Writes a capture that is open here, as a database of its own, to `path`; replaces what is there.
   *
   * @param isDecoded also the calls that decoders find in it, which are there anyway while it is decoded
   */
  saveCopy(capture: number, path: string, isDecoded?: boolean): Promise<void>;
}

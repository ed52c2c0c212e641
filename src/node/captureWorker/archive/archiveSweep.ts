import { messageOf } from '../../../core/base/errors.ts';
import type { Sweep } from '../../capture/captureProtocol.ts';
import type { ArchivedCapture, RemovedCapture } from '../../../core/capture/captureArchive.ts';
import {
  graceMs,
  decideRetention,
  type RetentionLimits,
  type RetentionCandidate,
} from '../../../core/capture/archiveRetention.ts';
import { readArchived, removeUnused, settle } from './archivedFile.ts';
import {
  captureFilesIn,
  hasLog,
  isLogChangedSince,
  lstatOf,
  mayBeWriting,
  type CaptureFile,
} from '../../files/captureFiles.ts';
import { dropNote, makeNote, notedAt } from '../../files/captureNotes.ts';
import { segmentsIn, segmentsOf, type FindSegments } from '../../files/segmentFiles.ts';
import { closeFolderToOthers, closeToOthers } from '../../files/privateFiles.ts';
import type { Sqlite } from '../store/sqlite.ts';

/** A window that makes a capture has it locked by this age. */
const maxStartMs = 60_000;

/** How long a sweep waits for captures that may be about to be settled. */
const maxSettlingMs = 3000;

interface Found {
  readonly file: CaptureFile;
  /** Absent if no row was stored. */
  readonly capture: ArchivedCapture | undefined;
  /** A window has it open, if only to read it, or is about to. */
  readonly isOpen: boolean;
  /** A window writes to it, or may be about to. */
  readonly isBeingWritten: boolean;
  /** A window went down with it. */
  readonly isLeft: boolean;
}

type Kept = Found & { readonly capture: ArchivedCapture };

/**
 * Settles the captures that were left in `folder`, and removes those without a row and those that the
 * user's limits do not keep, see `keepingOf`. A capture that a window writes to is not touched, and no
 * capture is removed that a window reads, or that a crashed window left and that was not offered yet.
 * What others could read, as an early version left it, is closed to them. Throws if the folder cannot
 * be read.
 */
export function sweepArchive(
  sqlite: Sqlite,
  folder: string,
  limits: RetentionLimits,
  now: number,
): Sweep {
  closeFolderToOthers(folder);
  const files = captureFilesIn(folder);
  const find = segmentsIn(folder);
  files.forEach(({ path }) => closeToOthers(path, find));
  const until = performance.now() + maxSettlingMs;
  const found = files.map(file => lookPatiently({ sqlite, now, find }, file, until));
  return new Sweeper(sqlite, limits, now).sweep(found);
}

/** What is looked with. */
interface Look {
  readonly sqlite: Sqlite;
  readonly now: number;
  readonly find: FindSegments;
}

/** What is being settled, here or in another window, looks for a moment as if it was written to. */
function lookPatiently(look: Look, file: CaptureFile, until: number): Found {
  for (;;) {
    const found = lookAt(look, file);
    if (!found.isBeingWritten || mayBeWriting(file) || performance.now() >= until) {
      return found;
    }
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50);
  }
}

class Sweeper {
  readonly #sqlite: Sqlite;
  readonly #limits: RetentionLimits;
  readonly #now: number;
  readonly #warnings: string[] = [];

  constructor(sqlite: Sqlite, limits: RetentionLimits, now: number) {
    this.#sqlite = sqlite;
    this.#limits = limits;
    this.#now = now;
  }

  sweep(found: readonly Found[]): Sweep {
    const busy = found.filter(({ isBeingWritten }) => isBeingWritten);
    const settled = found.filter(({ isBeingWritten }) => !isBeingWritten);
    const unoffered = new Set<string>();
    const kept = settled.flatMap(each => {
      if (!each.capture) {
        if (!each.isOpen) {
          this.#remove(each.file);
        }
        return [];
      }
      return [{ ...each, capture: each.capture }];
    });
    const asked = kept.map(each => this.#facts(each, unoffered));
    const windows = new Set(busy.map(({ file, capture }) => windowOf(file, capture)));
    const { due, removed } = decideRetention(asked, windows, this.#limits, this.#now);
    const gone: RemovedCapture[] = [];
    for (const { file, capture } of kept) {
      const reason = removed.get(file.key);
      if (reason !== undefined && this.#remove(file)) {
        gone.push({ key: file.key, rowCount: capture.rowCount, reason });
      }
    }
    const goneKeys = new Set(gone.map(({ key }) => key));
    return {
      captures: kept
        .filter(({ file }) => !goneKeys.has(file.key))
        .map(({ file, capture }) => this.#noted(file, capture, due.has(file.key))),
      removed: gone,
      unoffered: [...unoffered],
      warnings: this.#warnings,
    };
  }

  #facts({ file, capture, isOpen, isLeft }: Kept, unoffered: Set<string>): RetentionCandidate {
    const { key, path, startedAt } = file;
    const offeredAt = notedAt(path, 'offered', this.#now);
    if (isLeft && offeredAt === undefined) {
      unoffered.add(key);
      this.#tryTo(() => makeNote(path, 'offer', this.#now), `${key} cannot be offered later`);
    }
    const isNews = isLeft && (offeredAt === undefined || this.#now - offeredAt < graceMs);
    const times = [startedAt, capture.startedAt, capture.endedAt, lstatOf(path)?.mtimeMs];
    return {
      key,
      window: windowOf(file, capture),
      byteLength: capture.fileByteLength,
      times: times.filter(time => time !== undefined),
      isProtected: isOpen || isNews,
      isUnreadable: capture.problem !== undefined,
      dueSince: notedAt(path, 'due', this.#now),
    };
  }

  /** Notes whether a capture is too old, and from when on it is deleted. */
  #noted({ path, key }: CaptureFile, capture: ArchivedCapture, isDue: boolean): ArchivedCapture {
    if (!isDue) {
      this.#tryTo(() => dropNote(path, 'due'), `${key} is not too old`);
      return capture;
    }
    this.#tryTo(() => makeNote(path, 'due', this.#now), `${key} is too old`);
    const since = notedAt(path, 'due', this.#now);
    return since === undefined ? capture : { ...capture, dueAt: since + graceMs };
  }

  #remove({ key, path }: CaptureFile): boolean {
    try {
      return removeUnused(this.#sqlite, path);
    } catch (error) {
      this.#warnings.push(`The old capture ${key} was not removed: ${messageOf(error)}`);
      return false;
    }
  }

  #tryTo(note: () => void, what: string): void {
    try {
      note();
    } catch (error) {
      this.#warnings.push(`It could not be noted that the capture ${what}: ${messageOf(error)}`);
    }
  }
}

function windowOf({ pid }: CaptureFile, capture: ArchivedCapture | undefined): string {
  return capture?.window ?? `process ${pid}`;
}

/** A window writes to it, or may be about to. Settles it if it can be. */
export function isBeingWritten(sqlite: Sqlite, file: CaptureFile, now: number): boolean {
  return lookAt({ sqlite, now, find: segmentsOf }, file).isBeingWritten;
}

/**
 * SQLite's lock decides who has it, because the number of a process may be used again, and is
 * unknown from within a container. Only a writer has a log: files are settled before they are read.
 */
function lookAt({ sqlite, now, find }: Look, file: CaptureFile): Found {
  const nothing = { file, capture: undefined, isOpen: false, isLeft: false };
  if (lstatOf(file.path) === undefined) {
    // A log gets its place before its control file does.
    const isOpen = isLogChangedSince(file, now - maxStartMs);
    return { ...nothing, isOpen, isBeingWritten: mayBeWriting(file) };
  }
  if (now - file.startedAt < maxStartMs && mayBeWriting(file)) {
    const capture = readArchived(sqlite, file, find);
    if (!isEnded(capture)) {
      return { ...nothing, capture, isBeingWritten: true };
    }
  }
  // SQLite may drop the log even of a damaged file.
  const hadLog = hasLog(file) || notedAt(file.path, 'offer', now) !== undefined;
  const isOpen = isLocked(sqlite, file, find);
  const capture = readArchived(sqlite, file, find);
  return {
    file,
    capture,
    isOpen,
    isBeingWritten: !isEnded(capture) && isOpen && hasLog(file),
    isLeft:
      capture !== undefined && (capture.isAbandoned || (capture.problem !== undefined && hadLog)),
  };
}

function isEnded(capture: ArchivedCapture | undefined): boolean {
  return capture !== undefined && !capture.isAbandoned && capture.problem === undefined;
}

/** Settles it if it can be. */
function isLocked(sqlite: Sqlite, { path }: CaptureFile, find: FindSegments): boolean {
  try {
    return !settle(sqlite, path, find);
  } catch {
    // Damaged or read-only: reading it gives the reason.
    return false;
  }
}

import { statSync } from 'node:fs';

/** What another process did to a file that is open. */
export type FileLoss =
  /** It was deleted or moved; its contents can still be read. */
  | 'gone'
  /** Another file is at its path; its contents can still be read. */
  | 'replaced'
  /** It was truncated: its contents are lost. */
  | 'cut';

/** A database is no longer the file that was opened. */
export class FileLossError extends Error {
  readonly loss: FileLoss;

  constructor(loss: FileLoss) {
    super(`The file was ${loss}`);
    this.loss = loss;
  }
}

/** The minimum time between two checks: a check takes some microseconds, a full batch about 1000. */
const intervalMs = 250;

interface Identity {
  readonly dev: bigint;
  readonly ino: bigint;
  readonly size: bigint;
}

/**
 * Checks at intervals whether a database that is open, and its log, are still the files at their
 * paths. The system keeps a deleted file as long as it is open, so that writing to it never fails.
 */
export class FileWatch {
  readonly #path: string;
  readonly #lossOfOthers: () => FileLoss | undefined;
  readonly #now: () => number;
  readonly #file: Identity | undefined;
  #log: Identity | undefined;
  #maxSize = 0n;
  #checkedAt: number;

  /**
   * @param path a database that was opened just now
   * @param lossOfOthers what happened to files that belong to it
   */
  constructor(
    path: string,
    lossOfOthers: () => FileLoss | undefined,
    now: () => number = () => performance.now(),
  ) {
    this.#path = path;
    this.#lossOfOthers = lossOfOthers;
    this.#now = now;
    this.#file = identityOf(path);
    this.#log = identityOf(logOf(path));
    this.#maxSize = this.#file?.size ?? 0n;
    this.#checkedAt = now();
  }

  /**
   * What happened; `undefined` if nothing did, or the last check was less than 250 ms ago.
   *
   * @param isUrgent checks in any case
   */
  look(isUrgent = false): FileLoss | undefined {
    const now = this.#now();
    if (!isUrgent && now - this.#checkedAt < intervalMs) {
      return undefined;
    }
    this.#checkedAt = now;
    const file = identityOf(this.#path);
    const log = identityOf(logOf(this.#path));
    if (!file || (this.#log && !log)) {
      return 'gone';
    }
    if (!isSame(file, this.#file) || (this.#log && !isSame(log, this.#log))) {
      return 'replaced';
    }
    if (file.size < this.#maxSize) {
      return 'cut';
    }
    this.#maxSize = file.size;
    this.#log ??= log;
    return this.#lossOfOthers();
  }

  /** Whether another file is at the path of the database, or of a file that belongs to it. */
  get isTaken(): boolean {
    const file = identityOf(this.#path);
    const isOther = file !== undefined && !isSame(file, this.#file);
    return isOther || this.#lossOfOthers() === 'replaced';
  }
}

function logOf(path: string): string {
  return `${path}-wal`;
}

function isSame(a: Identity | undefined, b: Identity | undefined): boolean {
  return a?.dev === b?.dev && a?.ino === b?.ino;
}

/** `undefined` also if the path is not accessible, since no other program can open it either. */
function identityOf(path: string): Identity | undefined {
  try {
    return statSync(path, { bigint: true, throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

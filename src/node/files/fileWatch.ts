import { statSync } from 'node:fs';

/** What happened to a file behind the back of the process that has it open. */
export type FileLoss =
  /** It was deleted or moved; what it holds can be read still. */
  | 'gone'
  /** Another file is in its place; what it holds can be read still. */
  | 'replaced'
  /** It is shorter than it was: what it held is lost. */
  | 'cut';

/** A database is no longer what was opened. */
export class FileLossError extends Error {
  readonly loss: FileLoss;

  constructor(loss: FileLoss) {
    super(`The file was ${loss}`);
    this.loss = loss;
  }
}

/** How often to look, at most: it takes some microseconds, and a full batch about a thousand. */
const intervalMs = 250;

interface Identity {
  readonly dev: bigint;
  readonly ino: bigint;
  readonly size: bigint;
}

/**
 * Looks now and then whether a database that is open, and its log, are still the files at their
 * paths. The system keeps a deleted file as long as it is open, so that writing to it never fails.
 */
export class FileWatch {
  readonly #path: string;
  readonly #now: () => number;
  readonly #file: Identity | undefined;
  #log: Identity | undefined;
  #longest = 0n;
  #lookedAt: number;

  /** @param path a database that was opened just now */
  constructor(path: string, now: () => number = () => performance.now()) {
    this.#path = path;
    this.#now = now;
    this.#file = identityOf(path);
    this.#log = identityOf(logOf(path));
    this.#longest = this.#file?.size ?? 0n;
    this.#lookedAt = now();
  }

  /**
   * What happened; `undefined` where nothing did, or it is not time to look again.
   *
   * @param isUrgent looks in any case
   */
  look(isUrgent = false): FileLoss | undefined {
    const now = this.#now();
    if (!isUrgent && now - this.#lookedAt < intervalMs) {
      return undefined;
    }
    this.#lookedAt = now;
    const file = identityOf(this.#path);
    const log = identityOf(logOf(this.#path));
    if (!file || (this.#log && !log)) {
      return 'gone';
    }
    if (!isSame(file, this.#file) || (this.#log && !isSame(log, this.#log))) {
      return 'replaced';
    }
    if (file.size < this.#longest) {
      return 'cut';
    }
    this.#longest = file.size;
    this.#log ??= log;
    return undefined;
  }

  /** The database was made shorter on purpose. */
  shortened(): void {
    this.#longest = identityOf(this.#path)?.size ?? 0n;
  }

  /** Another file is where the database was. */
  get isTaken(): boolean {
    const file = identityOf(this.#path);
    return file !== undefined && !isSame(file, this.#file);
  }
}

function logOf(path: string): string {
  return `${path}-wal`;
}

function isSame(a: Identity | undefined, b: Identity | undefined): boolean {
  return a?.dev === b?.dev && a?.ino === b?.ino;
}

/** `undefined` also where the way to it is barred: nobody else will find it either. */
function identityOf(path: string): Identity | undefined {
  try {
    return statSync(path, { bigint: true, throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

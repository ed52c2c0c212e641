import { existsSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import type { Extents } from '../../../core/capture/log/blockLog.ts';
import type { Sqlite } from './sqlite.ts';

/** The format of a control file and of the log beside it, for `PRAGMA user_version`. */
export const logFormatVersion = 3;

/** What a capture is of, for people who open the file. */
export interface CaptureFacts {
  readonly name: string;
  readonly url: string;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  /** Names the window among all. */
  readonly window?: string;
}

/** How long to wait for another program that has the file locked. */
const busyTimeoutMs = 2000;

/** The write-ahead log is what tells others that a window has the capture open. */
const settings = `
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = NORMAL;
`;

/**
 * Of the capture, `started`, `ended` and `last_at`, the time of the last row, are milliseconds since
 * 1970; a window that did not end it leaves the last two empty, and `last_at` is set once its log was
 * brought into order. Rows from `first_seq` up to `next_seq`
 * count, of which the log has more if a window did not end it; `dropped` counts the oldest rows that
 * the limits have dropped since it was cleared. `window` is the same in all captures of one window.
 * While the rows from `cleared_from` up to `cleared_below` can be brought back, `cleared_dropped` is what
 * `dropped` is of the others. Of a capture that was read from another file, `source` is the name of that,
 * and `missing` counts the numbers between its first row and its last that have no row.
 */
const schema = `
  CREATE TABLE IF NOT EXISTS capture (
    name TEXT NOT NULL,
    url TEXT NOT NULL,
    started REAL NOT NULL,
    first_seq INTEGER NOT NULL,
    next_seq INTEGER NOT NULL,
    dropped INTEGER NOT NULL,
    ended REAL,
    last_at REAL,
    window TEXT,
    cleared_from INTEGER,
    cleared_below INTEGER,
    cleared_dropped INTEGER,
    source TEXT,
    missing INTEGER
  );
  PRAGMA user_version = ${logFormatVersion};
`;

const updateExtents = `
  UPDATE capture SET
    first_seq = ?, next_seq = ?, dropped = ?,
    cleared_from = ?, cleared_below = ?, cleared_dropped = ?`;

/**
 * What a control file says of the rows; their bytes are counted in the log. Throws what SQLite throws, and
 * a `TypeError` where the file is another one.
 */
export function storedExtents(database: DatabaseSync): Extents {
  const found = database.prepare('SELECT * FROM capture').get();
  if (!found) {
    throw new TypeError('it has no capture');
  }
  const number = (name: string) => {
    const value = found[name] ?? 0;
    if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) {
      throw new TypeError(`its ${name} is no number of a row`);
    }
    return value;
  };
  if (found['first_seq'] === undefined) {
    throw new TypeError('it is of another format');
  }
  const missing = number('missing');
  const cleared = {
    first: number('cleared_from'),
    next: number('cleared_below'),
    byteLength: 0,
    dropped: number('cleared_dropped'),
  };
  return {
    extent: {
      first: number('first_seq'),
      next: number('next_seq'),
      byteLength: 0,
      dropped: number('dropped'),
      ...(missing > 0 && { missing }),
    },
    cleared: found['cleared_below'] === null ? undefined : cleared,
  };
}

/**
 * The small database beside a capture's log: what the capture is of, which of its rows count, and
 * SQLite's lock, which says whether a window has it open. The constructor and all methods throw what
 * SQLite throws.
 */
export class ControlFile {
  readonly #database: DatabaseSync;
  readonly #isArchived: boolean;

  /** @param facts of a new capture; absent: that of a window that has ended, which is only read */
  constructor(sqlite: Sqlite, path: string, facts: CaptureFacts | undefined) {
    this.#isArchived = facts === undefined;
    const database = new sqlite.DatabaseSync(path, {
      timeout: busyTimeoutMs,
      readOnly: this.#isArchived,
    });
    this.#database = database;
    try {
      if (facts) {
        createOrContinue(database, facts);
      } else {
        // A transaction that stays open keeps other windows from removing the files.
        database.exec('BEGIN; SELECT * FROM capture');
        if (!existsSync(path)) {
          // Another window removed it just before the transaction began.
          throw new Error('the file is no longer there.');
        }
      }
    } catch (error) {
      database.close();
      throw error;
    }
  }

  get extents(): Extents {
    return storedExtents(this.#database);
  }

  /** The name of the file that it was read from. */
  get source(): string | undefined {
    const found = this.#database.prepare('SELECT source FROM capture').get();
    const source = found?.['source'];
    return typeof source === 'string' ? source : undefined;
  }

  /** Whether a window has ended it, so that the log was whole then. */
  get hasEnded(): boolean {
    const found = this.#database.prepare('SELECT ended FROM capture').get();
    return typeof found?.['ended'] === 'number';
  }

  storeExtents({ extent, cleared }: Extents): void {
    if (this.#isArchived) {
      return;
    }
    this.#database
      .prepare(updateExtents)
      .run(
        extent.first,
        extent.next,
        extent.dropped,
        cleared?.first ?? null,
        cleared?.next ?? null,
        cleared?.dropped ?? null,
      );
  }

  /** @param lastAt when the last row came, milliseconds since 1970; absent if there is no row */
  close(lastAt: number | undefined): void {
    if (!this.#isArchived) {
      this.#markEnd(lastAt);
    }
    this.#database.close();
  }

  /** Lets go of the file as it is. */
  release(): void {
    this.#database.close();
  }

  /** Makes it one plain file, which can be read if nothing can be written. */
  #markEnd(lastAt: number | undefined): void {
    try {
      this.#database
        .prepare('UPDATE capture SET ended = ?, last_at = ?')
        .run(Date.now(), lastAt ?? null);
      this.#database.exec('PRAGMA busy_timeout = 0; PRAGMA journal_mode = DELETE');
    } catch {
      // The disk is full, or another program reads the file: it stays as after a crash, complete.
    }
  }
}

function createOrContinue(
  database: DatabaseSync,
  { name, url, startedAt, window }: CaptureFacts,
): void {
  database.exec(settings);
  database.exec(schema);
  database
    .prepare(
      `INSERT INTO capture (name, url, started, first_seq, next_seq, dropped, window)
       SELECT ?, ?, ?, 0, 0, 0, ? WHERE NOT EXISTS (SELECT * FROM capture)`,
    )
    .run(name, url, startedAt, window ?? null);
  // Written also if nothing is to be changed: the write-ahead log is there from now on.
  database.exec('UPDATE capture SET ended = NULL, last_at = NULL');
}

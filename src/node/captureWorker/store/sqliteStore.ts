import { existsSync } from 'node:fs';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { BatchReader } from '../../../core/record/batch.ts';
import type { CaptureLimits, Extent, PayloadPart, Row } from '../../../core/capture/capture.ts';
import {
  type CaptureStore,
  type MatchedRows,
  type StoredRecord,
  excessOf,
  isEmpty,
  joinedExtent,
  rowOf,
} from '../../../core/capture/captureStore.ts';
import type { FrameFacts } from '../../../core/record/frameFacts.ts';
import { RowFlag } from '../../../core/record/record.ts';
import type { ViewMatcher } from '../../../core/capture/viewMatcher.ts';
import { ForgottenRows } from './forgottenRows.ts';
import { RowFinder } from './sqliteFind.ts';
import { RowInserter } from './sqliteInsert.ts';
import {
  formatVersion,
  pageByteLength,
  schema,
  selectByteLength,
  selectEndOfBytes,
  selectFirst,
  selectFrame,
  selectPayload,
  selectRows,
  settings,
  storedExtents,
  updateExtents,
} from './sqliteSchema.ts';
import type { CountedColumns } from '../../../core/metrics/series.ts';

export type Sqlite = typeof import('node:sqlite');

/** Node's own SQLite, or `undefined` in an older Node and in an editor built without it. */
export function findSqlite(): Sqlite | undefined {
  return process.getBuiltinModule('node:sqlite');
}

interface SqliteStoreOptions {
  /** For people who open the file. */
  readonly name: string;
  readonly url: string;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  /** Names the window among all; absent in a copy. */
  readonly window?: string;
  /** The file grows no longer than this; an append beyond it fails as it does on a full disk. */
  readonly maxFileBytes?: number;
  /**
   * The file of a window that has ended: it is read and never written to. Another part of the
   * options than this one is not needed then.
   */
  readonly isArchived?: boolean;
}

/** How long to wait for another program that has the file locked. */
const busyTimeoutMs = 2000;

/** How long rows that were cleared are removed when the file is closed; later looks go on with it. */
const maxSweepAtEndMs = 500;

/** The rows that count, and those that were cleared and can be brought back. */
interface Extents {
  readonly extent: Extent;
  readonly cleared: Extent | undefined;
}

/**
 * A capture in a SQLite database, one row per message, in the format of `sqliteSchema.ts`. Opening a
 * file that exists continues it. The constructor and all methods throw what SQLite throws.
 */
export class SqliteStore implements CaptureStore {
  readonly #database: DatabaseSync;
  readonly #rows: RowInserter;
  readonly #finder: RowFinder;
  readonly #update: StatementSync;
  readonly #selectRows: StatementSync;
  readonly #selectPayload: StatementSync;
  readonly #selectFrame: StatementSync;
  readonly #isArchived: boolean;
  #facts: FactsReader | undefined;
  #extent: Extent;
  #cleared: Extent | undefined;
  /** Set while there are rows below the others that are to be removed. */
  #forgotten: ForgottenRows | undefined;

  constructor(sqlite: Sqlite, path: string, options: SqliteStoreOptions) {
    const { isArchived = false } = options;
    const database = new sqlite.DatabaseSync(path, {
      timeout: busyTimeoutMs,
      readOnly: isArchived,
    });
    this.#database = database;
    this.#isArchived = isArchived;
    try {
      if (isArchived) {
        // A transaction that stays open keeps other windows from removing the file.
        database.exec('BEGIN');
      } else {
        this.#createOrContinue(options);
      }
      const { extent, cleared, hasForgotten } = storedExtents(database);
      this.#extent = extent;
      this.#cleared = cleared;
      this.#forgotten = hasForgotten ? new ForgottenRows(database) : undefined;
      if (isArchived && !existsSync(path)) {
        // Another window removed it just before the transaction began.
        throw new Error('the file is no longer there.');
      }
      this.#rows = new RowInserter(database);
      this.#finder = new RowFinder(database, this.#extent.next);
      this.#update = database.prepare(updateExtents);
      this.#selectRows = database.prepare(selectRows);
      this.#selectPayload = database.prepare(selectPayload);
      this.#selectFrame = database.prepare(selectFrame);
    } catch (error) {
      database.close();
      throw error;
    }
  }

  get extent(): Extent {
    return this.#extent;
  }

  append(batch: BatchReader): void {
    const { first, next, byteLength, dropped } = this.#extent;
    this.#finder.appended(batch);
    this.#transact(() => {
      this.#rows.insert(batch);
      const extent = {
        first: first === next ? batch.firstSeq : first,
        next: batch.nextSeq,
        byteLength: byteLength + batch.payload.length,
        dropped,
      };
      return { extent, cleared: this.#cleared };
    });
  }

  rows(from: number, count: number): readonly Row[] {
    const { first, next } = this.#extent;
    const begin = Math.max(from, first);
    const end = Math.min(from + count, next);
    if (begin >= end) {
      return [];
    }
    return this.#selectRows.all(begin, end).map(row => {
      const { seq, at, flags, size, head } = row as unknown as StoredRow;
      return rowOf(seq, at, flags, size, head ?? new Uint8Array());
    });
  }

  payload(seq: number, from: number, length: number): PayloadPart | undefined {
    if (seq < this.#extent.first) {
      return undefined;
    }
    const begin = Math.max(0, from);
    const found = this.#selectPayload.get(begin + 1, Math.min(length, 0x7fff_ffff), seq);
    if (!found) {
      return undefined;
    }
    const { size, part } = found as unknown as {
      size: number;
      part: Uint8Array<ArrayBuffer> | null;
    };
    return { bytes: part ?? new Uint8Array(), byteLength: size };
  }

  frame(seq: number): FrameFacts | undefined {
    const found = seq < this.#extent.first ? undefined : this.#selectFrame.get(seq);
    return (
      found && {
        fragmentCount: Number(found['fragments']),
        wireByteLength: Number(found['wireSize']),
        isCompressed: (Number(found['flags']) & RowFlag.Compressed) !== 0,
        durationMs: Number(found['duration']),
      }
    );
  }

  /** What statistics need of the rows `from` up to, not including, `to`. */
  facts(from: number, to: number): RowFacts {
    this.#facts ??= new FactsReader(this.#database);
    return this.#facts.read(from, to);
  }

  records(from: number, to: number): Iterable<StoredRecord> {
    return this.#finder.records(
      Math.max(from, this.#extent.first),
      Math.min(to, this.#extent.next),
    );
  }

  find(test: ViewMatcher, from: number, to: number, isEach: boolean): Iterable<MatchedRows> {
    const { first, next } = this.#extent;
    return this.#finder.find(test, Math.max(from, first), Math.min(to, next), isEach);
  }

  enforce(limits: CaptureLimits): number {
    const { dropped } = this.#extent;
    const whole = this.#whole;
    const excess = excessOf(whole, limits);
    if (!excess) {
      return 0;
    }
    const { first } = whole;
    const least = first + excess.rows;
    const end = excess.bytes > 0 ? Math.max(least, this.#endOfBytes(first, excess.bytes)) : least;
    this.#transact(() => ({
      cleared: this.#cleared && this.#dropOf(this.#cleared, end),
      extent: this.#dropOf(this.#extent, end),
    }));
    this.#finder.dropped(this.#whole.first);
    return this.#extent.dropped - dropped;
  }

  clear(): boolean {
    const { next } = this.#extent;
    this.#transact(() => ({
      cleared: this.#whole,
      extent: { first: next, next, byteLength: 0, dropped: 0 },
    }));
    return true;
  }

  restore(): boolean {
    if (!this.#cleared) {
      return false;
    }
    this.#set({ extent: this.#whole, cleared: undefined });
    return true;
  }

  forget(): boolean {
    if (!this.#cleared) {
      return false;
    }
    this.#forgotten ??= new ForgottenRows(this.#database);
    this.#set({ extent: this.#extent, cleared: undefined });
    return true;
  }

  sweep(): boolean {
    const forgotten = this.#forgotten;
    const whole = this.#whole;
    if (forgotten?.removeSome(whole.first, isEmpty(whole)) === false) {
      this.#forgotten = undefined;
      this.#set({ extent: this.#extent, cleared: this.#cleared });
      forgotten.shrink(whole.byteLength);
    }
    return this.#forgotten !== undefined;
  }

  close(): void {
    if (!this.#isArchived) {
      this.#sweepAtEnd();
      this.#markEnd();
    }
    this.#database.close();
  }

  /** Makes it one plain file, which can be read if nothing can be written. */
  #markEnd(): void {
    try {
      this.#database.prepare('UPDATE capture SET ended = ?').run(Date.now());
      this.#database.exec('PRAGMA busy_timeout = 0; PRAGMA journal_mode = DELETE');
    } catch {
      // The disk is full, or another program reads the file: it stays as after a crash, complete.
    }
  }

  #createOrContinue(options: SqliteStoreOptions): void {
    const { name, url, startedAt, window = null, maxFileBytes } = options;
    const database = this.#database;
    database.exec(settings);
    if (maxFileBytes !== undefined) {
      const pageCount = Math.max(1, Math.floor(maxFileBytes / pageByteLength));
      database.exec(`PRAGMA max_page_count = ${pageCount}`);
    }
    database.exec(schema);
    database
      .prepare(
        `INSERT INTO capture (name, url, started, format_version, next_seq, byte_length, dropped, window)
         SELECT ?, ?, ?, ${formatVersion}, 0, 0, 0, ?
         WHERE NOT EXISTS (SELECT * FROM capture)`,
      )
      .run(name, url, startedAt, window);
    database.exec('UPDATE capture SET ended = NULL WHERE ended IS NOT NULL');
  }

  /** The rows that count, and those that can be brought back. */
  get #whole(): Extent {
    return joinedExtent(this.#cleared, this.#extent);
  }

  /** What cannot be written now, as on a full disk, is written with the next rows. */
  #set(extents: Extents): void {
    this.#extent = extents.extent;
    this.#cleared = extents.cleared;
    try {
      this.#store(extents);
    } catch {
      // In this window it holds anyway.
    }
  }

  #store({ extent, cleared }: Extents): void {
    const below = cleared?.next ?? (this.#forgotten ? extent.first : null);
    this.#update.run(
      extent.next,
      extent.byteLength,
      extent.dropped,
      cleared?.first ?? below,
      below,
      cleared?.byteLength ?? null,
      cleared?.dropped ?? null,
    );
  }

  /** Runs `change` in a transaction that also stores the extents it results in. */
  #transact(change: () => Extents): void {
    this.#database.exec('BEGIN IMMEDIATE');
    try {
      const extents = change();
      this.#store(extents);
      this.#database.exec('COMMIT');
      this.#extent = extents.extent;
      this.#cleared = extents.cleared;
    } catch (error) {
      this.#rollBack();
      throw error;
    }
  }

  #rollBack(): void {
    try {
      this.#database.exec('ROLLBACK');
    } catch {
      // SQLite rolls back by itself after some errors, a full disk among them; a second time fails.
    }
  }

  /** The first row after the fewest rows from `first` on that hold at least `byteLength` bytes. */
  #endOfBytes(first: number, byteLength: number): number {
    const found = this.#database.prepare(selectEndOfBytes).get(first, byteLength);
    return found ? Number(found['seq']) + 1 : this.#extent.next;
  }

  /** Drops the rows below `end` of a part of them; returns what is left of it. */
  #dropOf(part: Extent, end: number): Extent {
    const { first: from, next } = part;
    const to = Math.min(end, next);
    if (isEmpty(part) || to <= from) {
      return part;
    }
    const sum = this.#database.prepare(selectByteLength).get(from, to, from, to);
    const drop = (table: string) =>
      this.#database.prepare(`DELETE FROM ${table} WHERE seq >= ? AND seq < ?`).run(from, to);
    drop('large_payload');
    drop('frame');
    const rowCount = Number(drop('record').changes);
    const found = this.#database.prepare(selectFirst).get(to, next);
    return {
      first: Number(found?.['first'] ?? next),
      next,
      byteLength: part.byteLength - Number(sum?.['total']),
      dropped: part.dropped + rowCount,
    };
  }

  /** Without a row that counts the file is about to be removed as a whole. */
  #sweepAtEnd(): void {
    this.forget();
    const until = performance.now() + maxSweepAtEndMs;
    try {
      while (!isEmpty(this.#extent) && performance.now() < until && this.sweep()) {
        // There is more.
      }
    } catch {
      // The file takes nothing: what was cleared is hidden in it all the same.
    }
  }
}

interface StoredRow {
  readonly seq: number;
  readonly at: number;
  readonly flags: number;
  readonly size: number;
  readonly head: Uint8Array | null;
}

/** What statistics need of rows, with the beginnings of those that are no messages, by their place. */
export interface RowFacts extends CountedColumns {
  readonly heads: ReadonlyMap<number, Uint8Array>;
}

/** A control frame is at most 125 bytes long; of a state change this is enough. */
const headByteLength = 128;

/** Reads only the payloads of state changes, pings and pongs: SQLite has the lengths without that. */
const selectFacts = `
  SELECT
    at,
    flags,
    coalesce(size, octet_length(record.payload)) AS size,
    iif(
      flags & 15 IN (0, 9, 10),
      substr(CAST(record.payload AS BLOB), 1, ${headByteLength}),
      NULL
    ) AS head
  FROM record LEFT JOIN large_payload
    ON record.payload IS NULL AND large_payload.seq = record.seq
  WHERE record.seq >= ? AND record.seq < ?
  ORDER BY record.seq`;

/** Reads facts of rows out of a capture file. */
class FactsReader {
  readonly #select: StatementSync;

  constructor(database: DatabaseSync) {
    this.#select = database.prepare(selectFacts);
  }

  /** Of the rows `from` up to, not including, `to`. Throws what SQLite throws. */
  read(from: number, to: number): RowFacts {
    const rows = this.#select.all(from, to) as unknown as readonly StoredFacts[];
    const heads = new Map<number, Uint8Array>();
    const times = new Float64Array(rows.length);
    const flags = new Uint32Array(rows.length);
    const lengths = new Uint32Array(rows.length);
    rows.forEach((row, index) => {
      times[index] = row.at;
      flags[index] = row.flags;
      lengths[index] = row.size;
      if (row.head) {
        heads.set(index, row.head);
      }
    });
    return { firstSeq: from, rowCount: rows.length, times, flags, lengths, heads };
  }
}

interface StoredFacts {
  readonly at: number;
  readonly flags: number;
  readonly size: number;
  readonly head: Uint8Array | null;
}

import { existsSync } from 'node:fs';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { BatchReader } from '../../../core/record/batch.ts';
import type { CaptureLimits, Extent, PayloadPart, Row } from '../../../core/capture/capture.ts';
import {
  type CaptureStore,
  type MatchedRows,
  type StoredRecord,
  excessOf,
  rowOf,
} from '../../../core/capture/captureStore.ts';
import type { FrameFacts } from '../../../core/record/frameFacts.ts';
import { RowFlag } from '../../../core/record/record.ts';
import type { ViewMatcher } from '../../../core/capture/viewMatcher.ts';
import { RowFinder } from './sqliteFind.ts';
import { RowInserter } from './sqliteInsert.ts';
import {
  formatVersion,
  pageByteLength,
  schema,
  selectByteLengthBelow,
  selectEndOfBytes,
  selectExtent,
  selectFrame,
  selectPayload,
  selectRows,
  settings,
  type StoredExtent,
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
      this.#extent = this.#storedExtent();
      if (isArchived && !existsSync(path)) {
        // Another window removed it just before the transaction began.
        throw new Error('the file is no longer there.');
      }
      this.#rows = new RowInserter(database);
      this.#finder = new RowFinder(database, this.#extent.next);
      this.#update = database.prepare(
        'UPDATE capture SET next_seq = ?, byte_length = ?, dropped = ?',
      );
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
      return {
        first: first === next ? batch.firstSeq : first,
        next: batch.nextSeq,
        byteLength: byteLength + batch.payload.length,
        dropped,
      };
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
    const found = this.#selectFrame.get(seq);
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
    const { first, next, byteLength, dropped } = this.#extent;
    const excess = excessOf(this.#extent, limits);
    if (!excess) {
      return 0;
    }
    const least = first + excess.rows;
    const end = excess.bytes > 0 ? Math.max(least, this.#endOfBytes(excess.bytes)) : least;
    const byteLengthBelow = this.#byteLengthBelow(end);
    this.#transact(() => {
      const rowCount = this.#deleteBelow(end);
      const found = this.#database.prepare('SELECT min(seq) AS first FROM record').get();
      return {
        first: Number(found?.['first'] ?? next),
        next,
        byteLength: byteLength - byteLengthBelow,
        dropped: dropped + rowCount,
      };
    });
    this.#finder.dropped(this.#extent.first);
    return this.#extent.dropped - dropped;
  }

  clear(): void {
    const { next } = this.#extent;
    this.#transact(() => {
      // Without a condition, SQLite drops whole pages and looks at no row.
      this.#database.exec('DELETE FROM record; DELETE FROM large_payload; DELETE FROM frame');
      return { first: next, next, byteLength: 0, dropped: 0 };
    });
    this.#database.exec('VACUUM; PRAGMA wal_checkpoint(TRUNCATE)');
  }

  close(): void {
    if (!this.#isArchived) {
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

  #storedExtent(): Extent {
    const stored = this.#database.prepare(selectExtent).get() as unknown as StoredExtent;
    return { ...stored, first: stored.first ?? stored.next };
  }

  /** Runs `change` in a transaction that also stores the extent it results in. */
  #transact(change: () => Extent): void {
    this.#database.exec('BEGIN IMMEDIATE');
    try {
      const extent = change();
      this.#update.run(extent.next, extent.byteLength, extent.dropped);
      this.#database.exec('COMMIT');
      this.#extent = extent;
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

  /** The first row after the fewest of the oldest rows that hold at least `byteLength` bytes. */
  #endOfBytes(byteLength: number): number {
    const found = this.#database.prepare(selectEndOfBytes).get(byteLength);
    return found ? Number(found['seq']) + 1 : this.#extent.next;
  }

  #byteLengthBelow(end: number): number {
    const sum = this.#database.prepare(selectByteLengthBelow).get(end, end);
    return Number(sum?.['total']);
  }

  /** Returns how many rows went. */
  #deleteBelow(end: number): number {
    this.#database.prepare('DELETE FROM large_payload WHERE seq < ?').run(end);
    this.#database.prepare('DELETE FROM frame WHERE seq < ?').run(end);
    return Number(this.#database.prepare('DELETE FROM record WHERE seq < ?').run(end).changes);
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
    return { rowCount: rows.length, times, flags, lengths, heads };
  }
}

interface StoredFacts {
  readonly at: number;
  readonly flags: number;
  readonly size: number;
  readonly head: Uint8Array | null;
}

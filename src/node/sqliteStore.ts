import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { BatchReader } from '../core/capture/batch.ts';
import type { CaptureLimits, Extent, PayloadPart, Row } from '../core/capture/capture.ts';
import type { CaptureStore } from '../core/capture/captureStore.ts';
import { excessOf } from '../core/capture/retention.ts';
import { rowOf } from '../core/capture/row.ts';
import { RowInserter } from './sqliteInsert.ts';
import {
  formatVersion,
  pageByteLength,
  schema,
  selectByteLengthBelow,
  selectEndOfBytes,
  selectPayload,
  selectRows,
  settings,
} from './sqliteSchema.ts';

type Sqlite = typeof import('node:sqlite');

/** Node's own SQLite, or `undefined` in an older Node and in an editor built without it. */
export function findSqlite(): Sqlite | undefined {
  return process.getBuiltinModule('node:sqlite');
}

export interface SqliteStoreOptions {
  /** Shown to whoever opens the file. */
  readonly name: string;
  readonly url: string;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  /** The file grows no longer than this; an append beyond it fails as it does on a full disk. */
  readonly maxFileBytes?: number;
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
  readonly #update: StatementSync;
  readonly #selectRows: StatementSync;
  readonly #selectPayload: StatementSync;
  #extent: Extent;

  constructor(sqlite: Sqlite, path: string, options: SqliteStoreOptions) {
    const database = new sqlite.DatabaseSync(path, { timeout: busyTimeoutMs });
    this.#database = database;
    try {
      database.exec(settings);
      if (options.maxFileBytes !== undefined) {
        const pageCount = Math.max(1, Math.floor(options.maxFileBytes / pageByteLength));
        database.exec(`PRAGMA max_page_count = ${pageCount}`);
      }
      this.#extent = this.#createOrContinue(options);
      this.#rows = new RowInserter(database);
      this.#update = database.prepare('UPDATE capture SET next_seq = ?, byte_length = ?');
      this.#selectRows = database.prepare(selectRows);
      this.#selectPayload = database.prepare(selectPayload);
    } catch (error) {
      database.close();
      throw error;
    }
  }

  get extent(): Extent {
    return this.#extent;
  }

  append(batch: BatchReader): void {
    const { first, next, byteLength } = this.#extent;
    this.#transact(() => {
      this.#rows.insert(batch);
      return {
        first: first === next ? batch.firstSeq : first,
        next: batch.nextSeq,
        byteLength: byteLength + batch.payload.length,
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

  enforce(limits: CaptureLimits): number {
    const { first, next, byteLength } = this.#extent;
    const excess = excessOf(this.#extent, limits);
    if (!excess) {
      return 0;
    }
    const least = first + excess.rows;
    const end = excess.bytes > 0 ? Math.max(least, this.#endOfBytes(excess.bytes)) : least;
    const dropped = this.#byteLengthBelow(end);
    this.#transact(() => {
      this.#deleteBelow(end);
      const found = this.#database.prepare('SELECT min(seq) AS first FROM record').get();
      return { first: Number(found?.['first'] ?? next), next, byteLength: byteLength - dropped };
    });
    return this.#extent.first - first;
  }

  clear(): void {
    const { next } = this.#extent;
    this.#transact(() => {
      // Without a condition, SQLite drops whole pages and looks at no row.
      this.#database.exec('DELETE FROM record; DELETE FROM large_payload');
      return { first: next, next, byteLength: 0 };
    });
    this.#database.exec('VACUUM; PRAGMA wal_checkpoint(TRUNCATE)');
  }

  close(): void {
    this.#database.close();
  }

  #createOrContinue({ name, url, startedAt }: SqliteStoreOptions): Extent {
    const database = this.#database;
    database.exec(schema);
    database
      .prepare(
        `INSERT INTO capture SELECT ?, ?, ?, ${formatVersion}, 0, 0
         WHERE NOT EXISTS (SELECT * FROM capture)`,
      )
      .run(name, url, startedAt);
    const { first, next, byteLength } = database
      .prepare(
        `SELECT (SELECT min(seq) FROM record) AS first, next_seq AS next, byte_length AS byteLength
         FROM capture`,
      )
      .get() as unknown as { first: number | null; next: number; byteLength: number };
    return { first: first ?? next, next, byteLength };
  }

  /** Runs `change` in a transaction that also stores the extent it results in. */
  #transact(change: () => Extent): void {
    this.#database.exec('BEGIN IMMEDIATE');
    try {
      const extent = change();
      this.#update.run(extent.next, extent.byteLength);
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

  #deleteBelow(end: number): void {
    this.#database.prepare('DELETE FROM record WHERE seq < ?').run(end);
    this.#database.prepare('DELETE FROM large_payload WHERE seq < ?').run(end);
  }
}

interface StoredRow {
  readonly seq: number;
  readonly at: number;
  readonly flags: number;
  readonly size: number;
  readonly head: Uint8Array | null;
}

import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { BatchReader } from '../core/capture/batch.ts';
import type { CaptureLimits, Extent, PayloadPart, Row } from '../core/capture/capture.ts';
import type { CaptureStore } from '../core/capture/captureStore.ts';
import { isTextual } from '../core/capture/record.ts';
import { excessOf } from '../core/capture/retention.ts';
import { rowOf } from '../core/capture/row.ts';
import { previewByteLength } from '../core/payload/preview.ts';
import {
  formatVersion,
  insertRows,
  largePayloadByteLength,
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
  return process.getBuiltinModule('node:sqlite') as Sqlite | undefined;
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

/** Most rows are stored by statements of this many; fewer at once are slower, and more not faster. */
const rowsPerStatement = [128, 16, 1] as const;

/** Bound where no payload is: SQLite takes an empty blob for NULL. */
const noBytes = new Uint8Array(1);

/** How long to wait for another program that has the file locked. */
const busyTimeoutMs = 2000;

/**
 * A capture in a SQLite database, one row per message, in the format of `sqliteSchema.ts`. Opening a
 * file that exists continues it. The constructor and all methods throw what SQLite throws.
 */
export class SqliteStore implements CaptureStore {
  readonly #database: DatabaseSync;
  readonly #inserts: readonly { readonly rowCount: number; readonly statement: StatementSync }[];
  readonly #insertLarge: StatementSync;
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
      this.#inserts = rowsPerStatement.map(rowCount => ({
        rowCount,
        statement: database.prepare(insertRows(rowCount)),
      }));
      this.#insertLarge = database.prepare(
        'INSERT INTO large_payload VALUES (?, ?, ?, coalesce(?, CAST(? AS TEXT)))',
      );
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
      this.#insert(batch);
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
      return rowOf(seq, at, flags, size, head ?? noBytes.subarray(1));
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
      return { first: Math.min(end, next), next, byteLength: byteLength - dropped };
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

  #insert(batch: BatchReader): void {
    let row = 0;
    let offset = 0;
    for (const { rowCount, statement } of this.#inserts) {
      while (batch.rowCount - row >= rowCount) {
        offset = this.#insertSome(statement, batch, row, row + rowCount, offset);
        row += rowCount;
      }
    }
  }

  /** @returns where the payload of row `end` begins */
  #insertSome(
    statement: StatementSync,
    { firstSeq, times, flags, lengths, payload }: BatchReader,
    begin: number,
    end: number,
    firstOffset: number,
  ): number {
    // One blob for all rows, which SQLite cuts: to bind a view for each takes far longer.
    const values: (number | Uint8Array | null)[] = [firstSeq + begin, noBytes];
    let offset = firstOffset;
    let inlineEnd = firstOffset;
    for (let row = begin; row < end; row++) {
      const length = lengths[row] ?? 0;
      const rowFlags = flags[row] ?? 0;
      const isLarge = length > largePayloadByteLength;
      values.push(times[row] ?? 0, rowFlags, offset - firstOffset + 1, isLarge ? null : length);
      offset += length;
      if (isLarge) {
        this.#insertLargePayload(
          firstSeq + row,
          rowFlags,
          payload.subarray(offset - length, offset),
        );
      } else {
        inlineEnd = offset;
      }
    }
    if (inlineEnd > firstOffset) {
      values[1] = payload.subarray(firstOffset, inlineEnd);
    }
    statement.run(...values);
    return offset;
  }

  #insertLargePayload(seq: number, flags: number, payload: Uint8Array): void {
    const head = payload.subarray(0, previewByteLength(flags));
    const [bytes, text] = isTextual(flags) ? [null, payload] : [payload, null];
    this.#insertLarge.run(seq, payload.length, head, bytes, text);
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

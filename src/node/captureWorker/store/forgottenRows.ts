import type { DatabaseSync } from 'node:sqlite';

/** Rows that are removed at once: at first, and at most. */
const minRowCount = 256;
const maxRowCount = 32_768;

/** A removal that takes less is made longer, one that takes more is made shorter. */
const goodMs = 10;

/** A file whose rows hold no more than this is made as short as they need, which copies them. */
const maxCopiedBytes = 16 * 1024 * 1024;

const tables = ['large_payload', 'frame', 'record'] as const;

/** Removes rows of a capture's file that were cleared and cannot be brought back, slice by slice. */
export class ForgottenRows {
  readonly #database: DatabaseSync;
  #rowCount = minRowCount;

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  /**
   * Removes some of the rows below `end`, in a transaction of its own. Returns whether some are left.
   * Throws what SQLite throws.
   *
   * @param isAll there are no other rows
   */
  removeSome(end: number, isAll: boolean): boolean {
    const began = performance.now();
    const to = isAll ? Infinity : this.#endOfSlice(end);
    this.#database.exec('BEGIN IMMEDIATE');
    try {
      for (const table of tables) {
        if (isAll) {
          // Without a condition, SQLite drops whole pages and looks at no row.
          this.#database.exec(`DELETE FROM ${table}`);
        } else {
          this.#database.prepare(`DELETE FROM ${table} WHERE seq < ?`).run(to);
        }
      }
      this.#database.exec('COMMIT');
    } catch (error) {
      this.#rollBack();
      throw error;
    }
    const duration = performance.now() - began;
    if (duration < goodMs / 2) {
      this.#rowCount = Math.min(2 * this.#rowCount, maxRowCount);
    } else if (duration > goodMs) {
      this.#rowCount = Math.max(this.#rowCount >>> 1, 1);
    }
    return to < end;
  }

  /**
   * Gives the room to the disk, if few rows are left; else new rows take it.
   *
   * @param byteLength of what is left
   */
  shrink(byteLength: number): void {
    if (byteLength <= maxCopiedBytes) {
      this.#database.exec('VACUUM; PRAGMA wal_checkpoint(TRUNCATE)');
    }
  }

  #endOfSlice(end: number): number {
    const found = this.#database
      .prepare('SELECT seq FROM record WHERE seq < ? ORDER BY seq LIMIT 1 OFFSET ?')
      .get(end, this.#rowCount);
    return Number(found?.['seq'] ?? end);
  }

  #rollBack(): void {
    try {
      this.#database.exec('ROLLBACK');
    } catch {
      // SQLite has rolled back by itself.
    }
  }
}

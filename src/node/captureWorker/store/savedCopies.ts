import type { CaptureStore } from '../../../core/capture/captureStore.ts';
import { copyRows } from './rowCopy.ts';
import { assertSqlite } from './sqlite.ts';
import { SqliteWriter } from './sqliteWriter.ts';

/** A part of a capture that is written to a database, row by row. */
export interface CopyRequest {
  /** The database, which can be read when all parts are in it. */
  readonly path: string;
  readonly name: string;
  readonly url: string;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  /**
   * Rows from here up to, not including, `to` are copied, as many as take a moment; a worker that has
   * copied none yet begins anew.
   */
  readonly from: number;
  readonly to: number;
}

/** The databases that rows of a capture are being copied to. */
export class SavedCopies {
  readonly #store: CaptureStore;
  readonly #source: string | undefined;
  readonly #writers = new Map<string, SqliteWriter>();

  /** @param source the name of the file that the capture was read from */
  constructor(store: CaptureStore, source: string | undefined) {
    this.#store = store;
    this.#source = source;
  }

  /** Writes some of the rows; returns the number of the row to go on with. Throws what SQLite throws. */
  copy({ path, name, url, startedAt, from, to }: CopyRequest): number {
    const { first, dropped, missing } = this.#store.extent;
    let writer = this.#writers.get(path);
    let begin = Math.max(from, first);
    try {
      if (!writer) {
        // Also where a worker that failed has begun it: what that has written may be torn.
        begin = first;
        const facts = { name, url, startedAt, dropped, missing, source: this.#source };
        writer = new SqliteWriter(assertSqlite(), path, facts);
        this.#writers.set(path, writer);
      }
      const next = copyRows(this.#store, writer, begin, to);
      if (next >= to) {
        writer.finish();
        this.#end(path);
      }
      return next;
    } catch (error) {
      this.#end(path);
      throw error;
    }
  }

  /** Lets go of the files, which are not complete. */
  close(): void {
    [...this.#writers.keys()].forEach(path => this.#end(path));
  }

  #end(path: string): void {
    this.#writers.get(path)?.close();
    this.#writers.delete(path);
  }
}

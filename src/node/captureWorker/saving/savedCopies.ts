import type { CaptureStore } from '../../../core/capture/captureStore.ts';
import type { DecodingSlot } from '../decoding/decodingSlot.ts';
import { copyRows } from '../store/rowCopy.ts';
import { SavedCalls } from './savedCalls.ts';
import { assertSqlite } from '../store/sqlite.ts';
import { SqliteWriter } from '../store/sqliteWriter.ts';

/** A part of a capture that is written to a database. */
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
  /** The calls that decoders find are copied too; they are anyway where a view has the capture decoded. */
  readonly isDecoded: boolean;
}

export interface CopiedPart {
  /** The row that the next part begins with. */
  readonly next: number;
  /** The database is complete. */
  readonly isLast: boolean;
}

interface SavedCopy {
  readonly writer: SqliteWriter;
  readonly calls: SavedCalls | undefined;
}

/** The databases that rows of a capture are being copied to. */
export class SavedCopies {
  readonly #store: CaptureStore;
  readonly #decoding: DecodingSlot;
  readonly #source: string | undefined;
  readonly #copies = new Map<string, SavedCopy>();

  /** @param source the name of the file that the capture was read from */
  constructor(store: CaptureStore, decoding: DecodingSlot, source: string | undefined) {
    this.#store = store;
    this.#decoding = decoding;
    this.#source = source;
  }

  /** Writes some of the rows, or of the calls once all rows are there. Rejects with what SQLite throws. */
  async copy(request: CopyRequest): Promise<CopiedPart> {
    const { path, from, to } = request;
    const { first } = this.#store.extent;
    const isBegun = this.#copies.has(path);
    try {
      const { writer, calls } = this.#copies.get(path) ?? this.#begin(request);
      // A worker that failed may have begun it: what that has written may be torn.
      const next = copyRows(this.#store, writer, isBegun ? Math.max(from, first) : first, to);
      const isLast = next >= to && (!calls || (await calls.copy(writer, to)));
      if (isLast) {
        writer.finish();
        this.#end(path);
      }
      return { next, isLast };
    } catch (error) {
      this.#end(path);
      throw error;
    }
  }

  /** Lets go of the files, which are not complete. */
  close(): void {
    [...this.#copies.keys()].forEach(path => this.#end(path));
  }

  #begin({ path, name, url, startedAt, isDecoded }: CopyRequest): SavedCopy {
    const { first, dropped, missing } = this.#store.extent;
    const facts = { name, url, startedAt, dropped, missing, source: this.#source };
    const writer = new SqliteWriter(assertSqlite(), path, facts);
    const isWanted = isDecoded || this.#decoding.decoding !== undefined;
    const copy = { writer, calls: isWanted ? new SavedCalls(this.#decoding, first) : undefined };
    this.#copies.set(path, copy);
    return copy;
  }

  #end(path: string): void {
    const copy = this.#copies.get(path);
    this.#copies.delete(path);
    copy?.calls?.close();
    copy?.writer.close();
  }
}

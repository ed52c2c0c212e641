import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { StoredRecord } from '../../../core/capture/captureStore.ts';

/** Rows whose facts are read at once. */
const rowsPerRead = 512;

/** Bytes of payload that are read at once at most, unless one row has more. */
const byteLengthPerRead = 512 * 1024;

const selectFacts = `
  SELECT seq, at, flags, octet_length(payload) AS size FROM record
  WHERE seq >= ? AND seq < ? ORDER BY seq`;

/** One blob for all rows, which is cut here: to be handed one for each takes several times as long. */
const selectPayloads = `
  SELECT CAST(group_concat(payload, '') AS BLOB) AS payload
  FROM (SELECT payload FROM record WHERE seq >= ? AND seq <= ? ORDER BY seq)`;

const selectLarge = 'SELECT CAST(payload AS BLOB) AS payload FROM large_payload WHERE seq = ?';

/** A long payload is in the other table: its row has no size. */
type Facts = Omit<StoredRecord, 'payload'> & { readonly size: number | null };

/** Reads rows of a capture's tables with their payloads. Throws what SQLite throws. */
export class RecordReader {
  readonly #selectFacts: StatementSync;
  readonly #selectPayloads: StatementSync;
  readonly #selectLarge: StatementSync;

  constructor(database: DatabaseSync) {
    this.#selectFacts = database.prepare(selectFacts);
    this.#selectPayloads = database.prepare(selectPayloads);
    this.#selectLarge = database.prepare(selectLarge);
  }

  /** Rows `from` up to, not including, `to`. */
  *read(from: number, to: number): Generator<StoredRecord> {
    for (let seq = from; seq < to; seq += rowsPerRead) {
      const end = Math.min(to, seq + rowsPerRead);
      const rows = this.#selectFacts.all(seq, end) as unknown as readonly Facts[];
      for (const part of partsOf(rows)) {
        yield* this.#readPart(part);
      }
    }
  }

  *#readPart(rows: readonly Facts[]): Generator<StoredRecord> {
    const bytes = bytesOf(this.#selectPayloads.get(rows[0]?.seq ?? 0, rows.at(-1)?.seq ?? -1));
    let offset = 0;
    for (const { seq, at, flags, size } of rows) {
      const end = offset + (size ?? 0);
      const payload =
        size === null ? bytesOf(this.#selectLarge.get(seq)) : bytes.subarray(offset, end);
      yield { seq, at, flags, payload };
      offset = end;
    }
  }
}

function* partsOf(rows: readonly Facts[]): Generator<readonly Facts[]> {
  let begin = 0;
  let byteLength = 0;
  for (const [index, { size }] of rows.entries()) {
    byteLength += size ?? 0;
    if (byteLength > byteLengthPerRead && index > begin) {
      yield rows.slice(begin, index);
      begin = index;
      byteLength = size ?? 0;
    }
  }
  if (begin < rows.length) {
    yield rows.slice(begin);
  }
}

function bytesOf(found: unknown): Uint8Array {
  return (
    (found as { readonly payload: Uint8Array | null } | undefined)?.payload ?? new Uint8Array()
  );
}

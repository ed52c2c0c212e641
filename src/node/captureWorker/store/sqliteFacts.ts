import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { RowColumns } from '../../../core/metrics/series.ts';

/** What statistics need of rows, with the beginnings of those that are no messages, by their place. */
export interface RowFacts extends RowColumns {
  readonly heads: ReadonlyMap<number, Uint8Array>;
}

/** A control frame is at most 125 bytes long; of a state change this is enough. */
const headByteLength = 128;

/** Reads no payload but of state changes, pings and pongs: SQLite knows lengths without that. */
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
export class FactsReader {
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

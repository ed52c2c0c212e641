import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { StoredRecord } from '../../../core/record/block.ts';
import type { FrameFacts } from '../../../core/record/frameFacts.ts';
import { RowFlag } from '../../../core/record/record.ts';
import { selectFrames } from './sqliteSchema.ts';

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

/** A row with what is known of how it came. */
export interface ReadRow {
  readonly record: StoredRecord;
  readonly frame: FrameFacts | undefined;
}

/** Reads rows of a saved capture's tables with their payloads. Throws what SQLite throws. */
export class RowReader {
  readonly #selectNext: StatementSync;
  readonly #selectFrames: StatementSync;
  readonly #selectFacts: StatementSync;
  readonly #selectPayloads: StatementSync;
  readonly #selectLarge: StatementSync;

  constructor(database: DatabaseSync) {
    this.#selectNext = database.prepare('SELECT min(seq) AS seq FROM record WHERE seq >= ?');
    this.#selectFrames = database.prepare(selectFrames);
    this.#selectFacts = database.prepare(selectFacts);
    this.#selectPayloads = database.prepare(selectPayloads);
    this.#selectLarge = database.prepare(selectLarge);
  }

  /** Rows `from` up to, not including, `to`, in the order of their numbers. */
  *read(from: number, to: number): Generator<ReadRow> {
    let seq = this.#nextOf(from);
    while (seq !== undefined && seq < to) {
      const end: number = Math.min(to, seq + rowsPerRead);
      const rows = this.#selectFacts.all(seq, end) as unknown as readonly Facts[];
      const frames = this.#framesIn(seq, end);
      for (const part of partsOf(rows)) {
        for (const record of this.#readPart(part)) {
          yield { record, frame: frames.get(record.seq) };
        }
      }
      seq = this.#nextOf(end);
    }
  }

  /** The number of the first row from `seq` on. */
  #nextOf(seq: number): number | undefined {
    const found = this.#selectNext.get(seq)?.['seq'];
    return typeof found === 'number' ? found : undefined;
  }

  #framesIn(from: number, to: number): ReadonlyMap<number, FrameFacts> {
    const found = this.#selectFrames.all(from, to);
    return new Map(
      found.flatMap(row => {
        const frame = frameOf(row);
        return frame ? [[Number(row['seq']), frame] as const] : [];
      }),
    );
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

/** `undefined` if it says nonsense: anybody may have written the file. */
function frameOf(found: Readonly<Record<string, unknown>>): FrameFacts | undefined {
  const fragmentCount = Number(found['fragments']);
  const wireByteLength = Number(found['wireSize']);
  const durationMs = Number(found['duration']);
  const isCompressed = (Number(found['flags']) & RowFlag.Compressed) !== 0;
  return [fragmentCount, wireByteLength, durationMs].every(Number.isFinite)
    ? { fragmentCount, wireByteLength, durationMs, isCompressed }
    : undefined;
}

import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { BatchReader } from '../core/capture/batch.ts';
import { valuesPerFrame } from '../core/capture/packedFrames.ts';
import { isTextual } from '../core/capture/record.ts';
import { previewByteLength } from '../core/payload/preview.ts';
import {
  insertFrame,
  insertLargePayload,
  insertRow,
  insertRows,
  largePayloadByteLength,
  packRow,
} from './sqliteSchema.ts';

/** Most rows are stored by statements of this many; fewer at once are slower, and more not faster. */
const rowsPerStatement = [128, 16, 1] as const;

/** Bound where no payload is: SQLite takes an empty blob for NULL. */
const noBytes = new Uint8Array(1);

interface MultiInsert {
  readonly rowCount: number;
  readonly statement: StatementSync;
  readonly ofTexts: StatementSync;
  /** Used again and again: making one each time is a good part of the whole. */
  readonly values: (number | Uint8Array)[];
}

/** Writes batches to a capture's tables. This is what decides how fast messages can be stored. */
export class RowInserter {
  readonly #insertRow: StatementSync;
  readonly #insertRows: readonly MultiInsert[];
  readonly #insertLarge: StatementSync;
  readonly #insertFrame: StatementSync;

  constructor(database: DatabaseSync) {
    this.#insertRow = database.prepare(insertRow);
    this.#insertRows = rowsPerStatement.map(rowCount => ({
      rowCount,
      statement: database.prepare(insertRows(rowCount, false)),
      ofTexts: database.prepare(insertRows(rowCount, true)),
      values: Array<number | Uint8Array>(1 + 2 * rowCount).fill(0.5),
    }));
    this.#insertLarge = database.prepare(insertLargePayload);
    this.#insertFrame = database.prepare(insertFrame);
  }

  /** Throws what SQLite throws; the caller's transaction must then be rolled back. */
  insert(batch: BatchReader): void {
    const { rowCount, lengths } = batch;
    let row = 0;
    let offset = 0;
    while (row < rowCount) {
      // The first row says its number, and those after it follow on it.
      this.#insertOne(batch, row, offset);
      offset += lengths[row] ?? 0;
      row++;
      const end = nextLarge(lengths, row);
      for (const insert of this.#insertRows) {
        for (; end - row >= insert.rowCount; row += insert.rowCount) {
          offset = insertSome(insert, batch, row, offset);
        }
      }
    }
    this.#insertFrames(batch);
  }

  #insertFrames({ firstSeq, frames }: BatchReader): void {
    for (let begin = 0; begin < frames.length; begin += valuesPerFrame) {
      const [row = 0, ...facts] = frames.subarray(begin, begin + valuesPerFrame);
      this.#insertFrame.run(firstSeq + row, ...facts);
    }
  }

  #insertOne(
    { firstSeq, times, flags, lengths, payload }: BatchReader,
    row: number,
    offset: number,
  ) {
    const seq = firstSeq + row;
    const at = times[row] ?? 0;
    const length = lengths[row] ?? 0;
    const rowFlags = flags[row] ?? 0;
    const bytes = payload.subarray(offset, offset + length);
    if (length > largePayloadByteLength) {
      this.#insertRow.run(seq, null, at, packRow(rowFlags, 0, 0));
      this.#insertLargePayload(seq, rowFlags, bytes);
    } else {
      this.#insertRow.run(seq, length === 0 ? noBytes : bytes, at, packRow(rowFlags, 0, length));
    }
  }

  #insertLargePayload(seq: number, flags: number, payload: Uint8Array): void {
    const head = payload.subarray(0, previewByteLength(flags));
    const [bytes, text] = isTextual(flags) ? [null, payload] : [payload, null];
    this.#insertLarge.run(seq, payload.length, head, bytes, text);
  }
}

/** @returns where the payload after the last row begins */
function insertSome(
  { rowCount, statement, ofTexts, values }: MultiInsert,
  { times, flags, lengths, payload }: BatchReader,
  begin: number,
  offset: number,
): number {
  const end = begin + rowCount;
  let length = 0;
  let index = 1;
  let areTexts = true;
  for (let row = begin; row < end; row++) {
    const rowLength = lengths[row] ?? 0;
    values[index++] = times[row] ?? 0;
    const rowFlags = flags[row] ?? 0;
    areTexts &&= isTextual(rowFlags);
    values[index++] = packRow(rowFlags, length, rowLength);
    length += rowLength;
  }
  // One blob for all rows, which SQLite cuts: to bind a view for each takes far longer.
  values[0] = length === 0 ? noBytes : payload.subarray(offset, offset + length);
  (areTexts ? ofTexts : statement).run(...values);
  return offset + length;
}

/** The first row from `row` on whose payload is not stored with it, or the number of rows. */
function nextLarge(lengths: Uint32Array, row: number): number {
  let index = row;
  while ((lengths[index] ?? Infinity) <= largePayloadByteLength) {
    index++;
  }
  return index;
}

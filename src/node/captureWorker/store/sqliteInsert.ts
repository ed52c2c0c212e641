import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { BatchReader } from '../../../core/record/batch.ts';
import { valuesPerFrame } from '../../../core/record/frameFacts.ts';
import { isTextual } from '../../../core/record/record.ts';
import { previewByteLength } from '../../../core/record/preview.ts';
import {
  insertFrame,
  insertLargePayload,
  insertRow,
  insertRows,
  largePayloadByteLength,
  packRow,
  type RowsInCommon,
} from './sqliteSchema.ts';

/** Most rows are stored by statements of this many; fewer at once are slower, and more not faster. */
const rowsPerStatement = [128, 16, 1] as const;

/** Bound if there is no payload: SQLite takes an empty blob for NULL. */
const noBytes = new Uint8Array(1);

const rowsInCommon: readonly RowsInCommon[] = [
  { areTexts: true, haveOneTime: true },
  { areTexts: true, haveOneTime: false },
  { areTexts: false, haveOneTime: true },
  { areTexts: false, haveOneTime: false },
];

interface MultiInsert extends RowsInCommon {
  readonly statement: StatementSync;
  /** Used again and again: making one each time is a good part of the whole. */
  readonly values: (number | Uint8Array)[];
}

/** Writes batches to a capture's tables. This is what decides how fast messages can be stored. */
export class RowInserter {
  readonly #insertRow: StatementSync;
  readonly #insertRows: readonly { readonly rowCount: number; readonly inserts: MultiInsert[] }[];
  readonly #insertLarge: StatementSync;
  readonly #insertFrame: StatementSync;

  constructor(database: DatabaseSync) {
    this.#insertRow = database.prepare(insertRow);
    this.#insertRows = rowsPerStatement.map(rowCount => ({
      rowCount,
      inserts: rowsInCommon.map(inCommon => ({
        ...inCommon,
        statement: database.prepare(insertRows(rowCount, inCommon)),
        values: Array<number | Uint8Array>(
          inCommon.haveOneTime ? 2 + rowCount : 1 + 2 * rowCount,
        ).fill(0.5),
      })),
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
      // The first row has its number, and the later ones follow it.
      this.#insertOne(batch, row, offset);
      offset += lengths[row] ?? 0;
      row++;
      const end = nextLarge(lengths, row);
      for (const { rowCount: some, inserts } of this.#insertRows) {
        for (; end - row >= some; row += some) {
          offset = insertSome(inserts, batch, row, row + some, offset);
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
      this.#insertRow.run(seq, null, packRow(rowFlags, 0, 0), at);
      this.#insertLargePayload(seq, rowFlags, bytes);
    } else {
      this.#insertRow.run(seq, length === 0 ? noBytes : bytes, packRow(rowFlags, 0, length), at);
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
  inserts: readonly MultiInsert[],
  { times, flags, lengths, payload }: BatchReader,
  begin: number,
  end: number,
  offset: number,
): number {
  const haveOneTime = isEach(times, begin, end, time => time === times[begin]);
  const areTexts = isEach(flags, begin, end, isTextual);
  const insert = inserts.find(
    each => each.areTexts === areTexts && each.haveOneTime === haveOneTime,
  );
  if (!insert) {
    throw new RangeError('No statement takes such rows');
  }
  const { statement, values } = insert;
  let length = 0;
  let index = 1;
  if (haveOneTime) {
    values[index++] = times[begin] ?? 0;
  }
  for (let row = begin; row < end; row++) {
    const rowLength = lengths[row] ?? 0;
    values[index++] = packRow(flags[row] ?? 0, length, rowLength);
    if (!haveOneTime) {
      values[index++] = times[row] ?? 0;
    }
    length += rowLength;
  }
  // One blob for all rows, which SQLite cuts: to bind a view for each takes far longer.
  values[0] = length === 0 ? noBytes : payload.subarray(offset, offset + length);
  statement.run(...values);
  return offset + length;
}

function isEach(
  values: Float64Array | Uint32Array,
  begin: number,
  end: number,
  test: (value: number) => boolean,
): boolean {
  for (let index = begin; index < end; index++) {
    if (!test(values[index] ?? NaN)) {
      return false;
    }
  }
  return true;
}

/** The first row from `row` on whose payload is not stored with it, or the number of rows. */
function nextLarge(lengths: Uint32Array, row: number): number {
  let index = row;
  while ((lengths[index] ?? Infinity) <= largePayloadByteLength) {
    index++;
  }
  return index;
}

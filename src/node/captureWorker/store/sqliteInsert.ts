import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { BlockRows } from '../../../core/capture/matchedRows.ts';
import {
  byteLengthOfRow,
  payloadBegin,
  payloadOfRow,
  type Block,
} from '../../../core/record/block.ts';
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

/** Writes rows to a saved capture's tables. This is what decides how fast one is saved. */
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

  /** Throws what SQLite throws. */
  insert({ block, begin, end }: BlockRows): void {
    let row = begin;
    while (row < end) {
      // The first row has its number, and the later ones follow it.
      this.#insertOne(block, row);
      row++;
      const to = nextLarge(block, row, end);
      for (const { rowCount: some, inserts } of this.#insertRows) {
        for (; to - row >= some; row += some) {
          insertSome(inserts, block, row, row + some);
        }
      }
    }
    this.#insertFrames({ block, begin, end });
  }

  #insertFrames({ block: { firstSeq, frames }, begin, end }: BlockRows): void {
    for (let index = 0; index < frames.length; index += valuesPerFrame) {
      const [row = 0, ...facts] = frames.subarray(index, index + valuesPerFrame);
      if (row >= begin && row < end) {
        this.#insertFrame.run(firstSeq + row, ...facts);
      }
    }
  }

  #insertOne(block: Block, row: number): void {
    const seq = block.firstSeq + row;
    const at = block.times[row] ?? 0;
    const rowFlags = block.flags[row] ?? 0;
    const bytes = payloadOfRow(block, row);
    const { length } = bytes;
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

function insertSome(
  inserts: readonly MultiInsert[],
  block: Block,
  begin: number,
  end: number,
): void {
  const { times, flags, payload } = block;
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
    const rowLength = byteLengthOfRow(block, row);
    values[index++] = packRow(flags[row] ?? 0, length, rowLength);
    if (!haveOneTime) {
      values[index++] = times[row] ?? 0;
    }
    length += rowLength;
  }
  const offset = payloadBegin(block, begin);
  // One blob for all rows, which SQLite cuts: to bind a view for each takes far longer.
  values[0] = length === 0 ? noBytes : payload.subarray(offset, offset + length);
  statement.run(...values);
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

/** The first row from `row` on, below `end`, whose payload is not stored with it, or `end`. */
function nextLarge(block: Block, row: number, end: number): number {
  let index = row;
  while (index < end && byteLengthOfRow(block, index) <= largePayloadByteLength) {
    index++;
  }
  return index;
}

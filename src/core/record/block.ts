import type { PackedFrames } from './frameFacts.ts';

/**
 * Rows that follow each other, as columns: what batches are, and what a capture's log consists of. The
 * payload of row `i` is from `ends[i - 1]`, or 0, up to `ends[i]`.
 */
export interface Block {
  /** The number of the first row; the others follow it. */
  readonly firstSeq: number;
  readonly rowCount: number;
  /** Milliseconds since 1970. */
  readonly times: Float64Array;
  /** See `RowFlag`. */
  readonly flags: Uint32Array;
  readonly ends: Uint32Array;
  /** By the row in this block. */
  readonly frames: PackedFrames;
  readonly payload: Uint8Array;
}

/** A row as it is stored, with all of its payload, which is lent until the next one is read. */
export interface StoredRecord {
  readonly seq: number;
  readonly at: number;
  readonly flags: number;
  readonly payload: Uint8Array;
}

/** The number after the last row's. */
export function nextSeqOf({ firstSeq, rowCount }: Pick<Block, 'firstSeq' | 'rowCount'>): number {
  return firstSeq + rowCount;
}

/** Where the payload of a row begins; of the row after the last, where all payloads end. */
export function payloadBegin({ ends }: Pick<Block, 'ends'>, row: number): number {
  return row === 0 ? 0 : (ends[row - 1] ?? 0);
}

/** Bytes of the payload of a row. */
export function byteLengthOfRow(block: Pick<Block, 'ends'>, row: number): number {
  return (block.ends[row] ?? 0) - payloadBegin(block, row);
}

export function payloadOfRow(block: Block, row: number): Uint8Array {
  return block.payload.subarray(payloadBegin(block, row), block.ends[row]);
}

/** Rows `begin` up to, not including, `end` of a block. */
export function* recordsOf(block: Block, begin = 0, end = block.rowCount): Generator<StoredRecord> {
  // A block that is not in memory reads its payloads when they are asked for.
  const { firstSeq, times, flags, ends, payload } = block;
  let offset = payloadBegin(block, begin);
  for (let row = begin; row < end; row++) {
    const next = ends[row] ?? offset;
    yield {
      seq: firstSeq + row,
      at: times[row] ?? 0,
      flags: flags[row] ?? 0,
      payload: payload.subarray(offset, next),
    };
    offset = next;
  }
}

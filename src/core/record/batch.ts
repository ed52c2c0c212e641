import { type Block, nextSeqOf } from './block.ts';
import type { TextRun } from './textRun.ts';
import { type FrameFacts, packFrame, valuesPerFrame, type PackedFrames } from './frameFacts.ts';

/**
 * A batch is what travels to the capture worker at once: a column store in one buffer, which may have
 * room for more than is in it.
 *
 *     offset          type     what
 *     0               float64  sequence number of the first row
 *     8               uint32   number of rows
 *     12              uint32   number of payload bytes
 *     16              uint32   number of frame facts
 *     20              uint32   rows that there is room for, n
 *     24              uint32   frame facts that there is room for, f
 *     32              float64  × n, when: milliseconds since 1970
 *     32 + 8 n        uint32   × n, flags of a row, see record.ts
 *     32 + 12 n       uint32   × n, where the payloads end
 *     32 + 16 n       float64  × 4 f, how some of the messages came, see frameFacts.ts
 *     32 + 16 n + 32 f  bytes  the payloads, one after the other
 *
 * The buffer is shared or cloned, never transferred, so that the host still has each batch until
 * the worker has stored it: a worker that dies loses nothing. Only buffers that serve again and
 * again are shared ones. Their memory is not counted by the garbage collector, which would let
 * gigabytes of those that serve once pile up.
 */
export type BatchBuffer = ArrayBuffer | SharedArrayBuffer;

/** Copies the bytes `begin` up to, not including, `end` of `from` to `to`, from `at` on. */
export type CopyBytes = (
  from: Uint8Array,
  begin: number,
  end: number,
  to: Uint8Array,
  at: number,
) => void;

const setBytes: CopyBytes = (from, begin, end, to, at) => to.set(from.subarray(begin, end), at);

const headerByteLength = 32;
const byteLengthPerRow = 16;
const byteLengthPerFrame = 8 * valuesPerFrame;

/** A batch that is full by any of these is sent; a longer payload gets a batch of its own. */
export const batchRowCapacity = 4096;
export const batchByteCapacity = 256 * 1024;
export const batchFrameCapacity = 1024;

/** Bytes of the buffer of a batch. */
export function batchByteLength(
  rowCount: number,
  payloadByteLength: number,
  frameCount = 0,
): number {
  return (
    headerByteLength +
    byteLengthPerRow * rowCount +
    byteLengthPerFrame * frameCount +
    payloadByteLength
  );
}

/** The length of a buffer that rows are collected in. */
export const wholeBatchByteLength = batchByteLength(
  batchRowCapacity,
  batchByteCapacity,
  batchFrameCapacity,
);

/** What a batch holds, or has room for. */
interface BatchSize {
  readonly rows: number;
  readonly frames: number;
}

/** The columns of a batch, with all that there is room for. */
class BatchColumns {
  readonly header: DataView;
  readonly times: Float64Array;
  readonly flags: Uint32Array;
  readonly ends: Uint32Array;
  readonly frames: PackedFrames;
  readonly payload: Uint8Array;

  constructor(buffer: BatchBuffer, { rows, frames }: BatchSize) {
    this.header = new DataView(buffer, 0, headerByteLength);
    this.times = new Float64Array(buffer, headerByteLength, rows);
    this.flags = new Uint32Array(buffer, headerByteLength + 8 * rows, rows);
    this.ends = new Uint32Array(buffer, headerByteLength + 12 * rows, rows);
    this.frames = new Float64Array(buffer, batchByteLength(rows, 0), valuesPerFrame * frames);
    this.payload = new Uint8Array(buffer, batchByteLength(rows, 0, frames));
  }

  writeHeader(firstSeq: number, { rows, frames }: BatchSize, payloadByteLength: number): void {
    this.header.setFloat64(0, firstSeq, true);
    this.header.setUint32(8, rows, true);
    this.header.setUint32(12, payloadByteLength, true);
    this.header.setUint32(16, frames, true);
    this.header.setUint32(20, this.times.length, true);
    this.header.setUint32(24, this.frames.length / valuesPerFrame, true);
  }
}

/** Collects rows where they stay: in the buffer that is the batch. */
export class BatchWriter {
  readonly #copy: CopyBytes;
  readonly #columns: BatchColumns;
  #frameCount = 0;
  #rowCount = 0;
  #byteLength = 0;

  /** @param buffer of `wholeBatchByteLength` bytes; what was in it is overwritten */
  constructor(buffer: BatchBuffer, copy = setBytes) {
    this.#columns = new BatchColumns(buffer, {
      rows: batchRowCapacity,
      frames: batchFrameCapacity,
    });
    this.#copy = copy;
  }

  get rowCount(): number {
    return this.#rowCount;
  }

  /** Bytes that a buffer takes which has room for no more than is in it. */
  get usedByteLength(): number {
    return batchByteLength(this.#rowCount, this.#byteLength, this.#frameCount);
  }

  /** Copies a row. `false`, with nothing copied, if it does not fit in. */
  append(at: number, flags: number, payload: Uint8Array, frame?: FrameFacts): boolean {
    const row = this.#rowCount;
    const begin = this.#byteLength;
    const end = begin + payload.length;
    if (row === batchRowCapacity || end > batchByteCapacity) {
      return false;
    }
    const { times, flags: allFlags, ends, frames, payload: bytes } = this.#columns;
    if (frame) {
      if (this.#frameCount === batchFrameCapacity) {
        return false;
      }
      packFrame(frames, this.#frameCount++, row, frame);
    }
    this.#copy(payload, 0, payload.length, bytes, begin);
    times[row] = at;
    allFlags[row] = flags;
    ends[row] = end;
    this.#rowCount = row + 1;
    this.#byteLength = end;
    return true;
  }

  /**
   * Copies texts from number `from` of a run on, as many as fit in. None is longer than a batch. Returns
   * the number of the first that does not fit, or how many there are.
   */
  appendTexts(at: number, flags: number, { bytes, spans, count }: TextRun, from: number): number {
    const copy = this.#copy;
    const { times, flags: allFlags, ends, payload } = this.#columns;
    let row = this.#rowCount;
    let offset = this.#byteLength;
    let index = from;
    for (; index < count && row < batchRowCapacity; index++, row++) {
      const begin = spans[2 * index] ?? 0;
      const end = spans[2 * index + 1] ?? 0;
      if (offset + end - begin > batchByteCapacity) {
        break;
      }
      copy(bytes, begin, end, payload, offset);
      times[row] = at;
      allFlags[row] = flags;
      offset += end - begin;
      ends[row] = offset;
    }
    this.#rowCount = row;
    this.#byteLength = offset;
    return index;
  }

  /** Makes the buffer a batch. What is appended next overwrites it. */
  finish(firstSeq: number): void {
    this.#columns.writeHeader(firstSeq, this.#size, this.#byteLength);
    this.#rowCount = this.#frameCount = this.#byteLength = 0;
  }

  /** Copies the rows to a batch of its own, with room for no more. */
  copy(firstSeq: number): ArrayBuffer {
    const { rows, frames } = this.#size;
    const byteLength = this.#byteLength;
    const buffer = new ArrayBuffer(this.usedByteLength);
    const columns = new BatchColumns(buffer, this.#size);
    columns.writeHeader(firstSeq, this.#size, byteLength);
    columns.times.set(this.#columns.times.subarray(0, rows));
    columns.flags.set(this.#columns.flags.subarray(0, rows));
    columns.ends.set(this.#columns.ends.subarray(0, rows));
    columns.frames.set(this.#columns.frames.subarray(0, valuesPerFrame * frames));
    columns.payload.set(this.#columns.payload.subarray(0, byteLength));
    return buffer;
  }

  get #size(): BatchSize {
    return { rows: this.#rowCount, frames: this.#frameCount };
  }
}

/** A batch of one row, for a payload of any length. */
export function singleRowBatch(
  firstSeq: number,
  at: number,
  flags: number,
  payload: Uint8Array,
  frame?: FrameFacts,
): ArrayBuffer {
  const size = { rows: 1, frames: frame ? 1 : 0 };
  const buffer = new ArrayBuffer(batchByteLength(1, payload.length, size.frames));
  const columns = new BatchColumns(buffer, size);
  columns.writeHeader(firstSeq, size, payload.length);
  columns.times[0] = at;
  columns.flags[0] = flags;
  columns.ends[0] = payload.length;
  if (frame) {
    packFrame(columns.frames, 0, 0, frame);
  }
  columns.payload.set(payload);
  return buffer;
}

/** A batch that was received. */
export class BatchReader implements Block {
  readonly firstSeq: number;
  readonly rowCount: number;
  readonly times: Float64Array;
  readonly flags: Uint32Array;
  readonly ends: Uint32Array;
  readonly frames: PackedFrames;
  readonly payload: Uint8Array;

  constructor(buffer: BatchBuffer) {
    const header = new DataView(buffer, 0, headerByteLength);
    const room = { rows: header.getUint32(20, true), frames: header.getUint32(24, true) };
    const columns = new BatchColumns(buffer, room);
    const rowCount = header.getUint32(8, true);
    this.firstSeq = header.getFloat64(0, true);
    this.rowCount = rowCount;
    this.times = columns.times.subarray(0, rowCount);
    this.flags = columns.flags.subarray(0, rowCount);
    this.ends = columns.ends.subarray(0, rowCount);
    this.frames = columns.frames.subarray(0, valuesPerFrame * header.getUint32(16, true));
    this.payload = columns.payload.subarray(0, header.getUint32(12, true));
  }

  /** The sequence number after the last row's. */
  get nextSeq(): number {
    return nextSeqOf(this);
  }
}

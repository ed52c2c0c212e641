import { type FrameFacts, packFrame, valuesPerFrame, type PackedFrames } from './frameFacts.ts';

/**
 * A batch is what travels to the capture worker at once: a column store in one buffer.
 *
 *     offset          type     what
 *     0               float64  sequence number of the first row
 *     8               uint32   number of rows, n
 *     12              uint32   number of payload bytes
 *     16              uint32   number of frame facts, f
 *     24              float64  × n, when: milliseconds since 1970
 *     24 + 8 n        uint32   × n, flags of a row, see record.ts
 *     24 + 12 n       uint32   × n, lengths of the payloads
 *     24 + 16 n       float64  × 4 f, how some of the messages came, see packedFrames.ts
 *     24 + 16 n + 32 f  bytes  the payloads, one after the other
 *
 * The buffer is shared or cloned, never transferred, so that the host still has each batch until
 * the worker has stored it: a worker that dies loses nothing. Only buffers that serve again and
 * again are shared ones. Their memory is not counted by the garbage collector, which would let
 * gigabytes of those that serve once pile up.
 */
export type BatchBuffer = ArrayBuffer | SharedArrayBuffer;

const headerByteLength = 24;
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

/**
 * Collects rows. It does so in memory of its own and copies them to a buffer at the end: copying
 * many small and unaligned pieces to shared memory is several times slower than to private memory,
 * and the buffer need be no longer than its rows.
 */
export class BatchWriter {
  readonly #times = new Float64Array(batchRowCapacity);
  readonly #flags = new Uint32Array(batchRowCapacity);
  readonly #lengths = new Uint32Array(batchRowCapacity);
  readonly #payload = new Uint8Array(batchByteCapacity);
  /** Created with the first frame facts. */
  #frames: PackedFrames | undefined;
  #frameCount = 0;
  #rowCount = 0;
  #byteLength = 0;

  get rowCount(): number {
    return this.#rowCount;
  }

  /** Bytes of the buffer that `finish` fills. */
  get bufferByteLength(): number {
    return batchByteLength(this.#rowCount, this.#byteLength, this.#frameCount);
  }

  /** Copies a row. `false`, with nothing copied, if it does not fit in. */
  append(at: number, flags: number, payload: Uint8Array, frame?: FrameFacts): boolean {
    const row = this.#rowCount;
    const offset = this.#byteLength;
    const end = offset + payload.length;
    if (row === batchRowCapacity || end > batchByteCapacity) {
      return false;
    }
    if (frame && !this.#appendFrame(row, frame)) {
      return false;
    }
    this.#payload.set(payload, offset);
    this.#times[row] = at;
    this.#flags[row] = flags;
    this.#lengths[row] = payload.length;
    this.#rowCount = row + 1;
    this.#byteLength = end;
    return true;
  }

  /** Copies the rows to `buffer`, which may be longer than they need, and starts over. */
  finish(firstSeq: number, buffer: BatchBuffer): void {
    const rowCount = this.#rowCount;
    const frameCount = this.#frameCount;
    const batch = writeHeader(buffer, firstSeq, rowCount, this.#byteLength, frameCount);
    batch.times.set(this.#times.subarray(0, rowCount));
    batch.flags.set(this.#flags.subarray(0, rowCount));
    batch.lengths.set(this.#lengths.subarray(0, rowCount));
    if (this.#frames) {
      batch.frames.set(this.#frames.subarray(0, valuesPerFrame * frameCount));
    }
    batch.payload.set(this.#payload.subarray(0, this.#byteLength));
    this.#rowCount = 0;
    this.#frameCount = 0;
    this.#byteLength = 0;
  }

  #appendFrame(row: number, frame: FrameFacts): boolean {
    if (this.#frameCount === batchFrameCapacity) {
      return false;
    }
    this.#frames ??= new Float64Array(valuesPerFrame * batchFrameCapacity);
    packFrame(this.#frames, this.#frameCount++, row, frame);
    return true;
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
  const frameCount = frame ? 1 : 0;
  const buffer = new ArrayBuffer(batchByteLength(1, payload.length, frameCount));
  const batch = writeHeader(buffer, firstSeq, 1, payload.length, frameCount);
  batch.times[0] = at;
  batch.flags[0] = flags;
  batch.lengths[0] = payload.length;
  if (frame) {
    packFrame(batch.frames, 0, 0, frame);
  }
  batch.payload.set(payload);
  return buffer;
}

/** The columns of a batch. The payload of row `i` begins where the one before it ends. */
export class BatchReader {
  readonly firstSeq: number;
  readonly rowCount: number;
  readonly times: Float64Array;
  readonly flags: Uint32Array;
  readonly lengths: Uint32Array;
  /** By the row in this batch. */
  readonly frames: PackedFrames;
  readonly payload: Uint8Array;

  constructor(buffer: BatchBuffer) {
    const header = new DataView(buffer, 0, headerByteLength);
    const rowCount = header.getUint32(8, true);
    const frameCount = header.getUint32(16, true);
    const framesAt = batchByteLength(rowCount, 0);
    const payloadAt = batchByteLength(rowCount, 0, frameCount);
    this.firstSeq = header.getFloat64(0, true);
    this.rowCount = rowCount;
    this.times = new Float64Array(buffer, headerByteLength, rowCount);
    this.flags = new Uint32Array(buffer, headerByteLength + 8 * rowCount, rowCount);
    this.lengths = new Uint32Array(buffer, headerByteLength + 12 * rowCount, rowCount);
    this.frames = new Float64Array(buffer, framesAt, valuesPerFrame * frameCount);
    this.payload = new Uint8Array(buffer, payloadAt, header.getUint32(12, true));
  }

  /** The sequence number after the last row's. */
  get nextSeq(): number {
    return this.firstSeq + this.rowCount;
  }
}

function writeHeader(
  buffer: BatchBuffer,
  firstSeq: number,
  rowCount: number,
  payloadByteLength: number,
  frameCount: number,
): BatchReader {
  const header = new DataView(buffer, 0, headerByteLength);
  header.setFloat64(0, firstSeq, true);
  header.setUint32(8, rowCount, true);
  header.setUint32(12, payloadByteLength, true);
  header.setUint32(16, frameCount, true);
  return new BatchReader(buffer);
}

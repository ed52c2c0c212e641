/**
 * A batch is what travels to the capture worker at once: a column store in one buffer.
 *
 *     offset          type     what
 *     0               float64  sequence number of the first row
 *     8               uint32   number of rows, n
 *     12              uint32   number of payload bytes
 *     16              float64  × n, when: milliseconds since 1970
 *     16 + 8 n        uint32   × n, flags of a row, see record.ts
 *     16 + 12 n       uint32   × n, lengths of the payloads
 *     16 + 16 n       bytes    the payloads, one after the other
 *
 * The buffer is shared or cloned, never transferred, so that the host still has each batch until
 * the worker has stored it: a worker that dies loses nothing. Only buffers that serve again and
 * again are shared ones. Their memory is not counted by the garbage collector, which would let
 * gigabytes of those that serve once pile up.
 */
export type BatchBuffer = ArrayBuffer | SharedArrayBuffer;

const headerByteLength = 16;
const byteLengthPerRow = 16;

/** A batch that is full by either of these is sent; a longer payload gets a batch of its own. */
export const batchRowCapacity = 4096;
export const batchByteCapacity = 256 * 1024;

/** Bytes of the buffer of a batch. */
export function batchByteLength(rowCount: number, payloadByteLength: number): number {
  return headerByteLength + byteLengthPerRow * rowCount + payloadByteLength;
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
  #rowCount = 0;
  #byteLength = 0;

  get rowCount(): number {
    return this.#rowCount;
  }

  /** Bytes of the buffer that `finish` fills. */
  get bufferByteLength(): number {
    return batchByteLength(this.#rowCount, this.#byteLength);
  }

  /** Copies a row; `false`, and nothing copied, where it does not fit in. */
  append(at: number, flags: number, payload: Uint8Array): boolean {
    const row = this.#rowCount;
    const offset = this.#byteLength;
    const end = offset + payload.length;
    if (row === batchRowCapacity || end > batchByteCapacity) {
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
    const batch = writeHeader(buffer, firstSeq, rowCount, this.#byteLength);
    batch.times.set(this.#times.subarray(0, rowCount));
    batch.flags.set(this.#flags.subarray(0, rowCount));
    batch.lengths.set(this.#lengths.subarray(0, rowCount));
    batch.payload.set(this.#payload.subarray(0, this.#byteLength));
    this.#rowCount = 0;
    this.#byteLength = 0;
  }
}

/** A batch of one row, for a payload of any length. */
export function singleRowBatch(
  firstSeq: number,
  at: number,
  flags: number,
  payload: Uint8Array,
): ArrayBuffer {
  const buffer = new ArrayBuffer(batchByteLength(1, payload.length));
  const batch = writeHeader(buffer, firstSeq, 1, payload.length);
  batch.times[0] = at;
  batch.flags[0] = flags;
  batch.lengths[0] = payload.length;
  batch.payload.set(payload);
  return buffer;
}

/** The columns of a batch. Row `i`'s payload begins where the payloads before it end. */
export class BatchReader {
  readonly firstSeq: number;
  readonly rowCount: number;
  readonly times: Float64Array;
  readonly flags: Uint32Array;
  readonly lengths: Uint32Array;
  readonly payload: Uint8Array;

  constructor(buffer: BatchBuffer) {
    const header = new DataView(buffer, 0, headerByteLength);
    const rowCount = header.getUint32(8, true);
    this.firstSeq = header.getFloat64(0, true);
    this.rowCount = rowCount;
    this.times = new Float64Array(buffer, headerByteLength, rowCount);
    this.flags = new Uint32Array(buffer, headerByteLength + 8 * rowCount, rowCount);
    this.lengths = new Uint32Array(buffer, headerByteLength + 12 * rowCount, rowCount);
    this.payload = new Uint8Array(buffer, batchByteLength(rowCount, 0), header.getUint32(12, true));
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
): BatchReader {
  const header = new DataView(buffer, 0, headerByteLength);
  header.setFloat64(0, firstSeq, true);
  header.setUint32(8, rowCount, true);
  header.setUint32(12, payloadByteLength, true);
  return new BatchReader(buffer);
}

import {
  batchByteCapacity,
  batchByteLength,
  batchFrameCapacity,
  batchRowCapacity,
  type BatchBuffer,
} from './batch.ts';

/** Shared buffers have this length, enough for any batch but that of one long payload. */
const sharedByteLength = batchByteLength(batchRowCapacity, batchByteCapacity, batchFrameCapacity);

/** Shorter batches get a buffer to measure: to clone it costs less than to have a long one wait. */
const minSharedByteLength = sharedByteLength / 4;

/** Shared buffers that are kept for all captures together: 8 MiB. */
const maxPooled = Math.floor((8 * 1024 * 1024) / sharedByteLength);

/** Hands out buffers for batches, and hands them out again once they have been given back. */
export class BufferPool {
  readonly #free: SharedArrayBuffer[] = [];

  /** A buffer of at least `byteLength` bytes, which may hold those of an earlier batch. */
  take(byteLength: number): BatchBuffer {
    if (byteLength < minSharedByteLength || byteLength > sharedByteLength) {
      return new ArrayBuffer(byteLength);
    }
    return this.#free.pop() ?? new SharedArrayBuffer(sharedByteLength);
  }

  /** To be called when the batch in `buffer` is stored and is not read any more. */
  giveBack(buffer: BatchBuffer): void {
    if (buffer instanceof SharedArrayBuffer && this.#free.length < maxPooled) {
      this.#free.push(buffer);
    }
  }
}

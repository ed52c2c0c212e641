import { wholeBatchByteLength } from './batch.ts';

/** Buffers that are kept for all captures together: 8 MiB. */
const maxPooled = Math.floor((8 * 1024 * 1024) / wholeBatchByteLength);

/** Hands out shared buffers for batches, and hands them out again once they have been given back. */
export class BufferPool {
  readonly #free: SharedArrayBuffer[] = [];

  /** A buffer of `wholeBatchByteLength` bytes, which may hold those of an earlier batch. */
  take(): SharedArrayBuffer {
    return this.#free.pop() ?? new SharedArrayBuffer(wholeBatchByteLength);
  }

  /** To be called when the batch in `buffer` is stored and is not read any more. */
  giveBack(buffer: SharedArrayBuffer): void {
    if (this.#free.length < maxPooled) {
      this.#free.push(buffer);
    }
  }
}

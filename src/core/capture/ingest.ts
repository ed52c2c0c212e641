import type { Clock } from '../base/clock.ts';
import type { Disposable } from '../base/lifecycle.ts';
import {
  batchByteCapacity,
  batchByteLength,
  batchRowCapacity,
  BatchWriter,
  singleRowBatch,
} from './batch.ts';

/** A batch goes out at this age, so that what a quiet peer says is seen at once. */
const longestWaitMs = 10;

/**
 * Bytes that wait to be stored: beyond the first the socket pauses, below the second it resumes. The
 * first is what the worker stores in about 0.2 s, which is how late a flood is seen then.
 */
export const pauseAboveBytes = 16 * 1024 * 1024;
export const resumeBelowBytes = 4 * 1024 * 1024;

/** Buffers of this length serve again; shorter ones are made to measure and left to the collector. */
export const pooledByteLength = batchByteLength(batchRowCapacity, batchByteCapacity);
const leastPooledByteLength = pooledByteLength / 4;
/** How many of them are kept while nothing waits. */
const longestIdlePool = 4;

export interface IngestOptions {
  readonly clock: Clock;
  /** The sequence number of the first row. */
  readonly firstSeq: number;
  /**
   * Takes a batch to where it is stored; `Ingest.acknowledge` must follow for each, in order. The
   * row after it will have the number `nextSeq`.
   */
  readonly send: (batch: SharedArrayBuffer, nextSeq: number) => void;
  /** Told `true` when the peer should be slowed down, `false` when it may go on. */
  readonly onPressure: (isHigh: boolean) => void;
}

/**
 * Collects the rows of one capture into batches and counts what is not stored yet. This runs on the
 * extension host's main thread for each message, so `append` does no more than copy and count.
 */
export class Ingest implements Disposable {
  readonly #options: IngestOptions;
  readonly #writer = new BatchWriter();
  readonly #pool: SharedArrayBuffer[] = [];
  /** What was sent and not acknowledged, oldest first. */
  #unacknowledged: SharedArrayBuffer[] = [];
  #unacknowledgedByteLength = 0;
  #isPressureHigh = false;
  #timer: Disposable | undefined;
  #nextSeq: number;
  #isDisposed = false;

  constructor(options: IngestOptions) {
    this.#options = options;
    this.#nextSeq = options.firstSeq;
  }

  /** The sequence number of the row that is appended next. */
  get nextSeq(): number {
    return this.#nextSeq + this.#writer.rowCount;
  }

  /** Copies `payload`. Does nothing once disposed of. */
  append(at: number, flags: number, payload: Uint8Array): void {
    if (this.#isDisposed) {
      return;
    }
    if (!this.#writer.append(at, flags, payload)) {
      this.flush();
      if (payload.length > batchByteCapacity) {
        this.#send(singleRowBatch(this.#nextSeq, at, flags, payload), 1);
        return;
      }
      this.#writer.append(at, flags, payload);
    }
    // The timer outlives a batch that was full before: to set one anew for each would cost more
    // than a batch that goes out early now and then.
    this.#timer ??= this.#options.clock.schedule(longestWaitMs, () => {
      this.#timer = undefined;
      this.flush();
    });
  }

  /** Sends what was appended so far. */
  flush(): void {
    const { rowCount, bufferByteLength } = this.#writer;
    if (rowCount > 0) {
      const buffer = this.#takeBuffer(bufferByteLength);
      this.#writer.finish(this.#nextSeq, buffer);
      this.#send(buffer, rowCount);
    }
  }

  /** The oldest batch that was sent has been stored: its buffer may serve again. */
  acknowledge(): void {
    const buffer = this.#unacknowledged.shift();
    if (!buffer) {
      return;
    }
    if (buffer.byteLength === pooledByteLength) {
      this.#pool.push(buffer);
    }
    if (this.#unacknowledged.length === 0) {
      this.#pool.length = Math.min(this.#pool.length, longestIdlePool);
    }
    this.#unacknowledgedByteLength -= buffer.byteLength;
    if (this.#unacknowledgedByteLength < resumeBelowBytes) {
      this.#relieve();
    }
  }

  /** Takes no more rows. What was appended and not sent is lost: flush before. */
  dispose(): void {
    this.#isDisposed = true;
    this.#timer?.dispose();
    this.#timer = undefined;
    this.#unacknowledged = [];
    this.#pool.length = 0;
    this.#relieve();
  }

  #relieve(): void {
    if (this.#isPressureHigh) {
      this.#isPressureHigh = false;
      this.#options.onPressure(false);
    }
  }

  #send(batch: SharedArrayBuffer, rowCount: number): void {
    this.#nextSeq += rowCount;
    this.#unacknowledged.push(batch);
    this.#unacknowledgedByteLength += batch.byteLength;
    this.#options.send(batch, this.#nextSeq);
    if (!this.#isPressureHigh && this.#unacknowledgedByteLength > pauseAboveBytes) {
      this.#isPressureHigh = true;
      this.#options.onPressure(true);
    }
  }

  #takeBuffer(byteLength: number): SharedArrayBuffer {
    if (byteLength > pooledByteLength || byteLength < leastPooledByteLength) {
      return new SharedArrayBuffer(byteLength);
    }
    return this.#pool.pop() ?? new SharedArrayBuffer(pooledByteLength);
  }
}

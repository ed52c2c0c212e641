import type { Clock } from '../base/clock.ts';
import type { Disposable } from '../base/lifecycle.ts';
import {
  batchByteCapacity,
  BatchWriter,
  singleRowBatch,
  type BatchBuffer,
} from '../record/batch.ts';
import type { BufferPool } from '../record/bufferPool.ts';
import type { FrameFacts } from '../record/frameFacts.ts';

/** A batch is sent at this age, so that the messages of a quiet peer show at once. */
const maxBatchAgeMs = 10;

/**
 * Bytes that wait to be stored: beyond the first the socket pauses, below the second it resumes. The
 * first is some 30,000 short messages, which the worker stores in about 0.1 s: so late is a flood seen
 * then. The second is enough for the worker to go on with until the socket has come back.
 */
export const pauseAboveBytes = 4 * 1024 * 1024;
export const resumeBelowBytes = 1024 * 1024;

interface IngestOptions {
  readonly clock: Clock;
  readonly pool: BufferPool;
  /** The sequence number of the first row. */
  readonly firstSeq: number;
  /**
   * Sends a batch to be stored; `Ingest.acknowledge` must follow for each, in order. The
   * row after it will have the number `nextSeq`.
   */
  readonly send: (batch: BatchBuffer, nextSeq: number) => void;
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
  /** What was sent and not acknowledged, oldest first. */
  readonly #unacknowledged: BatchBuffer[] = [];
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
  append(at: number, flags: number, payload: Uint8Array, frame?: FrameFacts): void {
    if (this.#isDisposed) {
      return;
    }
    if (!this.#writer.append(at, flags, payload, frame)) {
      this.flush();
      if (payload.length > batchByteCapacity) {
        this.#send(singleRowBatch(this.#nextSeq, at, flags, payload, frame), 1);
        return;
      }
      this.#writer.append(at, flags, payload, frame);
    }
    // The timer outlives a batch that was full before: setting a new one for each batch would cost more
    // than an early batch now and then.
    this.#timer ??= this.#options.clock.schedule(maxBatchAgeMs, () => {
      this.#timer = undefined;
      this.flush();
    });
  }

  /** Sends what was appended so far. */
  flush(): void {
    const { rowCount, bufferByteLength } = this.#writer;
    if (rowCount > 0) {
      const buffer = this.#options.pool.take(bufferByteLength);
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
    this.#options.pool.giveBack(buffer);
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
    this.#relieve();
  }

  #relieve(): void {
    if (this.#isPressureHigh) {
      this.#isPressureHigh = false;
      this.#options.onPressure(false);
    }
  }

  #send(batch: BatchBuffer, rowCount: number): void {
    this.#nextSeq += rowCount;
    this.#unacknowledged.push(batch);
    this.#unacknowledgedByteLength += batch.byteLength;
    this.#options.send(batch, this.#nextSeq);
    if (!this.#isPressureHigh && this.#unacknowledgedByteLength > pauseAboveBytes) {
      this.#isPressureHigh = true;
      this.#options.onPressure(true);
    }
  }
}

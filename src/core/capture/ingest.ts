import type { Clock } from '../base/clock.ts';
import type { Disposable } from '../base/lifecycle.ts';
import {
  batchByteCapacity,
  BatchWriter,
  singleRowBatch,
  wholeBatchByteLength,
  type BatchBuffer,
  type CopyBytes,
} from '../record/batch.ts';
import type { BufferPool } from '../record/bufferPool.ts';
import type { TextRun } from '../record/textRun.ts';
import type { FrameFacts } from '../record/frameFacts.ts';

/**
 * A batch is sent at this age: the first while somebody looks, so that the messages of a quiet peer
 * show at once. Otherwise waking two threads for each message would cost more than storing it. Nobody
 * loses more than the second when the process is killed.
 */
export const maxBatchAgeMs = { watched: 10, unwatched: 100 } as const;

/**
 * Bytes that wait to be stored: beyond the first the socket pauses, below the second it resumes. The
 * first is some 8,000 short messages, which the worker stores in some 10 ms: so late is a flood seen
 * then. The second leaves the worker one full batch to go on with until the socket has come back.
 */
export const pauseAboveBytes = 1024 * 1024;
export const resumeBelowBytes = 512 * 1024;

/**
 * The socket also pauses if more than a little waits and the oldest of it was sent so long ago, as
 * while the disk is slow. A little may wait for a worker that is busy: that is no flood.
 */
export const maxWaitMs = 20;

/** Shorter batches are copied: to clone them costs less than to have a long buffer wait. */
const minSharedByteLength = wholeBatchByteLength / 4;

interface IngestOptions {
  readonly clock: Clock;
  readonly pool: BufferPool;
  readonly copy: CopyBytes;
  /** The sequence number of the first row. */
  readonly firstSeq: number;
  /** Whether a view of the capture is open. */
  readonly isWatched: () => boolean;
  /**
   * Sends a batch to be stored; the row after it will have the number `nextSeq`. The result is called
   * when it is stored.
   */
  readonly send: (batch: BatchBuffer, nextSeq: number) => () => void;
  /**
   * `acknowledge` is to be called as soon as the rows below `seq` are stored, but not within this call.
   * Otherwise it may be called late, since nobody waits for it.
   */
  readonly onAwait: (seq: number) => void;
  /** Told `true` when the peer should be slowed down, `false` when it may go on. */
  readonly onPressure: (isHigh: boolean) => void;
}

/** A batch that was sent. */
interface SentBatch {
  readonly buffer: BatchBuffer;
  /** Bytes of it that are in use. */
  readonly byteLength: number;
  /** The number of the row after it. */
  readonly nextSeq: number;
  /** By the monotonic clock. */
  readonly sentAt: number;
  settle: () => void;
}

/** Waits until all that was sent before is stored. */
interface Waiter {
  readonly seq: number;
  readonly resolve: () => void;
}

/** The batch that rows are appended to. */
interface OpenBatch {
  readonly buffer: SharedArrayBuffer;
  readonly writer: BatchWriter;
}

/**
 * Collects the rows of one capture into batches and counts what is not stored yet. This runs on the
 * extension host's main thread for each message, so `append` does no more than copy and count.
 */
export class Ingest implements Disposable {
  readonly #options: IngestOptions;
  /** Taken with the first row, so that a quiet capture holds none. */
  #open: OpenBatch | undefined;
  /** What was sent and not acknowledged, oldest first. */
  readonly #unacknowledged: SentBatch[] = [];
  #unacknowledgedByteLength = 0;
  #waiters: Waiter[] = [];
  #isPressureHigh = false;
  #timer: Disposable | undefined;
  #nextSeq: number;
  #acknowledgedSeq: number;
  #isDisposed = false;

  constructor(options: IngestOptions) {
    this.#options = options;
    this.#nextSeq = options.firstSeq;
    this.#acknowledgedSeq = options.firstSeq;
  }

  /** The rows below this are known to be stored. */
  get acknowledgedSeq(): number {
    return this.#acknowledgedSeq;
  }

  /** The sequence number of the row that is appended next. */
  get nextSeq(): number {
    return this.#nextSeq + (this.#open?.writer.rowCount ?? 0);
  }

  /** Bytes that were sent to be stored and are not stored yet. */
  get waitingByteLength(): number {
    return this.#unacknowledgedByteLength;
  }

  /** Copies `payload`. Does nothing once disposed of. */
  append(at: number, flags: number, payload: Uint8Array, frame?: FrameFacts): void {
    if (this.#isDisposed) {
      return;
    }
    if (!this.#writer.append(at, flags, payload, frame)) {
      this.flush();
      if (payload.length > batchByteCapacity) {
        const buffer = singleRowBatch(this.#nextSeq, at, flags, payload, frame);
        this.#send(buffer, buffer.byteLength, 1);
        return;
      }
      this.#writer.append(at, flags, payload, frame);
    }
    this.#scheduleFlush();
  }

  /** The same for texts that came at once. */
  appendTexts(at: number, flags: number, run: TextRun): void {
    if (this.#isDisposed) {
      return;
    }
    let index = 0;
    for (;;) {
      index = this.#writer.appendTexts(at, flags, run, index);
      if (index === run.count) {
        break;
      }
      this.flush();
    }
    this.#scheduleFlush();
  }

  /** Sends what was appended so far. */
  flush(): void {
    const { pool } = this.#options;
    const open = this.#open;
    if (!open || open.writer.rowCount === 0) {
      return;
    }
    this.#open = undefined;
    const { buffer, writer } = open;
    const { rowCount, usedByteLength } = writer;
    if (usedByteLength < minSharedByteLength) {
      const copy = writer.copy(this.#nextSeq);
      pool.giveBack(buffer);
      this.#send(copy, usedByteLength, rowCount);
    } else {
      writer.finish(this.#nextSeq);
      this.#send(buffer, usedByteLength, rowCount);
    }
  }

  /** Sends what was appended so far, and what comes next soon: a view was opened. */
  hurry(): void {
    this.#timer?.dispose();
    this.#timer = undefined;
    this.flush();
  }

  /** Resolves when all that was sent before is stored. */
  stored(): Promise<void> {
    const last = this.#unacknowledged.at(-1);
    return new Promise(resolve => {
      if (last) {
        this.#waiters.push({ seq: last.nextSeq, resolve });
        this.#await();
      } else {
        resolve();
      }
    });
  }

  /** The batches with rows below `storedSeq` have been stored: their buffers may serve again. */
  acknowledge(storedSeq: number): void {
    for (;;) {
      const batch = this.#unacknowledged[0];
      if (!batch || batch.nextSeq > storedSeq) {
        break;
      }
      this.#unacknowledged.shift();
      this.#acknowledgedSeq = batch.nextSeq;
      if (batch.buffer instanceof SharedArrayBuffer) {
        this.#options.pool.giveBack(batch.buffer);
      }
      this.#unacknowledgedByteLength -= batch.byteLength;
      batch.settle();
    }
    if (this.#unacknowledgedByteLength < resumeBelowBytes) {
      this.#relieve();
    }
    const waiters = this.#waiters;
    this.#waiters = waiters.filter(({ seq }) => seq > this.#acknowledgedSeq);
    waiters.filter(({ seq }) => seq <= this.#acknowledgedSeq).forEach(({ resolve }) => resolve());
    this.#await();
  }

  /** Takes no more rows. What was appended and not sent is lost: flush before. */
  dispose(): void {
    this.#isDisposed = true;
    this.#timer?.dispose();
    this.#timer = undefined;
    this.#relieve();
  }

  get #writer(): BatchWriter {
    if (!this.#open) {
      const { pool, copy } = this.#options;
      const buffer = pool.take();
      this.#open = { buffer, writer: new BatchWriter(buffer, copy) };
    }
    return this.#open.writer;
  }

  /**
   * The timer outlives a batch that was full before: setting a new one for each batch would cost more
   * than an early batch now and then.
   */
  #scheduleFlush(): void {
    const { clock, isWatched } = this.#options;
    if (this.#timer) {
      return;
    }
    const ageMs = isWatched() ? maxBatchAgeMs.watched : maxBatchAgeMs.unwatched;
    this.#timer = clock.schedule(ageMs, () => {
      this.#timer = undefined;
      this.flush();
    });
  }

  #relieve(): void {
    if (this.#isPressureHigh) {
      this.#isPressureHigh = false;
      this.#options.onPressure(false);
    }
  }

  /** @param byteLength bytes of the buffer that are in use */
  #send(buffer: BatchBuffer, byteLength: number, rowCount: number): void {
    const { clock, send, onPressure } = this.#options;
    const sentAt = clock.monotonic();
    this.#nextSeq += rowCount;
    const nextSeq = this.#nextSeq;
    const batch: SentBatch = { buffer, byteLength, nextSeq, sentAt, settle: () => undefined };
    this.#unacknowledged.push(batch);
    this.#unacknowledgedByteLength += byteLength;
    batch.settle = send(buffer, nextSeq);
    if (!this.#isPressureHigh && this.#isTooMuch(sentAt)) {
      this.#isPressureHigh = true;
      onPressure(true);
      this.#await();
    }
  }

  /** Says for what it waits, if it does. */
  #await(): void {
    const seqs = this.#waiters.map(({ seq }) => seq);
    if (this.#isPressureHigh) {
      seqs.push(this.#relievedSeq);
    }
    if (seqs.length > 0) {
      this.#options.onAwait(Math.min(...seqs));
    }
  }

  /** When the rows below this are stored the socket may go on. */
  get #relievedSeq(): number {
    let left = this.#unacknowledgedByteLength;
    for (const { byteLength, nextSeq } of this.#unacknowledged) {
      left -= byteLength;
      if (left < resumeBelowBytes) {
        return nextSeq;
      }
    }
    return this.#nextSeq;
  }

  #isTooMuch(now: number): boolean {
    const waiting = this.#unacknowledgedByteLength;
    const waitedMs = now - (this.#unacknowledged[0]?.sentAt ?? now);
    return waiting > pauseAboveBytes || (waiting >= resumeBelowBytes && waitedMs > maxWaitMs);
  }
}

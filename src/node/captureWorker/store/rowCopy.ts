import {
  BatchReader,
  BatchWriter,
  singleRowBatch,
  wholeBatchByteLength,
} from '../../../core/record/batch.ts';
import type { FrameFacts } from '../../../core/record/frameFacts.ts';
import type { CaptureStore, StoredRecord } from '../../../core/capture/captureStore.ts';

/** Payload bytes, and rows, of which one part of a copy consists: what takes some milliseconds. */
const partByteLength = 2 * 1024 * 1024;
const partRowCount = 8192;

/**
 * Appends rows of one store to another, from number `from` up to, not including, `to`, but no more
 * than take a moment. Returns the number of the row to go on with.
 */
export function copyRows(
  source: CaptureStore,
  target: CaptureStore,
  from: number,
  to: number,
): number {
  const part = new RowAppender(target);
  let next = from;
  for (const record of source.records(from, Math.min(to, from + partRowCount))) {
    part.append(record, source.frame(record.seq));
    next = record.seq + 1;
    if (part.byteLength >= partByteLength) {
      part.flush();
      return next;
    }
  }
  part.flush();
  // Rows that are missing here are so in the source.
  return Math.min(to, from + partRowCount);
}

/** Appends rows to a store one by one, and stores many at once. */
export class RowAppender {
  readonly #target: CaptureStore;
  readonly #buffer = new ArrayBuffer(wholeBatchByteLength);
  readonly #writer = new BatchWriter(this.#buffer);
  #firstSeq = 0;
  /** Of all payloads. */
  byteLength = 0;

  constructor(target: CaptureStore) {
    this.#target = target;
  }

  /** The number of a row must be above that of the row before. */
  append({ seq, at, flags, payload }: StoredRecord, frame?: FrameFacts): void {
    if (seq !== this.#firstSeq + this.#writer.rowCount) {
      this.flush();
    }
    if (this.#writer.rowCount === 0) {
      this.#firstSeq = seq;
    }
    if (!this.#writer.append(at, flags, payload, frame)) {
      this.flush();
      this.#firstSeq = seq;
      if (!this.#writer.append(at, flags, payload, frame)) {
        this.#target.append(new BatchReader(singleRowBatch(seq, at, flags, payload, frame)));
        this.#firstSeq = seq + 1;
      }
    }
    this.byteLength += payload.length;
  }

  /** Stores what was appended. */
  flush(): void {
    if (this.#writer.rowCount > 0) {
      this.#writer.finish(this.#firstSeq);
      this.#target.append(new BatchReader(this.#buffer));
    }
  }
}

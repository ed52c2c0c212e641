import { BatchReader, BatchWriter, singleRowBatch } from '../../../core/record/batch.ts';
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
  const part = new Part(source, target);
  let next = from;
  for (const record of source.records(from, Math.min(to, from + partRowCount))) {
    part.append(record);
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

class Part {
  readonly #source: CaptureStore;
  readonly #target: CaptureStore;
  readonly #writer = new BatchWriter();
  #firstSeq = 0;
  byteLength = 0;

  constructor(source: CaptureStore, target: CaptureStore) {
    this.#source = source;
    this.#target = target;
  }

  append({ seq, at, flags, payload }: StoredRecord): void {
    const frame = this.#source.frame(seq);
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

  flush(): void {
    if (this.#writer.rowCount > 0) {
      const buffer = new ArrayBuffer(this.#writer.bufferByteLength);
      this.#writer.finish(this.#firstSeq, buffer);
      this.#target.append(new BatchReader(buffer));
    }
  }
}

import {
  BatchReader,
  BatchWriter,
  singleRowBatch,
  wholeBatchByteLength,
} from '../../../core/record/batch.ts';
import type { FrameFacts } from '../../../core/record/frameFacts.ts';
import type { CaptureStore } from '../../../core/capture/captureStore.ts';
import { payloadBegin, type Block, type StoredRecord } from '../../../core/record/block.ts';
import type { SqliteWriter } from './sqliteWriter.ts';

/** What rows are appended to. */
export interface RowTarget {
  append(block: Block): void;
}

/** Payload bytes, and rows, of which one part of a copy consists at least: what takes some milliseconds. */
const partByteLength = 2 * 1024 * 1024;
const partRowCount = 8192;

/**
 * Appends rows of a store to a database, from number `from` up to, not including, `to`, but no more
 * than take a moment. Returns the number of the row to go on with.
 */
export function copyRows(
  source: CaptureStore,
  target: SqliteWriter,
  from: number,
  to: number,
): number {
  let byteLength = 0;
  let rowCount = 0;
  for (const rows of source.blocks(from, to)) {
    const { block, begin, end } = rows;
    target.append(rows);
    byteLength += payloadBegin(block, end) - payloadBegin(block, begin);
    rowCount += end - begin;
    if (byteLength >= partByteLength || rowCount >= partRowCount) {
      return block.firstSeq + end;
    }
  }
  return to;
}

/** Appends rows to a store one by one, and stores many at once. */
export class RowAppender {
  readonly #target: RowTarget;
  readonly #buffer = new ArrayBuffer(wholeBatchByteLength);
  readonly #writer = new BatchWriter(this.#buffer);
  #firstSeq = 0;
  /** Of all payloads. */
  byteLength = 0;

  constructor(target: RowTarget) {
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

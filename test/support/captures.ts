import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Logger } from '../../src/core/base/logger.ts';
import { BatchReader, BatchWriter } from '../../src/core/capture/batch.ts';
import type { Row } from '../../src/core/capture/capture.ts';
import type { CaptureStore } from '../../src/core/capture/captureStore.ts';
import { flagsOf } from '../../src/core/capture/record.ts';

export interface TestRow {
  readonly at: number;
  readonly flags: number;
  readonly payload: Uint8Array;
}

export const workerPath = fileURLToPath(
  new URL('../../src/node/captureWorker.ts', import.meta.url),
);

export const silentLog: Logger = {
  trace: () => undefined,
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

/** A log that collects what is warned of and what failed. */
export function collectingLog(): { readonly log: Logger; readonly lines: string[] } {
  const lines: string[] = [];
  const push = (message: string | Error) => void lines.push(String(message));
  return { log: { ...silentLog, warn: push, error: push }, lines };
}

/** A new empty folder below the system's own for temporary files; disposing of it removes it. */
export function scratchFolder(): { readonly path: string; [Symbol.dispose](): void } {
  const path = mkdtempSync(join(tmpdir(), 'capture-test-'));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

const encoder = new TextEncoder();

export function textRow(text: string, at = 0): TestRow {
  return { at, flags: flagsOf('text', 'in'), payload: encoder.encode(text) };
}

export function batchOf(firstSeq: number, rows: readonly TestRow[]): BatchReader {
  const writer = new BatchWriter();
  for (const { at, flags, payload } of rows) {
    if (!writer.append(at, flags, payload)) {
      throw new RangeError('Too much for one batch');
    }
  }
  const buffer = new SharedArrayBuffer(writer.bufferByteLength);
  writer.finish(firstSeq, buffer);
  return new BatchReader(buffer);
}

/** A batch of `count` text rows, which say their own number. */
export function numberedBatch(firstSeq: number, count: number): BatchReader {
  const rows = Array.from({ length: count }, (_, index) => textRow(`#${firstSeq + index}`));
  return batchOf(firstSeq, rows);
}

export function readBatch(batch: BatchReader): readonly TestRow[] {
  let end = 0;
  return Array.from({ length: batch.rowCount }, (_, row) => {
    const begin = end;
    end += batch.lengths[row] ?? 0;
    return {
      at: batch.times[row] ?? 0,
      flags: batch.flags[row] ?? 0,
      payload: new Uint8Array(batch.payload.subarray(begin, end)),
    };
  });
}

/** All rows of a store, and their payloads in full. */
export function contentOf(store: CaptureStore): readonly (Row & { payload: unknown })[] {
  const { first, next } = store.extent;
  return store
    .rows(first, next - first)
    .map(row => ({ ...row, payload: store.payload(row.seq, 0, Infinity) }));
}

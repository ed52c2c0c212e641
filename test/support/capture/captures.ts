import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, existsSync, mkdtempSync, rmSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as sqlite from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { Logger } from '../../../src/core/base/logger.ts';
import {
  BatchReader,
  BatchWriter,
  singleRowBatch,
  wholeBatchByteLength,
} from '../../../src/core/record/batch.ts';
import { payloadOfRow, type Block } from '../../../src/core/record/block.ts';
import type { Row } from '../../../src/core/capture/capture.ts';
import { recordsIn, type CaptureStore } from '../../../src/core/capture/captureStore.ts';
import { flagsOf } from '../../../src/core/record/record.ts';
import { captureFileName } from '../../../src/node/files/captureFiles.ts';
import { segmentPath, segmentsOf } from '../../../src/node/files/segmentFiles.ts';
import { LogStore } from '../../../src/node/captureWorker/store/logStore.ts';

export interface TestRow {
  readonly at: number;
  readonly flags: number;
  readonly payload: Uint8Array;
}

export const workerPath = fileURLToPath(
  new URL('../../../src/node/captureWorker/main.ts', import.meta.url),
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

/** The id of a process that has ended. */
export function endedPid(): number {
  return spawnSync(process.execPath, ['--version']).pid;
}

const encoder = new TextEncoder();

export function textRow(text: string, at = 0): TestRow {
  return { at, flags: flagsOf('text', 'in'), payload: encoder.encode(text) };
}

export function batchOf(firstSeq: number, rows: readonly TestRow[]): BatchReader {
  const buffer = new SharedArrayBuffer(wholeBatchByteLength);
  const writer = new BatchWriter(buffer);
  for (const { at, flags, payload } of rows) {
    if (!writer.append(at, flags, payload)) {
      throw new RangeError('Too much for one batch');
    }
  }
  writer.finish(firstSeq);
  return new BatchReader(buffer);
}

/** A batch of `count` text rows, which say their own number. */
export function numberedBatch(firstSeq: number, count: number): BatchReader {
  const rows = Array.from({ length: count }, (_, index) => textRow(`#${firstSeq + index}`));
  return batchOf(firstSeq, rows);
}

export function readBatch(batch: Block): readonly TestRow[] {
  return Array.from({ length: batch.rowCount }, (_, row) => ({
    at: batch.times[row] ?? 0,
    flags: batch.flags[row] ?? 0,
    payload: new Uint8Array(payloadOfRow(batch, row)),
  }));
}

/** All rows of a store, and their payloads in full. */
export function contentOf(store: CaptureStore): readonly (Row & { payload: unknown })[] {
  const { first, next } = store.extent;
  return store
    .rows(first, next - first)
    .map(row => ({ ...row, payload: store.payload(row.seq, 0, Infinity) }));
}

export interface LeftCapture {
  readonly startedAt: number;
  readonly pid: number;
  readonly rowCount: number;
  readonly payloadByteLength?: number;
  readonly lastAt?: number;
  /** Counts over the captures of the process. */
  readonly ordinal?: number;
  /** When the file was written to last; its beginning where that is not said. */
  readonly writtenAt?: number;
  readonly window?: string;
}

/** Puts a capture into `folder` as a window of that process leaves it; returns its key. */
export function leftCapture(folder: string, left: LeftCapture): string {
  const { startedAt, pid, rowCount, payloadByteLength = 1, lastAt = 0, ordinal = 1 } = left;
  const key = captureFileName(startedAt, pid, ordinal);
  const store = storeAt(join(folder, key), startedAt, left.window);
  for (let seq = 0; seq < rowCount; seq++) {
    const row = textRow('x'.repeat(payloadByteLength), lastAt);
    store.append(new BatchReader(singleRowBatch(seq, row.at, row.flags, row.payload)));
  }
  store.close();
  setWritten(join(folder, key), left.writtenAt ?? startedAt);
  return key;
}

/** The same as it is after a crash, with what the window had written until then. */
export function abandonedCapture(
  folder: string,
  startedAt: number,
  pid: number,
  rowCount: number,
  ordinal = 1,
): string {
  const key = captureFileName(startedAt, pid, ordinal);
  using scratch = scratchFolder();
  const path = join(scratch.path, 'a.sqlite');
  const store = storeAt(path, startedAt);
  for (let seq = 0; seq < rowCount; seq += 1000) {
    store.append(numberedBatch(seq, Math.min(1000, rowCount - seq)));
  }
  copyCapture(path, join(folder, key));
  store.close();
  return key;
}

/** Numbers and texts of all rows in the files of a capture that is not open for writing. */
export function textsAt(path: string): readonly (readonly [number, string])[] {
  const store = LogStore.open(sqlite, path, { maxBytes: Infinity });
  const { first, next } = store.extent;
  const texts = [...recordsIn(store, first, next)].map(
    ({ seq, payload }) => [seq, new TextDecoder().decode(payload)] as const,
  );
  store.close();
  return texts;
}

/** Makes a file look as if it was written to at that time. */
export function setWritten(path: string, at: number): void {
  utimesSync(path, at / 1000, at / 1000);
}

/** Copies the files of a capture as they are now, whether or not it is open. */
export function copyCapture(from: string, to: string): void {
  for (const ending of ['', '-wal']) {
    if (existsSync(from + ending)) {
      copyFileSync(from + ending, to + ending);
    }
  }
  for (const { number, path } of segmentsOf(from)) {
    copyFileSync(path, segmentPath(to, number));
  }
}

/** A capture of a window, open for writing. */
export function storeAt(path: string, startedAt: number, window?: string): LogStore {
  return LogStore.open(sqlite, path, {
    facts: {
      name: 'left',
      url: 'ws://localhost/left',
      startedAt,
      ...(window !== undefined && { window }),
    },
    maxBytes: Infinity,
  });
}

/** Locks a database in another thread as `settle` does, for half a second; the result waits for its end. */
export async function lockForAWhile(path: string): Promise<() => Promise<unknown>> {
  const settling = new Worker(
    `const { DatabaseSync } = require('node:sqlite');
     const { parentPort, workerData } = require('node:worker_threads');
     const database = new DatabaseSync(workerData);
     database.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
     parentPort.postMessage('locked');
     setTimeout(() => { database.exec('COMMIT'); database.close(); }, 500);`,
    { eval: true, workerData: path },
  );
  const exit = once(settling, 'exit');
  await once(settling, 'message');
  return () => exit;
}

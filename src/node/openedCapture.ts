import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { messageOf } from '../core/base/errors.ts';
import { BatchReader, type BatchBuffer } from '../core/capture/batch.ts';
import type { CaptureLimits, Extent, PayloadPart, Row, Storage } from '../core/capture/capture.ts';
import type { CaptureStore } from '../core/capture/captureStore.ts';
import { FallbackStore, type FallbackChange } from '../core/capture/fallbackStore.ts';
import type { FrameFacts } from '../core/capture/frameFacts.ts';
import { MemoryStore } from '../core/capture/memoryStore.ts';
import type { SeriesSpan, SeriesView } from '../core/metrics/seriesView.ts';
import { removeDatabase } from './captureFiles.ts';
import { CaptureSeries } from './captureSeries.ts';
import type { CaptureWorkerData, CopyRequest, OpenRequest } from './captureProtocol.ts';
import { copyRows } from './rowCopy.ts';
import { findSqlite, SqliteStore } from './sqliteStore.ts';

/** What a capture may take in memory, whatever its limits are: without a file, and after it failed. */
const memoryByteLength = 256 * 1024 * 1024;
const reserveByteLength = 64 * 1024 * 1024;

const count = new Intl.NumberFormat('en');

/** One capture as the worker holds it: its store, its limits, and how it is kept. */
export class OpenedCapture {
  readonly #store: CaptureStore;
  readonly #series: CaptureSeries;
  /** Where the rows are, if they are in a file. */
  #file: SqliteStore | undefined;
  readonly #path: string;
  readonly #isArchived: boolean;
  readonly #onDidChangeStorage: (storage: Storage) => void;
  #limits: CaptureLimits;
  #storage: Storage;

  /** Throws what SQLite throws, but only of an archived capture. */
  constructor(
    request: OpenRequest,
    data: CaptureWorkerData,
    onDidChangeStorage: (storage: Storage) => void,
  ) {
    this.#path = request.path;
    this.#isArchived = request.isArchived ?? false;
    this.#limits = request.limits;
    this.#onDidChangeStorage = onDidChangeStorage;
    this.#storage = { kind: 'sqlite', path: request.path };
    this.#store = this.#openStore(request, data);
    this.#series = new CaptureSeries(this.#store, this.#file);
  }

  get storage(): Storage {
    return this.#storage;
  }

  get extent(): Extent {
    return this.#store.extent;
  }

  /** What views read from. */
  get store(): CaptureStore {
    return this.#store;
  }

  /** @returns the batch, or `undefined` where it was stored already */
  append(buffer: BatchBuffer): BatchReader | undefined {
    const batch = new BatchReader(buffer);
    // A batch that is sent again after a worker failed may have been stored before it did.
    if (batch.nextSeq <= this.#store.extent.next) {
      return undefined;
    }
    this.#store.append(batch);
    this.#series.append(batch);
    this.#store.enforce(this.#limits);
    return batch;
  }

  rows(from: number, count: number): readonly Row[] {
    return this.#store.rows(from, count);
  }

  frame(seq: number): FrameFacts | undefined {
    return this.#store.frame(seq);
  }

  payload(seq: number, from: number, length: number): PayloadPart | undefined {
    return this.#store.payload(seq, from, length);
  }

  /** Drops the rows below `nextSeq`; later ones are here only if that was done before. */
  clear(nextSeq: number): void {
    if (this.#store.extent.next <= nextSeq) {
      this.#store.clear();
      this.#series.clear();
    }
  }

  /** The numbers behind the charts; they keep what the limits have dropped. */
  series(span: SeriesSpan): Promise<SeriesView> {
    return this.#series.view(span, this.#isArchived ? undefined : Date.now());
  }

  setLimits(limits: CaptureLimits): void {
    this.#limits =
      this.#store instanceof MemoryStore
        ? { ...limits, maxBytes: Math.min(limits.maxBytes, memoryByteLength) }
        : limits;
    this.#store.enforce(this.#limits);
  }

  /** Appends some of the rows to another database; returns the number of the row to go on with. */
  copy({ path, name, url, startedAt, from, to }: CopyRequest): number {
    const sqlite = findSqlite();
    if (!sqlite) {
      throw new Error('This version of the editor has no SQLite. Update it to write such files.');
    }
    const target = new SqliteStore(sqlite, path, { name, url, startedAt });
    try {
      // A part that is asked for again, because the worker was replaced, may be there.
      const begin = Math.max(from, target.extent.next, this.extent.first);
      return copyRows(this.#store, target, begin, to);
    } finally {
      target.close();
    }
  }

  /** A file without a row is not kept. Throws what SQLite and the file system throw. */
  close(): void {
    const { first, next } = this.#store.extent;
    this.#series.close();
    this.#store.close();
    if (first === next && this.#storage.kind === 'sqlite' && !this.#isArchived) {
      removeDatabase(this.#path);
    }
  }

  #openStore(request: OpenRequest, data: CaptureWorkerData): CaptureStore {
    const sqlite = data.hasSqlite ? findSqlite() : undefined;
    if (!sqlite) {
      return this.#inMemory(
        request,
        'this version of the editor has no SQLite. Update it to keep them in a file.',
      );
    }
    if (request.isArchived) {
      return (this.#file = new SqliteStore(sqlite, request.path, request));
    }
    const folder = dirname(request.path);
    try {
      mkdirSync(folder, { recursive: true });
      const { name, url, startedAt, window } = request;
      const { maxFileBytes } = data;
      const primary = new SqliteStore(sqlite, request.path, {
        name,
        url,
        startedAt,
        window,
        ...(maxFileBytes !== undefined && { maxFileBytes }),
      });
      this.#file = primary;
      const storedSeq = primary.extent.next;
      if (storedSeq < request.nextSeq) {
        const { path } = request;
        this.#storage = { kind: 'sqlite', path, problem: lost(storedSeq, request.nextSeq) };
      }
      return new FallbackStore({
        primary,
        reserveByteLength,
        leastNext: request.nextSeq,
        onDidChange: change => this.#fellBack(change),
      });
    } catch (error) {
      return this.#inMemory(
        request,
        `the folder ${folder} cannot be written (${messageOf(error)}). ` +
          'Make it writable and reload the window.',
      );
    }
  }

  #inMemory({ limits, nextSeq }: OpenRequest, why: string): CaptureStore {
    const problem = `Messages are kept in memory only: ${why}`;
    const alsoLost = nextSeq > 0 ? ` ${lost(0, nextSeq)}` : '';
    this.#storage = { kind: 'memory', problem: problem + alsoLost };
    this.#limits = { ...limits, maxBytes: Math.min(limits.maxBytes, memoryByteLength) };
    return new MemoryStore(nextSeq);
  }

  #fellBack(change: FallbackChange): void {
    const path = this.#path;
    switch (change.kind) {
      case 'failed':
        this.#enter({
          kind: 'memory',
          path,
          problem:
            `Messages from number ${count.format(change.seq)} on are kept in memory only: the file ` +
            `takes no more (${messageOf(change.error)}). Free space on the disk and clear the messages.`,
        });
        break;
      case 'dropped':
        this.#enter({
          kind: 'memory',
          path,
          problem:
            `${count.format(change.rowCount)} messages were dropped: the file takes no more, and the ` +
            'memory that stands in for it is full. Free space on the disk and clear the messages.',
        });
        break;
      case 'recovered':
        this.#enter({ kind: 'sqlite', path });
        break;
    }
  }

  #enter(storage: Storage): void {
    this.#storage = storage;
    this.#onDidChangeStorage(storage);
  }
}

/** Says that rows were lost, as they are in memory when the worker ends. */
function lost(first: number, next: number): string {
  const [from, to] = [count.format(first), count.format(next - 1)];
  return `Messages ${from} to ${to} were lost: they were in memory, and the part that kept them failed.`;
}

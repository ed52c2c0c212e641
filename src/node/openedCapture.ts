import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { messageOf } from '../core/base/errors.ts';
import { BatchReader, type BatchBuffer } from '../core/capture/batch.ts';
import type { CaptureLimits, Extent, PayloadPart, Row, Storage } from '../core/capture/capture.ts';
import type { CaptureStore } from '../core/capture/captureStore.ts';
import { FallbackStore, type FallbackChange } from '../core/capture/fallbackStore.ts';
import { MemoryStore } from '../core/capture/memoryStore.ts';
import type { CaptureWorkerData, OpenRequest } from './captureProtocol.ts';
import { findSqlite, SqliteStore } from './sqliteStore.ts';

/** What a capture may take in memory, whatever its limits are: without a file, and after it failed. */
const memoryByteLength = 256 * 1024 * 1024;
const reserveByteLength = 64 * 1024 * 1024;

const count = new Intl.NumberFormat('en');

/** One capture as the worker holds it: its store, its limits, and how it is kept. */
export class OpenedCapture {
  readonly #store: CaptureStore;
  readonly #path: string;
  readonly #onDidChangeStorage: (storage: Storage) => void;
  #limits: CaptureLimits;
  #storage: Storage;

  constructor(
    request: OpenRequest,
    data: CaptureWorkerData,
    onDidChangeStorage: (storage: Storage) => void,
  ) {
    this.#path = request.path;
    this.#limits = request.limits;
    this.#onDidChangeStorage = onDidChangeStorage;
    this.#storage = { kind: 'sqlite', path: request.path };
    this.#store = this.#openStore(request, data);
  }

  get storage(): Storage {
    return this.#storage;
  }

  get extent(): Extent {
    return this.#store.extent;
  }

  append(buffer: BatchBuffer): void {
    const batch = new BatchReader(buffer);
    // A batch that is sent again after a worker failed may have been stored before it did.
    if (batch.nextSeq > this.#store.extent.next) {
      this.#store.append(batch);
      this.#store.enforce(this.#limits);
    }
  }

  rows(from: number, count: number): readonly Row[] {
    return this.#store.rows(from, count);
  }

  payload(seq: number, from: number, length: number): PayloadPart | undefined {
    return this.#store.payload(seq, from, length);
  }

  /** Drops the rows below `nextSeq`; later ones are here only if that was done before. */
  clear(nextSeq: number): void {
    if (this.#store.extent.next <= nextSeq) {
      this.#store.clear();
    }
  }

  setLimits(limits: CaptureLimits): void {
    this.#limits =
      this.#store instanceof MemoryStore
        ? { ...limits, maxBytes: Math.min(limits.maxBytes, memoryByteLength) }
        : limits;
    this.#store.enforce(this.#limits);
  }

  close(): void {
    this.#store.close();
  }

  #openStore(request: OpenRequest, data: CaptureWorkerData): CaptureStore {
    const sqlite = data.hasSqlite ? findSqlite() : undefined;
    if (!sqlite) {
      return this.#inMemory(
        request,
        'this version of the editor has no SQLite. Update it to keep them in a file.',
      );
    }
    const folder = dirname(request.path);
    try {
      mkdirSync(folder, { recursive: true });
      const { name, url, startedAt } = request;
      const { maxFileBytes } = data;
      const primary = new SqliteStore(sqlite, request.path, {
        name,
        url,
        startedAt,
        ...(maxFileBytes !== undefined && { maxFileBytes }),
      });
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

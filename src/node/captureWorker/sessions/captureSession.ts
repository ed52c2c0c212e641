import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { messageOf } from '../../../core/base/errors.ts';
import { BatchReader, type BatchBuffer } from '../../../core/record/batch.ts';
import type {
  CaptureLimits,
  Extent,
  PayloadPart,
  Row,
  Storage,
} from '../../../core/capture/capture.ts';
import type { CaptureStore } from '../../../core/capture/captureStore.ts';
import type { FallbackChange } from '../../../core/capture/log/fallbackStore.ts';
import type { ScriptAccess } from '../../../core/decode/script/sessionScripts.ts';
import type { FrameFacts } from '../../../core/record/frameFacts.ts';
import { MemoryStore } from '../../../core/capture/log/memoryStore.ts';
import type { SeriesSpan, SeriesView } from '../../../core/metrics/seriesView.ts';
import { removeCapture } from '../../files/captureFiles.ts';
import { DecodingSlot } from '../decoding/decodingSlot.ts';
import { CaptureSeries } from '../store/captureSeries.ts';
import { SharedState } from '../../capture/sharedState.ts';
import type { CaptureWorkerData, OpenRequest } from '../../capture/captureProtocol.ts';
import type { CopiedPart, CopyRequest, SavedCopies } from '../saving/savedCopies.ts';
import { makePrivateFile, makePrivateFolder } from '../../files/privateFiles.ts';
import { LogStore } from '../store/logStore.ts';
import { findSqlite, type Sqlite } from '../store/sqlite.ts';
import { LossAwareStore } from '../store/lossAwareStore.ts';
import { FileLossError } from '../../files/fileWatch.ts';

/** The most memory of a capture, whatever its limits are: without a file, and after the file failed. */
const memoryByteLength = 256 * 1024 * 1024;
const reserveByteLength = 64 * 1024 * 1024;

/** Between two slices of rows that are removed: other work has most of the time. */
const betweenSlicesMs = 20;

/** One capture as the worker holds it: its store, its limits, and how it is kept. */
export class CaptureSession {
  readonly #store: CaptureStore;
  readonly #series: CaptureSeries;
  readonly decoding: DecodingSlot;
  readonly #path: string;
  readonly #isArchived: boolean;
  readonly #onDidChangeStorage: (storage: Storage) => void;
  readonly #state: SharedState;
  /** Loaded with the first copy: most captures are never saved. */
  #copies: Promise<SavedCopies> | undefined;
  /** The name of the file that it was read from. */
  #source: string | undefined;
  #limits: CaptureLimits;
  #storage: Storage;
  #isClosed = false;
  #holdsDecoders = false;

  /** Throws what SQLite throws, but only of an archived capture. */
  constructor(
    request: OpenRequest,
    data: CaptureWorkerData,
    onDidChangeStorage: (storage: Storage) => void,
    scripts: ScriptAccess,
  ) {
    this.#path = request.path;
    this.#state = new SharedState(request.state);
    this.#isArchived = request.isArchived ?? false;
    this.#limits = request.limits;
    this.#onDidChangeStorage = onDidChangeStorage;
    this.#storage = { kind: 'file', path: request.path };
    this.#store = this.#openStore(request, data);
    this.#series = new CaptureSeries(this.#store);
    const { url, decoders: rules, name: connection } = request;
    this.decoding = new DecodingSlot({ store: this.#store, url, rules, connection, scripts });
    this.holdDecoders(request.holdsDecoders);
  }

  get storage(): Storage {
    return this.#storage;
  }

  get extent(): Extent {
    return this.#store.extent;
  }

  /** The store that views read from. */
  get store(): CaptureStore {
    return this.#store;
  }

  /** Tells the host which rows there are. */
  publish(): void {
    this.#state.extent = this.#store.extent;
  }

  /** Tells the host that this batch is not read any more; returns whether it waits for a message. */
  hasStored(buffer: BatchBuffer): boolean {
    this.#state.storedSeq = new BatchReader(buffer).nextSeq;
    return this.#state.takeAwaited();
  }

  /** @returns the batch, or `undefined` if it was stored already */
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

  /** See `Capture.holdDecoders`. */
  holdDecoders(isHeld: boolean): void {
    if (isHeld === this.#holdsDecoders) {
      return;
    }
    this.#holdsDecoders = isHeld;
    if (isHeld) {
      this.decoding.use(() => undefined);
    } else {
      this.decoding.leave();
    }
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

  /**
   * Clears the rows below `nextSeq`; later ones are here only if that was done before. Returns whether
   * they can be brought back.
   */
  clear(nextSeq: number): boolean {
    if (this.#store.extent.next > nextSeq) {
      return true;
    }
    const canRestore = this.#store.clear();
    this.decoding.cleared();
    this.#series.clear(canRestore);
    return canRestore;
  }

  /** Brings back what was cleared; `false` if it is gone. */
  restore(): boolean {
    const isBack = this.#store.restore();
    if (isBack) {
      this.#series.restore();
      this.decoding.restart();
      this.#store.enforce(this.#limits);
    }
    return isBack;
  }

  /** Removes what was cleared, in slices between other work. */
  forget(): void {
    this.#store.forget();
    this.#series.forget();
    this.#sweep();
  }

  #sweep(): void {
    if (!this.#isClosed && this.#store.sweep()) {
      setTimeout(() => this.#sweep(), betweenSlicesMs);
    }
  }

  /** The numbers behind the charts; they keep what the limits have dropped. */
  async series(span: SeriesSpan): Promise<SeriesView> {
    const view = await this.#series.view(span, this.#isArchived ? undefined : Date.now());
    const latencies = this.decoding.latencies();
    return latencies.length > 0 ? { ...view, latencies } : view;
  }

  setLimits(limits: CaptureLimits): void {
    this.#limits =
      this.#store instanceof MemoryStore
        ? { ...limits, maxBytes: Math.min(limits.maxBytes, memoryByteLength) }
        : limits;
    this.#store.enforce(this.#limits);
  }

  /** Writes a part of a database. */
  async copy(request: CopyRequest): Promise<CopiedPart> {
    this.#copies ??= import('../saving/savedCopies.ts').then(
      ({ SavedCopies }) => new SavedCopies(this.#store, this.decoding, this.#source),
    );
    return (await this.#copies).copy(request);
  }

  /** A file without a row is not kept. Throws what SQLite and the file system throw. */
  close(): void {
    this.#isClosed = true;
    void this.#copies?.then(copies => copies.close());
    this.decoding.close();
    const { first, next } = this.#store.extent;
    this.#series.close();
    this.#store.close();
    if (first === next && this.#storage.kind === 'file' && !this.#isArchived) {
      removeCapture(this.#path);
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
      const archived = LogStore.open(sqlite, request.path, { maxBytes: request.limits.maxBytes });
      this.#source = archived.source;
      return archived;
    }
    const { path, nextSeq } = request;
    const folder = dirname(path);
    const wasThere = existsSync(path);
    const make = () => newFile(sqlite, request, data);
    try {
      const primary = make();
      const storedSeq = primary.extent.next;
      if (storedSeq < nextSeq) {
        const problem = lost(storedSeq, nextSeq, wasThere ? inMemory : inFile);
        this.#storage = { kind: 'file', path, problem };
      }
      return new LossAwareStore({
        primary,
        path,
        reserveByteLength,
        minNext: nextSeq,
        remake: make,
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

  #inMemory({ limits, nextSeq, path }: OpenRequest, why: string): CaptureStore {
    const problem = `Messages are kept in memory only: ${why}`;
    const alsoLost = nextSeq > 0 ? ` ${whereabouts(nextSeq, path)}` : '';
    this.#storage = { kind: 'memory', problem: problem + alsoLost };
    this.#limits = { ...limits, maxBytes: Math.min(limits.maxBytes, memoryByteLength) };
    return new MemoryStore(nextSeq);
  }

  #fellBack(change: FallbackChange): void {
    const path = this.#path;
    switch (change.kind) {
      case 'failed':
        this.#enter({ kind: 'memory', path, problem: fallbackSentence(change, path) });
        break;
      case 'dropped':
        this.#enter({ kind: 'memory', path, problem: droppedSentence(change) });
        break;
      case 'recovered':
        this.#enter({ kind: 'file', path });
        break;
    }
  }

  #enter(storage: Storage): void {
    this.#storage = storage;
    this.#onDidChangeStorage(storage);
  }
}

/** A store in a new file that only this user can read, or in the existing one. */
function newFile(
  sqlite: Sqlite,
  { path, name, url, startedAt, window, limits }: OpenRequest,
  { maxFileBytes }: CaptureWorkerData,
): LogStore {
  makePrivateFolder(dirname(path));
  makePrivateFile(path);
  return LogStore.open(sqlite, path, {
    facts: { name, url, startedAt, window },
    maxBytes: limits.maxBytes,
    ...(maxFileBytes !== undefined && { maxFileBytes }),
  });
}

const count = new Intl.NumberFormat('en');

const inMemory = 'they were in memory, and the part that kept them failed';
const inFile = 'the file that they were in is no longer there';

/** Says that the rows from `first` up to, not including, `next` were lost. */
function lost(first: number, next: number, why: string): string {
  const [from, to] = [count.format(first), count.format(next - 1)];
  return `Messages ${from} to ${to} were lost: ${why}.`;
}

/** Says where the rows below `next` are if the file at `path` cannot be opened. */
function whereabouts(next: number, path: string): string {
  return existsSync(path)
    ? `Messages 0 to ${count.format(next - 1)} were in the file ${path}, which cannot be opened.`
    : lost(0, next, inMemory);
}

/** Says why rows are kept in memory from now on, and what to do, for the capture at `path`. */
function fallbackSentence(
  { seq, error }: Extract<FallbackChange, { kind: 'failed' }>,
  path: string,
): string {
  const from = `Messages from number ${count.format(seq)} on are kept in memory only`;
  const rescue = 'Earlier ones can be read until the window is closed: export or save them, then';
  switch (error instanceof FileLossError ? error.loss : undefined) {
    case undefined:
      return `${from}: the file takes no more (${messageOf(error)}). Free space on the disk and clear the messages.`;
    case 'gone':
      return (
        `${from}: a file of the capture ${path} was deleted or moved while it was written to. ${rescue} ` +
        'clear the messages to begin a new file.'
      );
    case 'replaced':
      return (
        `${from}: another file has taken the place of one of the capture ${path}. ${rescue} ` +
        'move that file away and clear the messages to begin a new one.'
      );
    case 'cut':
      return (
        `${from}, and earlier ones are lost: a file of the capture ${path} was cut by another program. ` +
        'Clear the messages to begin a new file.'
      );
  }
}

/** Says that even the memory takes no more, and what to do. */
function droppedSentence({
  rowCount,
  error,
}: Extract<FallbackChange, { kind: 'dropped' }>): string {
  const dropped = `${count.format(rowCount)} messages were dropped: `;
  return error instanceof FileLossError
    ? `${dropped}their file was lost, and the memory that stands in for it is full. ` +
        'Export or save what is here, then clear the messages to begin a new file.'
    : `${dropped}the file takes no more, and the memory that stands in for it is full. ` +
        'Free space on the disk and clear the messages.';
}

import type { Clock } from '../core/base/clock.ts';
import { Coalescer } from '../core/base/coalescer.ts';
import { Emitter, type Event } from '../core/base/event.ts';
import { DisposableStore } from '../core/base/lifecycle.ts';
import type { Logger } from '../core/base/logger.ts';
import type { BatchBuffer } from '../core/capture/batch.ts';
import type {
  Capture,
  CaptureLimits,
  CaptureOptions,
  Extent,
  PayloadPart,
  Row,
  Storage,
} from '../core/capture/capture.ts';
import type { BufferPool } from '../core/capture/bufferPool.ts';
import { Ingest } from '../core/capture/ingest.ts';
import type { CaptureMethod, CaptureRequests } from './captureProtocol.ts';
import type { WorkerLink } from './workerLink.ts';

/** How often listeners hear of changes at most. */
const changeIntervalMs = 50;

export interface WorkerCaptureParts {
  readonly id: number;
  readonly path: string;
  readonly hasSqlite: boolean;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  readonly clock: Clock;
  readonly log: Logger;
  readonly link: WorkerLink;
  readonly pool: BufferPool;
  /** The worker has closed the file, or will not be asked any more. */
  readonly onDidClose: () => void;
}

/** The host's end of a capture that the worker keeps; `reopen` must be called once to open it. */
export class WorkerCapture implements Capture {
  readonly #store = new DisposableStore();
  readonly #options: CaptureOptions;
  readonly #parts: WorkerCaptureParts;
  readonly #ingest: Ingest;
  readonly #changes: Coalescer;
  readonly #storageChanges: Coalescer;
  readonly #onDidChange: Emitter<Extent>;
  readonly #onDidChangeStorage: Emitter<Storage>;
  readonly #onDidChangePressure: Emitter<boolean>;
  #limits: CaptureLimits;
  #extent: Extent = { first: 0, next: 0, byteLength: 0 };
  #storage: Storage;
  /** Settled when all batches that were sent are stored. */
  #lastAppend: Promise<unknown> = Promise.resolve();
  #storedSeq = 0;
  #closed: Promise<void> | undefined;

  readonly onDidChange: Event<Extent>;
  readonly onDidChangeStorage: Event<Storage>;
  readonly onDidChangePressure: Event<boolean>;

  constructor(options: CaptureOptions, parts: WorkerCaptureParts) {
    const { clock, log, path, hasSqlite, pool } = parts;
    this.#options = options;
    this.#parts = parts;
    this.#limits = { maxRows: options.maxRows, maxBytes: options.maxBytes };
    this.#storage = hasSqlite ? { kind: 'sqlite', path } : { kind: 'memory' };
    const report = (error: unknown) => log.error('A listener failed', error);
    this.#onDidChange = this.#store.add(new Emitter<Extent>(report));
    this.#onDidChangeStorage = this.#store.add(new Emitter<Storage>(report));
    this.#onDidChangePressure = this.#store.add(new Emitter<boolean>(report));
    this.onDidChange = this.#onDidChange.event;
    this.onDidChangeStorage = this.#onDidChangeStorage.event;
    this.onDidChangePressure = this.#onDidChangePressure.event;
    this.#changes = this.#store.add(
      new Coalescer(clock, changeIntervalMs, () => this.#onDidChange.fire(this.#extent)),
    );
    this.#storageChanges = this.#store.add(
      new Coalescer(clock, changeIntervalMs, () => this.#onDidChangeStorage.fire(this.#storage)),
    );
    this.#ingest = this.#store.add(
      new Ingest({
        clock,
        pool,
        firstSeq: 0,
        send: (batch, nextSeq) => this.#send(batch, nextSeq),
        onPressure: isHigh => this.#onDidChangePressure.fire(isHigh),
      }),
    );
  }

  get extent(): Extent {
    return this.#extent;
  }

  get storage(): Storage {
    return this.#storage;
  }

  append(at: number, flags: number, payload: Uint8Array): void {
    this.#ingest.append(at, flags, payload);
  }

  async rows(from: number, count: number): Promise<readonly Row[]> {
    this.#assertOpen();
    return (await this.#ask('rows', { from, count })).result ?? [];
  }

  async payload(seq: number, from: number, length: number): Promise<PayloadPart | undefined> {
    this.#assertOpen();
    return (await this.#ask('payload', { seq, from, length })).result;
  }

  async clear(): Promise<void> {
    this.#ingest.flush();
    await this.#ask('clear', { nextSeq: this.#ingest.nextSeq });
  }

  setLimits(limits: CaptureLimits): void {
    this.#limits = limits;
    void this.#ask('limits', limits);
  }

  async flush(): Promise<void> {
    this.#ingest.flush();
    await this.#lastAppend;
  }

  dispose(): void {
    void this.close();
  }

  /** Resolves when all is stored and the file is closed. */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  /** Asks the worker to open, or to go on with, this capture. */
  reopen(): void {
    const { path, startedAt } = this.#parts;
    const { name, url } = this.#options;
    const nextSeq = this.#storedSeq;
    void this.#ask('open', { path, name, url, startedAt, limits: this.#limits, nextSeq }).then(
      answer => {
        if (answer.result) {
          this.setStorage(answer.result);
        }
      },
    );
  }

  /** Takes no more rows, because the worker cannot be kept running. */
  giveUp(reason: string): void {
    this.#ingest.dispose();
    this.setStorage({
      ...this.#storage,
      problem:
        `New messages are not kept: the part that stores them keeps failing (${reason}). ` +
        'Reload the window to start it again.',
    });
  }

  setExtent(extent: Extent): void {
    const { first, next, byteLength } = this.#extent;
    if (extent.first !== first || extent.next !== next || extent.byteLength !== byteLength) {
      this.#extent = extent;
      this.#changes.request();
    }
  }

  setStorage(storage: Storage): void {
    const { kind, path, problem } = this.#storage;
    if (storage.kind !== kind || storage.path !== path || storage.problem !== problem) {
      this.#storage = storage;
      this.#storageChanges.request();
    }
  }

  #send(batch: BatchBuffer, nextSeq: number): void {
    this.#lastAppend = this.#ask('append', batch).then(() => {
      this.#storedSeq = nextSeq;
      this.#ingest.acknowledge();
    });
  }

  async #close(): Promise<void> {
    this.#ingest.flush();
    const closed = this.#ask('close', undefined);
    this.#store.dispose();
    await closed;
    this.#parts.onDidClose();
  }

  /** Never rejects: a failure of the store is ours to look into, not the caller's to handle. */
  async #ask<M extends CaptureMethod>(
    method: M,
    params: CaptureRequests[M]['params'],
  ): Promise<{ readonly result: CaptureRequests[M]['result'] | undefined }> {
    const { link, id, log } = this.#parts;
    const answer = await link.request(id, method, params);
    if (answer.error !== undefined) {
      log.error(`Capture ${id} could not ${method}: ${answer.error}`);
    }
    return { result: answer.result as CaptureRequests[M]['result'] | undefined };
  }

  #assertOpen(): void {
    if (this.#closed) {
      throw new Error('The capture is closed');
    }
  }
}

import type { Clock } from '../../core/base/clock.ts';
import { messageOf } from '../../core/base/errors.ts';
import { Coalescer } from '../../core/base/coalescer.ts';
import { Emitter } from '../../core/base/event.ts';
import { DisposableStore } from '../../core/base/lifecycle.ts';
import type { Logger } from '../../core/base/logger.ts';
import type { BatchBuffer } from '../../core/record/batch.ts';
import type {
  Capture,
  CaptureLimits,
  CaptureOptions,
  Extent,
  PayloadPart,
  Row,
  Storage,
} from '../../core/capture/capture.ts';
import type { BufferPool } from '../../core/record/bufferPool.ts';
import type { FrameFacts } from '../../core/record/frameFacts.ts';
import { Ingest } from '../../core/capture/ingest.ts';
import type { SeriesSpan, SeriesView } from '../../core/metrics/seriesView.ts';
import type { CaptureRequestName, ParamsOf, ResultOf } from './captureProtocol.ts';
import type { WorkerLink } from './workerLink.ts';

/** The shortest time between two change events. */
const changeIntervalMs = 50;

export interface CaptureProxyOptions {
  readonly id: number;
  readonly path: string;
  /** Names the window among all that have captures. */
  readonly windowId: string;
  readonly hasSqlite: boolean;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  /** The file of a window that has ended: it is read only. */
  readonly isArchived?: boolean;
  readonly clock: Clock;
  readonly log: Logger;
  readonly link: WorkerLink;
  readonly pool: BufferPool;
  /** The worker has closed the file, or will not be asked any more. */
  readonly onDidClose: () => void;
}

/** The host's end of a capture that the worker keeps; `reopen` must be called once to open it. */
export class CaptureProxy implements Capture {
  readonly #store = new DisposableStore();
  readonly #options: CaptureOptions;
  readonly #parts: CaptureProxyOptions;
  readonly #ingest: Ingest;
  readonly #changes: Coalescer;
  readonly #storageChanges: Coalescer;
  readonly #onDidChange = this.#store.add(new Emitter<Extent>());
  readonly #onDidChangeStorage = this.#store.add(new Emitter<Storage>());
  readonly #onDidChangePressure = this.#store.add(new Emitter<boolean>());
  #limits: CaptureLimits;
  #extent: Extent = { first: 0, next: 0, byteLength: 0, dropped: 0 };
  #storage: Storage;
  /** Settled when all batches that were sent are stored. */
  #lastAppend: Promise<unknown> = Promise.resolve();
  #storedSeq = 0;
  #closed: Promise<void> | undefined;
  /** How often the worker was asked to open it. */
  #openings = 0;
  #settleOpened: (problem: string | undefined) => void = () => undefined;

  readonly onDidChange = this.#onDidChange.event;
  readonly onDidChangeStorage = this.#onDidChangeStorage.event;
  readonly onDidChangePressure = this.#onDidChangePressure.event;
  /** Resolves when the worker has opened it for the first time, with the reason if it could not. */
  readonly opened = new Promise<string | undefined>(resolve => (this.#settleOpened = resolve));

  constructor(options: CaptureOptions, parts: CaptureProxyOptions) {
    const { clock, path, hasSqlite, pool } = parts;
    this.#options = options;
    this.#parts = parts;
    this.#limits = { maxRows: options.maxRows, maxBytes: options.maxBytes };
    this.#storage = hasSqlite ? { kind: 'sqlite', path } : { kind: 'memory' };
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

  get id(): number {
    return this.#parts.id;
  }

  get extent(): Extent {
    return this.#extent;
  }

  get storage(): Storage {
    return this.#storage;
  }

  append(at: number, flags: number, payload: Uint8Array, frame?: FrameFacts): void {
    if (!this.#parts.isArchived) {
      this.#ingest.append(at, flags, payload, frame);
    }
  }

  async rows(from: number, count: number): Promise<readonly Row[]> {
    this.#assertOpen();
    return (await this.#ask('capture.rows', { from, count })).result ?? [];
  }

  async payload(seq: number, from: number, length: number): Promise<PayloadPart | undefined> {
    this.#assertOpen();
    return (await this.#ask('capture.payload', { seq, from, length })).result;
  }

  async frame(seq: number): Promise<FrameFacts | undefined> {
    this.#assertOpen();
    return (await this.#ask('capture.frame', { seq })).result;
  }

  async series(span: SeriesSpan): Promise<SeriesView> {
    this.#assertOpen();
    const { result } = await this.#ask('capture.series', span);
    if (!result) {
      throw new Error('The statistics could not be read');
    }
    return result;
  }

  async clear(): Promise<void> {
    if (this.#parts.isArchived) {
      return;
    }
    this.#ingest.flush();
    await this.#ask('capture.clear', { nextSeq: this.#ingest.nextSeq });
  }

  setLimits(limits: CaptureLimits): void {
    this.#limits = limits;
    if (!this.#parts.isArchived) {
      void this.#ask('capture.limits', limits);
    }
  }

  async flush(): Promise<void> {
    this.#ingest.flush();
    await this.#lastAppend;
  }

  /**
   * Writes all rows that were appended before to a new database, asking for them part by part, so
   * that the worker can store new rows meanwhile. Rows that the limits drop meanwhile are left out.
   * Rejects with a sentence.
   */
  async copyTo(path: string): Promise<void> {
    await this.flush();
    const { startedAt } = this.#parts;
    const { name, url } = this.#options;
    const to = this.#extent.next;
    let from = this.#extent.first;
    do {
      const { result, error } = await this.#ask('capture.copy', {
        path,
        name,
        url,
        startedAt,
        from,
        to,
      });
      if (result === undefined) {
        throw new Error(error);
      }
      from = result;
    } while (from < to);
  }

  dispose(): void {
    void this.close();
  }

  /** Set once it was asked to close. */
  get closed(): Promise<void> | undefined {
    return this.#closed;
  }

  /** Resolves when all is stored and the file is closed. */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  /** Asks the worker to open, or to go on with, this capture. */
  reopen(): void {
    const { path, startedAt, windowId: window, isArchived = false } = this.#parts;
    const { name, url } = this.#options;
    const [limits, nextSeq] = [this.#limits, this.#storedSeq];
    const request = { path, name, url, startedAt, window, limits, nextSeq, isArchived };
    const opening = ++this.#openings;
    void this.#ask('capture.open', request).then(({ result, error }) => {
      if (opening !== this.#openings) {
        return; // The worker was replaced meanwhile, and another request is on its way.
      }
      if (result) {
        this.setStorage(result);
      }
      this.#settleOpened(error);
    });
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
    const { first, next, byteLength, dropped } = this.#extent;
    if (
      extent.first !== first ||
      extent.next !== next ||
      extent.byteLength !== byteLength ||
      extent.dropped !== dropped
    ) {
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
    this.#lastAppend = this.#ask('capture.append', batch).then(() => {
      this.#storedSeq = nextSeq;
      this.#ingest.acknowledge();
    });
  }

  async #close(): Promise<void> {
    this.#ingest.flush();
    const closed = this.#ask('capture.close', undefined);
    this.#store.dispose();
    await closed;
    this.#parts.onDidClose();
  }

  /** Never rejects: a failure of the store is logged, and the caller goes on without. */
  async #ask<K extends CaptureRequestName>(
    request: K,
    params: ParamsOf<K>,
  ): Promise<CaptureAnswer<ResultOf<K>>> {
    const { link, id, log } = this.#parts;
    try {
      return { result: await link.request(request, id, params), error: undefined };
    } catch (error) {
      log.error(`Capture ${id} failed at ${request}: ${messageOf(error)}`);
      return { result: undefined, error: messageOf(error) };
    }
  }

  #assertOpen(): void {
    if (this.#closed) {
      throw new Error('The capture is closed');
    }
  }
}

/** `error` is set if the request failed. */
interface CaptureAnswer<R> {
  readonly result: R | undefined;
  readonly error: string | undefined;
}

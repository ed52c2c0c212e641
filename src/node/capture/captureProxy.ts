import type { Clock } from '../../core/base/clock.ts';
import { messageOf } from '../../core/base/errors.ts';
import { Coalescer } from '../../core/base/coalescer.ts';
import { Emitter } from '../../core/base/event.ts';
import { DisposableStore, toDisposable, type Disposable } from '../../core/base/lifecycle.ts';
import type { Logger } from '../../core/base/logger.ts';
import type { BatchBuffer } from '../../core/record/batch.ts';
import {
  undoMs,
  type Capture,
  type CaptureLimits,
  type CaptureOptions,
  type Extent,
  type PayloadPart,
  type Row,
  type Storage,
} from '../../core/capture/capture.ts';
import type { BufferPool } from '../../core/record/bufferPool.ts';
import type { TextRun } from '../../core/record/textRun.ts';
import type { DecodeRule, DecodeStep } from '../../core/decode/decodeRule.ts';
import type {
  DecodedMessage,
  DecodedSelection,
  SelectedBytes,
} from '../../core/decode/rowDecoding.ts';
import type { FrameFacts } from '../../core/record/frameFacts.ts';
import { Ingest } from '../../core/capture/ingest.ts';
import type { JudgeAnswer, JudgeRequest } from '../../core/capture/judge.ts';
import type { SeriesSpan, SeriesView } from '../../core/metrics/seriesView.ts';
import { copyBytes } from './copyBytes.ts';
import type { CopiedPart } from '../captureWorker/saving/savedCopies.ts';
import type { CaptureRequestName, ParamsOf, ResultOf } from './captureProtocol.ts';
import { SharedState } from './sharedState.ts';
import type { WorkerLink } from './workerLink.ts';

/** The shortest time between two change events, while a view of the capture is open and otherwise. */
const changeIntervalMs = { watched: 50, unwatched: 1000 } as const;

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
  readonly #state = new SharedState();
  readonly #changes: Coalescer;
  readonly #rareChanges: Coalescer;
  readonly #storageChanges: Coalescer;
  readonly #onDidChange = this.#store.add(new Emitter<Extent>());
  readonly #onDidChangeStorage = this.#store.add(new Emitter<Storage>());
  readonly #onDidChangePressure = this.#store.add(new Emitter<boolean>());
  #limits: CaptureLimits;
  #decoders: readonly DecodeRule[] = [];
  /** Who wants them to be kept. */
  #decoderHolders = 0;
  /** As listeners know it. */
  #told = this.#state.extent;
  /** Views that are open. */
  #watcherCount = 0;
  #storage: Storage;
  #closed: Promise<void> | undefined;
  /** Set while what was cleared can be brought back. */
  #forgetting: Disposable | undefined;
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
    this.#storage = hasSqlite ? { kind: 'file', path } : { kind: 'memory' };
    const change = () => this.#onDidChange.fire(this.extent);
    const { watched, unwatched } = changeIntervalMs;
    this.#changes = this.#store.add(new Coalescer(clock, watched, change));
    this.#rareChanges = this.#store.add(new Coalescer(clock, unwatched, change));
    this.#storageChanges = this.#store.add(
      new Coalescer(clock, watched, () => this.#onDidChangeStorage.fire(this.#storage)),
    );
    this.#ingest = this.#store.add(
      new Ingest({
        clock,
        pool,
        copy: copyBytes,
        firstSeq: 0,
        isWatched: () => this.#watcherCount > 0,
        send: (batch, nextSeq) => this.#send(batch, nextSeq),
        onAwait: seq => this.#await(seq),
        onPressure: isHigh => this.#onDidChangePressure.fire(isHigh),
      }),
    );
  }

  get id(): number {
    return this.#parts.id;
  }

  get extent(): Extent {
    return this.#state.extent;
  }

  get storage(): Storage {
    return this.#storage;
  }

  get waitingByteLength(): number {
    this.#ingest.acknowledge(this.#state.storedSeq);
    return this.#ingest.waitingByteLength;
  }

  get nextSeq(): number {
    return this.#ingest.nextSeq;
  }

  append(at: number, flags: number, payload: Uint8Array, frame?: FrameFacts): void {
    if (!this.#parts.isArchived) {
      this.#ingest.append(at, flags, payload, frame);
    }
  }

  appendTexts(at: number, flags: number, run: TextRun): void {
    if (!this.#parts.isArchived) {
      this.#ingest.appendTexts(at, flags, run);
    }
  }

  async rows(from: number, count: number): Promise<readonly Row[]> {
    this.#prepareToRead();
    return (await this.#ask('capture.rows', { from, count })).result ?? [];
  }

  async payload(seq: number, from: number, length: number): Promise<PayloadPart | undefined> {
    this.#prepareToRead();
    return (await this.#ask('capture.payload', { seq, from, length })).result;
  }

  async frame(seq: number): Promise<FrameFacts | undefined> {
    this.#prepareToRead();
    return (await this.#ask('capture.frame', { seq })).result;
  }

  async decoded(seq: number): Promise<DecodedMessage | undefined> {
    this.#prepareToRead();
    return (await this.#ask('capture.decoded', { seq })).result;
  }

  async layer(
    seq: number,
    layer: number,
    from: number,
    length: number,
  ): Promise<PayloadPart | undefined> {
    this.#prepareToRead();
    return (await this.#ask('capture.layer', { seq, layer, from, length })).result;
  }

  async readers(seq: number): Promise<readonly string[]> {
    this.#prepareToRead();
    return (await this.#ask('capture.readers', { seq })).result ?? [];
  }

  async selectionReaders(selection: SelectedBytes): Promise<readonly string[]> {
    return (await this.#ask('capture.selectionReaders', selection)).result ?? [];
  }

  async decodeSelection(
    selection: SelectedBytes,
    use: readonly DecodeStep[],
  ): Promise<DecodedSelection | undefined> {
    return (await this.#ask('capture.decodeSelection', { ...selection, use })).result;
  }

  holdDecoders(): Disposable {
    const change = (by: 1 | -1) => {
      const before = this.#decoderHolders > 0;
      this.#decoderHolders += by;
      const isHeld = this.#decoderHolders > 0;
      if (isHeld !== before && !this.#closed) {
        void this.#ask('capture.hold', isHeld);
      }
    };
    change(1);
    return toDisposable(() => change(-1));
  }

  async judge(request: JudgeRequest): Promise<JudgeAnswer | undefined> {
    this.#prepareToRead();
    return (await this.#ask('capture.judge', request)).result;
  }

  async summaries(seqs: readonly number[]): Promise<readonly (string | undefined)[]> {
    this.#prepareToRead();
    return (await this.#ask('capture.summaries', seqs)).result ?? [];
  }

  setDecoders(rules: readonly DecodeRule[]): void {
    this.#decoders = rules;
    void this.#ask('capture.decoders', { rules });
  }

  async series(span: SeriesSpan): Promise<SeriesView> {
    this.#prepareToRead();
    const { result } = await this.#ask('capture.series', span);
    if (!result) {
      throw new Error('The statistics could not be read');
    }
    return result;
  }

  async clear(): Promise<boolean> {
    if (this.#parts.isArchived) {
      return false;
    }
    this.#ingest.flush();
    this.#forgetting?.dispose();
    const { result } = await this.#ask('capture.clear', { nextSeq: this.#ingest.nextSeq });
    this.#forgetting?.dispose();
    if (this.#closed) {
      return false;
    }
    this.#forgetting = this.#parts.clock.schedule(undoMs, () => {
      this.#forgetting = undefined;
      void this.#ask('capture.forget', undefined);
    });
    return result ?? false;
  }

  async restore(): Promise<boolean> {
    if (!this.#forgetting) {
      return false;
    }
    this.#forgetting.dispose();
    this.#forgetting = undefined;
    this.#ingest.flush();
    return (await this.#ask('capture.restore', undefined)).result ?? false;
  }

  setLimits(limits: CaptureLimits): void {
    this.#limits = limits;
    if (!this.#parts.isArchived) {
      void this.#ask('capture.limits', limits);
    }
  }

  async flush(): Promise<void> {
    this.#ingest.flush();
    await this.#ingest.stored();
    // Where it is stored is said by then: what the worker says in shared memory may be known before.
    await this.opened;
  }

  /** A view of it is open until the result is disposed of: what comes is to be seen at once. */
  watch(): Disposable {
    this.#watcherCount++;
    this.#ingest.hurry();
    this.#changes.request();
    return toDisposable(() => this.#watcherCount--);
  }

  /**
   * Writes all rows that were appended before to a new database, asking for them part by part, so
   * that the worker can store new rows meanwhile. Rows that the limits drop meanwhile are left out.
   * Rejects with a sentence.
   *
   * @param isDecoded with the calls that decoders find, also if no view has it decoded
   */
  async copyTo(path: string, isDecoded = false): Promise<void> {
    await this.flush();
    const { startedAt } = this.#parts;
    const { name, url } = this.#options;
    const { first, next: to } = this.extent;
    let part: CopiedPart = { next: first, isLast: false };
    while (!part.isLast) {
      const request = { path, name, url, startedAt, from: part.next, to, isDecoded };
      const { result, error } = await this.#ask('capture.copy', request);
      if (!result) {
        throw new Error(error);
      }
      part = result;
    }
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
    const limits = this.#limits;
    const decoders = this.#decoders;
    const holdsDecoders = this.#decoderHolders > 0;
    const nextSeq = this.#ingest.acknowledgedSeq;
    // What a worker that failed has stored since then is not known to be kept, and is sent again.
    this.#state.storedSeq = nextSeq;
    const { buffer: state } = this.#state;
    const request = {
      path,
      name,
      url,
      startedAt,
      window,
      limits,
      decoders,
      holdsDecoders,
      nextSeq,
      isArchived,
      state,
    };
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

  /** Looks at what the worker has stored. */
  noteStored(): void {
    this.#ingest.acknowledge(this.#state.storedSeq);
    const { first, next, byteLength, dropped } = this.#told;
    const extent = this.extent;
    if (
      extent.first !== first ||
      extent.next !== next ||
      extent.byteLength !== byteLength ||
      extent.dropped !== dropped
    ) {
      this.#told = extent;
      this.#requestChange();
    }
  }

  setStorage(storage: Storage): void {
    const { kind, path, problem } = this.#storage;
    if (storage.kind !== kind || storage.path !== path || storage.problem !== problem) {
      this.#storage = storage;
      this.#storageChanges.request();
    }
  }

  #send(batch: BatchBuffer, nextSeq: number): () => void {
    const { link, id, log } = this.#parts;
    this.#requestChange();
    return link.tell('capture.append', id, batch, error => {
      log.error(`Capture ${id} failed at capture.append: ${error.message}`);
      this.#ingest.acknowledge(nextSeq);
    });
  }

  #await(seq: number): void {
    this.#state.awaitedSeq = seq;
    if (this.#state.storedSeq >= seq) {
      queueMicrotask(() => this.noteStored());
    }
  }

  #requestChange(): void {
    (this.#watcherCount > 0 ? this.#changes : this.#rareChanges).request();
  }

  /** Rows that wait for company would not be found. */
  #prepareToRead(): void {
    this.#assertOpen();
    this.#ingest.flush();
  }

  async #close(): Promise<void> {
    this.#forgetting?.dispose();
    this.#ingest.flush();
    const closed = this.#ask('capture.close', undefined);
    this.#store.dispose();
    await closed;
    this.noteStored();
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

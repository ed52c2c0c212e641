import type { BatchReader } from '../../../core/record/batch.ts';
import type { CaptureLimits, Extent, PayloadPart, Row } from '../../../core/capture/capture.ts';
import type {
  CaptureStore,
  MatchedRows,
  StoredRecord,
} from '../../../core/capture/captureStore.ts';
import { FallbackStore, type FallbackOptions } from '../../../core/capture/fallbackStore.ts';
import type { FrameFacts } from '../../../core/record/frameFacts.ts';
import type { ViewMatcher } from '../../../core/capture/viewMatcher.ts';
import { removeDatabase } from '../../files/captureFiles.ts';
import { FileLossError, FileWatch } from '../../files/fileWatch.ts';

interface LossAwareStoreOptions extends FallbackOptions {
  /** Where the primary store's database is. */
  readonly path: string;
  /** Creates a new database at `path`. Throws what SQLite and the file system throw. */
  readonly remake: () => CaptureStore;
}

/**
 * A store in a file that may be deleted, moved, replaced or cut while it is written to. That is
 * noticed before the next rows would go into it, and these are kept in memory then, as on a full disk.
 */
export class LossAwareStore implements CaptureStore {
  readonly #options: LossAwareStoreOptions;
  readonly #store: FallbackStore;
  #watch: FileWatch;

  constructor(options: LossAwareStoreOptions) {
    this.#options = options;
    this.#store = new FallbackStore({
      ...options,
      onDidMakeRoom: () => this.#watch.shortened(),
    });
    this.#watch = new FileWatch(options.path);
  }

  get extent(): Extent {
    return this.#store.extent;
  }

  append(batch: BatchReader): void {
    this.#look();
    this.#store.append(batch);
  }

  rows(from: number, count: number): readonly Row[] {
    return this.#read(() => this.#store.rows(from, count));
  }

  payload(seq: number, from: number, length: number): PayloadPart | undefined {
    return this.#read(() => this.#store.payload(seq, from, length));
  }

  frame(seq: number): FrameFacts | undefined {
    return this.#read(() => this.#store.frame(seq));
  }

  records(from: number, to: number): Iterable<StoredRecord> {
    this.#look();
    return this.#store.records(from, to);
  }

  find(test: ViewMatcher, from: number, to: number, isEach: boolean): Iterable<MatchedRows> {
    this.#look();
    return this.#store.find(test, from, to, isEach);
  }

  enforce(limits: CaptureLimits): number {
    return this.#store.enforce(limits);
  }

  /** Where the file was lost, a new one takes its place. */
  clear(): boolean {
    if (this.#look(true)) {
      return this.#store.clear(() => this.#remade());
    }
    const canRestore = this.#store.clear();
    this.#watch.shortened();
    return canRestore;
  }

  restore(): boolean {
    this.#look(true);
    return this.#store.restore();
  }

  forget(): boolean {
    return this.#store.forget();
  }

  sweep(): boolean {
    if (this.#look()) {
      return false;
    }
    const isMore = this.#store.sweep();
    this.#watch.shortened();
    return isMore;
  }

  close(): void {
    this.#look(true);
    this.#store.close();
  }

  /** Returns whether the file is found to be lost. */
  #look(isUrgent = false): boolean {
    const loss = this.#watch.look(isUrgent);
    if (loss !== undefined) {
      this.#store.lose(new FileLossError(loss), loss !== 'cut');
    }
    return loss !== undefined;
  }

  /** What cannot be read may be in a file that was cut just now. */
  #read<T>(read: () => T): T {
    try {
      return read();
    } catch (error) {
      if (this.#look(true)) {
        return read();
      }
      throw error;
    }
  }

  #remade(): CaptureStore {
    const { path, remake } = this.#options;
    if (this.#watch.isTaken) {
      throw new FileLossError('replaced');
    }
    removeDatabase(path);
    const store = remake();
    this.#watch = new FileWatch(path);
    return store;
  }
}

import type { Block } from '../../../core/record/block.ts';
import type { CaptureLimits, Extent, PayloadPart, Row } from '../../../core/capture/capture.ts';
import type { CaptureStore } from '../../../core/capture/captureStore.ts';
import type { BlockRows, MatchedRows } from '../../../core/capture/matchedRows.ts';
import {
  FallbackStore,
  type FallbackChange,
  type FallbackOptions,
} from '../../../core/capture/log/fallbackStore.ts';
import type { FrameFacts } from '../../../core/record/frameFacts.ts';
import type { ViewMatcher } from '../../../core/capture/viewMatcher.ts';
import { removeCapture } from '../../files/captureFiles.ts';
import { FileLossError, FileWatch } from '../../files/fileWatch.ts';
import type { LogStore } from './logStore.ts';

interface LossAwareStoreOptions extends FallbackOptions {
  readonly primary: LogStore;
  /** Where the primary store's database is. */
  readonly path: string;
  /** Creates a new database at `path`. Throws what SQLite and the file system throw. */
  readonly remake: () => LogStore;
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
      onDidChange: change => {
        options.onDidChange(change);
        this.#lookAfter(change);
      },
    });
    this.#watch = watchOf(options.path, options.primary);
  }

  get extent(): Extent {
    return this.#store.extent;
  }

  append(block: Block): void {
    this.#look();
    this.#store.append(block);
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

  skipTo(seq: number): number {
    return this.#store.skipTo(seq);
  }

  blocks(from: number, to: number): Iterable<BlockRows> {
    this.#look();
    return this.#store.blocks(from, to);
  }

  *find(
    test: ViewMatcher,
    from: number,
    to: number,
    isEach: boolean,
  ): Generator<MatchedRows, undefined> {
    this.#look();
    try {
      yield* this.#store.find(test, from, to, isEach);
    } catch (error) {
      // Rows that were lost are not found.
      if (!this.#look(true)) {
        throw error;
      }
    }
  }

  enforce(limits: CaptureLimits): number {
    return this.#store.enforce(limits);
  }

  /** Where the file was lost, a new one takes its place. */
  clear(): boolean {
    if (this.#look(true)) {
      return this.#store.clear(() => this.#remade());
    }
    return this.#store.clear();
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
    return this.#store.sweep();
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

  /** The log itself looks whether it was cut: then its rows are lost. */
  #lookAfter(change: FallbackChange): void {
    if (change.kind === 'failed' && change.error instanceof FileLossError) {
      this.#look(true);
    }
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
    removeCapture(path);
    const store = remake();
    this.#watch = watchOf(path, store);
    return store;
  }
}

function watchOf(path: string, store: LogStore): FileWatch {
  return new FileWatch(path, () => store.loss);
}

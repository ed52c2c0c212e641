import type { Block } from '../../record/block.ts';
import type { CaptureLimits, Extent, PayloadPart, Row } from '../capture.ts';
import { isEmpty, joinedExtent, type CaptureStore } from '../captureStore.ts';
import type { BlockRows, MatchedRows } from '../matchedRows.ts';
import type { FrameFacts } from '../../record/frameFacts.ts';
import { MemoryStore } from './memoryStore.ts';
import type { ViewMatcher } from '../viewMatcher.ts';

export type FallbackChange =
  /** The primary store took no more; rows from `seq` on are kept in memory. */
  | { readonly kind: 'failed'; readonly seq: number; readonly error: unknown }
  /** The memory for them is full; `rowCount` rows were dropped up to now. `error` is as before. */
  | { readonly kind: 'dropped'; readonly rowCount: number; readonly error: unknown }
  /** All is empty, and rows go to the primary store again. */
  | { readonly kind: 'recovered' };

/** What a row takes in memory beside its payload. */
const byteLengthPerRow = 24;

export interface FallbackOptions {
  readonly primary: CaptureStore;
  /** Bytes kept in memory at most. */
  readonly reserveByteLength: number;
  readonly onDidChange: (change: FallbackChange) => void;
  /** Numbers below this were used, even if the primary store has no such rows. */
  readonly minNext?: number;
}

/**
 * A store that continues in memory if the primary one fails, as on a full disk. Stored rows
 * stay readable and the numbering continues. When the memory is used up, new rows are dropped and
 * counted rather than old ones: those led up to the failure.
 */
export class FallbackStore implements CaptureStore {
  readonly #options: FallbackOptions;
  #primary: CaptureStore;
  /** Set while the primary store takes no more rows. */
  #reserve: MemoryStore | undefined;
  /** Whether the primary store's rows were cleared without its being able to. */
  #isPrimaryHidden = false;
  #droppedRowCount = 0;
  /** What the primary store failed with. */
  #failure: unknown;
  #minNext: number;

  constructor(options: FallbackOptions) {
    this.#options = options;
    this.#primary = options.primary;
    this.#minNext = options.minNext ?? 0;
  }

  get extent(): Extent {
    const primary = this.#primary;
    if (!this.#reserve) {
      const next = this.#minNext;
      const isBehind = primary.extent.next < next && isEmpty(primary.extent);
      return isBehind ? { ...primary.extent, first: next, next } : primary.extent;
    }
    const reserve = this.#reserve.extent;
    if (this.#isPrimaryHidden) {
      return reserve;
    }
    return joinedExtent(primary.extent, reserve);
  }

  append(block: Block): void {
    if (!this.#reserve) {
      try {
        this.#appendToPrimary(block);
        return;
      } catch (error) {
        this.#fail(error);
      }
    }
    this.#appendToReserve(block);
  }

  rows(from: number, count: number): readonly Row[] {
    const stored = this.#isPrimaryHidden ? [] : this.#primary.rows(from, count);
    const kept = this.#reserve?.rows(from, count) ?? [];
    return kept.length === 0 ? stored : [...stored, ...kept];
  }

  payload(seq: number, from: number, length: number): PayloadPart | undefined {
    return (
      this.#reserve?.payload(seq, from, length) ??
      (this.#isPrimaryHidden ? undefined : this.#primary.payload(seq, from, length))
    );
  }

  frame(seq: number): FrameFacts | undefined {
    return (
      this.#reserve?.frame(seq) ?? (this.#isPrimaryHidden ? undefined : this.#primary.frame(seq))
    );
  }

  skipTo(seq: number): number {
    for (const store of this.#stores) {
      if (seq < store.extent.next) {
        return store.skipTo(seq);
      }
    }
    return Math.max(seq, this.extent.next);
  }

  *blocks(from: number, to: number): Generator<BlockRows> {
    for (const store of this.#stores) {
      yield* store.blocks(from, to);
    }
  }

  *find(test: ViewMatcher, from: number, to: number, isEach: boolean): Generator<MatchedRows> {
    for (const store of this.#stores) {
      yield* store.find(test, from, to, isEach);
    }
  }

  enforce(limits: CaptureLimits): number {
    const before = this.extent.dropped;
    if (!this.#isPrimaryHidden) {
      this.#enforcePrimary(limits);
    }
    const primary = this.#primary;
    if (this.#reserve && (this.#isPrimaryHidden || isEmpty(primary.extent))) {
      this.#reserve.enforce(limits);
    }
    return this.extent.dropped - before;
  }

  /**
   * Goes on in memory, because the primary store is not what it was.
   *
   * @param isReadable what it holds can be read still; else its rows are lost
   */
  lose(error: unknown, isReadable: boolean): void {
    this.#fail(error);
    this.#isPrimaryHidden ||= !isReadable;
  }

  /**
   * Clears both. If the primary store had failed, it is emptied for good and tried again.
   *
   * @param remade makes one that takes its place, which is closed before; may throw
   */
  clear(remade?: () => CaptureStore): boolean {
    const reserve = this.#reserve;
    let canRestore = false;
    this.#minNext = this.extent.next;
    try {
      if (remade) {
        this.#primary.close();
        this.#primary = new MemoryStore(this.#minNext);
        this.#primary = remade();
      } else {
        canRestore = this.#primary.clear() && !reserve;
        if (reserve) {
          forgetAll(this.#primary);
        }
      }
    } catch (error) {
      this.#fail(error);
      this.#isPrimaryHidden = true;
      this.#reserve?.close();
      return false;
    }
    this.#reserve = undefined;
    this.#isPrimaryHidden = false;
    this.#droppedRowCount = 0;
    if (reserve) {
      this.#options.onDidChange({ kind: 'recovered' });
    }
    return canRestore;
  }

  restore(): boolean {
    return !this.#isPrimaryHidden && this.#primary.restore();
  }

  forget(): boolean {
    return this.#primary.forget();
  }

  sweep(): boolean {
    try {
      return this.#primary.sweep();
    } catch {
      // On a full disk even this fails. What was cleared stays hidden.
      return false;
    }
  }

  close(): void {
    this.#reserve?.close();
    this.#primary.close();
  }

  /** Those that rows are read from, oldest first. */
  get #stores(): readonly CaptureStore[] {
    const stored = this.#isPrimaryHidden ? [] : [this.#primary];
    return this.#reserve ? [...stored, this.#reserve] : stored;
  }

  /** On a full disk, rows that were cleared make room. */
  #appendToPrimary(block: Block): void {
    try {
      this.#primary.append(block);
    } catch (error) {
      if (!this.#primary.forget()) {
        throw error;
      }
      forgetAll(this.#primary);
      this.#primary.append(block);
    }
  }

  #fail(error: unknown): void {
    if (!this.#reserve) {
      const seq = Math.max(this.#minNext, this.#primary.extent.next);
      this.#reserve = new MemoryStore(seq);
      this.#failure = error;
      this.#options.onDidChange({ kind: 'failed', seq, error });
    }
  }

  #appendToReserve(block: Block): void {
    const { reserveByteLength, onDidChange } = this.#options;
    const reserve = this.#reserve;
    const needed = block.payload.length + byteLengthPerRow * block.rowCount;
    if (reserve && spaceOf(reserve.extent) + needed <= reserveByteLength) {
      reserve.append(block);
    } else {
      this.#droppedRowCount += block.rowCount;
      onDidChange({ kind: 'dropped', rowCount: this.#droppedRowCount, error: this.#failure });
    }
  }

  /** Where rows are in the reserve, they count too, and the primary store's go first. */
  #enforcePrimary(limits: CaptureLimits): void {
    const { next, first, byteLength } = this.#reserve?.extent ?? {
      next: 0,
      first: 0,
      byteLength: 0,
    };
    try {
      this.#primary.enforce({
        maxRows: Math.max(0, limits.maxRows - (next - first)),
        maxBytes: Math.max(0, limits.maxBytes - byteLength),
      });
    } catch (error) {
      // On a full disk even dropping fails, for it is written down first.
      this.#fail(error);
    }
  }
}

function spaceOf({ first, next, byteLength }: Extent): number {
  return byteLength + byteLengthPerRow * (next - first);
}

function forgetAll(store: CaptureStore): void {
  store.forget();
  while (store.sweep()) {
    // There is more.
  }
}

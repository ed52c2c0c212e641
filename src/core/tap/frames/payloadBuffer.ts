import { maskPayload } from './maskPayload.ts';

/** What is kept of a message that is too large, in bytes. */
export const keptOfLargeMessage = 65_536;

const firstCapacity = 4096;
/** A larger buffer is not kept for the next message. */
const maxIdleCapacity = 1_048_576;

/**
 * Collects a payload from its pieces, in memory that is used again. Of a payload that is longer than
 * the limit only the beginning is kept, and the rest is counted.
 */
export class PayloadBuffer {
  #bytes = new Uint8Array(firstCapacity);
  #words = new Uint32Array(this.#bytes.buffer);
  #kept = 0;
  #length = 0;

  /** Of a longer payload only the beginning is kept. */
  limit: number;

  /** @param limit in bytes */
  constructor(limit: number) {
    this.limit = limit;
  }

  /** The length of the whole payload. */
  get length(): number {
    return this.#length;
  }

  get isCut(): boolean {
    return this.#length > this.#kept;
  }

  /** What is kept. Lent: it changes with the next `append` or `clear`. */
  get bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#kept);
  }

  append(source: Uint8Array, begin = 0, end = source.length): void {
    this.#copy(source, begin, begin + this.#take(end - begin));
  }

  /**
   * Appends what is masked, unmasked.
   *
   * @param phase how many bytes of the frame's payload stand before it
   */
  appendMasked(
    source: Uint8Array,
    begin: number,
    end: number,
    key: Uint8Array,
    keyAt: number,
    phase: number,
  ): void {
    const at = this.#kept;
    this.#copy(source, begin, begin + this.#take(end - begin));
    maskPayload(this.#bytes, this.#words, at, this.#kept, key, keyAt, phase);
  }

  clear(): void {
    this.#kept = 0;
    this.#length = 0;
    if (this.#bytes.length > maxIdleCapacity) {
      this.#allocate(firstCapacity);
    }
  }

  /** Counts bytes, and returns how many of them are kept. */
  #take(count: number): number {
    this.#length += count;
    if (this.#length > this.limit) {
      if (this.#kept > keptOfLargeMessage) {
        this.#kept = keptOfLargeMessage;
        this.#allocate(keptOfLargeMessage);
      }
      return this.#reserve(Math.min(count, keptOfLargeMessage - this.#kept));
    }
    return this.#reserve(count);
  }

  #reserve(count: number): number {
    const needed = this.#kept + count;
    if (needed > this.#bytes.length) {
      this.#allocate(Math.max(needed, 2 * this.#bytes.length));
    }
    return count;
  }

  #copy(source: Uint8Array, begin: number, end: number): void {
    const bytes = this.#bytes;
    const at = this.#kept;
    // A view of a short piece costs more than its bytes.
    if (end - begin > 64) {
      bytes.set(source.subarray(begin, end), at);
    } else {
      for (let from = begin; from < end; from++) {
        bytes[at - begin + from] = source[from] ?? 0;
      }
    }
    this.#kept += end - begin;
  }

  /** In whole words. */
  #allocate(capacity: number): void {
    const larger = new Uint8Array((capacity + 3) & ~3);
    larger.set(this.#bytes.subarray(0, this.#kept));
    this.#bytes = larger;
    this.#words = new Uint32Array(larger.buffer);
  }
}

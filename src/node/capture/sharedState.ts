import type { Extent } from '../../core/capture/capture.ts';

/** The numbers that are shared: 64-bit integers, which are read and written at once. */
const Place = { Stored: 0, Awaited: 1, Next: 2, First: 3, ByteLength: 4, Dropped: 5, Missing: 6 };
const placeCount = Object.keys(Place).length;

/** What the host waits for while it waits for nothing. */
const nothing = BigInt(Number.MAX_SAFE_INTEGER);

/**
 * What the worker says of a capture in memory that it shares with the host. A message for each batch
 * would wake the host as often as the messages of a quiet peer do.
 */
export class SharedState {
  readonly buffer: SharedArrayBuffer;
  readonly #values: BigInt64Array<SharedArrayBuffer>;

  /** @param buffer that of the other side; a new one if it is not given */
  constructor(buffer?: SharedArrayBuffer) {
    this.buffer = buffer ?? new SharedArrayBuffer(placeCount * BigInt64Array.BYTES_PER_ELEMENT);
    this.#values = new BigInt64Array(this.buffer);
    if (!buffer) {
      this.awaitedSeq = undefined;
    }
  }

  /** Batches of rows below this have been stored, or could not be, and are not read any more. */
  get storedSeq(): number {
    return this.#get(Place.Stored);
  }

  set storedSeq(seq: number) {
    this.#set(Place.Stored, seq);
  }

  /** Of the host: it waits until the rows below this are stored. Look at `storedSeq` after setting it. */
  set awaitedSeq(seq: number | undefined) {
    Atomics.store(this.#values, Place.Awaited, seq === undefined ? nothing : BigInt(seq));
  }

  /** Whether the host waited for no more than is stored; if so it waits for nothing from now on. */
  takeAwaited(): boolean {
    const awaited = Atomics.load(this.#values, Place.Awaited);
    const isDue = awaited <= Atomics.load(this.#values, Place.Stored);
    if (isDue) {
      // Where the host has come to wait for something else meanwhile, that stays.
      Atomics.compareExchange(this.#values, Place.Awaited, awaited, nothing);
    }
    return isDue;
  }

  /** Read and written in such an order that no row is before `first` and none after `next`. */
  get extent(): Extent {
    const first = this.#get(Place.First);
    const extent = {
      first,
      next: this.#get(Place.Next),
      byteLength: this.#get(Place.ByteLength),
      dropped: this.#get(Place.Dropped),
    };
    const missing = this.#get(Place.Missing);
    return missing > 0 ? { ...extent, missing } : extent;
  }

  set extent({ first, next, byteLength, dropped, missing = 0 }: Extent) {
    this.#set(Place.Missing, missing);
    this.#set(Place.Dropped, dropped);
    this.#set(Place.ByteLength, byteLength);
    this.#set(Place.Next, next);
    this.#set(Place.First, first);
  }

  #get(place: number): number {
    return Number(Atomics.load(this.#values, place));
  }

  #set(place: number, value: number): void {
    Atomics.store(this.#values, place, BigInt(value));
  }
}

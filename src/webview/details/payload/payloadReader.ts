import type { PayloadAnswer } from '../../../shared/monitorProtocol.ts';

type Ask = (from: number, length: number) => Promise<PayloadAnswer>;

/** In bytes: the unit that is either read or not. */
const partLength = 64 * 1024;
/** In bytes, for one request. */
const maxRequestLength = 1024 * 1024;

/** A reader of bytes that are there. */
export function readerOf(bytes: Uint8Array): PayloadReader {
  return new PayloadReader(bytes.length, (from, length) =>
    Promise.resolve({ bytes: bytes.subarray(from, from + length), byteLength: bytes.length }),
  );
}

/** Reads the requested parts of a payload, and keeps them. */
export class PayloadReader {
  readonly byteLength: number;
  readonly #ask: Ask;
  readonly #isRead: Uint8Array;
  #bytes: Uint8Array | undefined;
  #isGone = false;
  #reading: Promise<void> = Promise.resolve();

  constructor(byteLength: number, ask: Ask) {
    this.byteLength = byteLength;
    this.#ask = ask;
    this.#isRead = new Uint8Array(Math.ceil(byteLength / partLength));
  }

  /** Whether the capture no longer has it. */
  get isGone(): boolean {
    return this.#isGone;
  }

  /** These bytes, up to the end of the payload; `undefined` if any of them has not been read. */
  loaded(from: number, length: number): Uint8Array | undefined {
    const to = Math.min(from + length, this.byteLength);
    return this.#missing(from, to) === undefined ? this.#buffer.subarray(from, to) : undefined;
  }

  /**
   * Resolves when these bytes are read, the capture no longer has them, or `signal` is aborted.
   *
   * @param onProgress called with the number of bytes that are read
   */
  read(
    from: number,
    length: number,
    signal: AbortSignal,
    onProgress?: (done: number) => void,
  ): Promise<void> {
    const to = Math.min(from + length, this.byteLength);
    // One read after the other, so that nothing is requested twice.
    this.#reading = this.#reading
      .catch(() => undefined)
      .then(() => this.#readParts([from, to], signal, onProgress));
    return this.#reading;
  }

  get #buffer(): Uint8Array {
    return (this.#bytes ??= new Uint8Array(this.byteLength));
  }

  /** The beginning of the first part that has not been read. */
  #missing(from: number, to: number): number | undefined {
    for (let part = Math.floor(from / partLength); part * partLength < to; part++) {
      if (this.#isRead[part] !== 1) {
        return part * partLength;
      }
    }
    return undefined;
  }

  async #readParts(
    [from, to]: readonly [number, number],
    signal: AbortSignal,
    onProgress?: (done: number) => void,
  ): Promise<void> {
    for (
      let at = this.#missing(from, to);
      at !== undefined && !this.#isGone && !signal.aborted;
      at = this.#missing(at, to)
    ) {
      const end = Math.ceil(to / partLength) * partLength;
      await this.#readPart(at, Math.min(this.byteLength, end, at + maxRequestLength), signal);
      onProgress?.(Math.min(to, at + maxRequestLength) - from);
    }
  }

  /** A response may be shorter than requested. */
  async #readPart(from: number, to: number, signal: AbortSignal): Promise<void> {
    let at = from;
    while (at < to && !signal.aborted) {
      const { bytes } = await this.#ask(at, to - at);
      if (!bytes || bytes.length === 0) {
        this.#isGone = true;
        return;
      }
      const part = bytes.subarray(0, to - at);
      this.#buffer.set(part, at);
      at += part.length;
    }
    if (at >= to) {
      this.#isRead.fill(1, from / partLength, Math.ceil(to / partLength));
    }
  }
}

import type { PayloadAnswer } from '../../shared/monitorProtocol.ts';

type Ask = (from: number, length: number) => Promise<PayloadAnswer>;

/** What is kept track of as read or not. */
const partLength = 64 * 1024;
/** The most that is asked for at once. */
const maxRequestedRows = 1024 * 1024;

/** Reads one payload in parts, from wherever it is looked at, and keeps what it has read. */
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

  /** These bytes, as far as the payload goes; `undefined` where one of them has not been read. */
  loaded(from: number, length: number): Uint8Array | undefined {
    const to = Math.min(from + length, this.byteLength);
    return this.#missing(from, to) === undefined ? this.#buffer.subarray(from, to) : undefined;
  }

  /**
   * Resolves when these bytes are there, or are known to be gone, or `signal` stops it.
   *
   * @param onProgress hears how many of the bytes are there
   */
  read(
    from: number,
    length: number,
    signal: AbortSignal,
    onProgress?: (done: number) => void,
  ): Promise<void> {
    const to = Math.min(from + length, this.byteLength);
    // One after the other, whoever asks, so that nothing is asked for twice.
    this.#reading = this.#reading
      .catch(() => undefined)
      .then(() => this.#readParts([from, to], signal, onProgress));
    return this.#reading;
  }

  get #buffer(): Uint8Array {
    return (this.#bytes ??= new Uint8Array(this.byteLength));
  }

  /** Where the first part begins that has not been read. */
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
      await this.#readPart(at, Math.min(this.byteLength, end, at + maxRequestedRows), signal);
      onProgress?.(Math.min(to, at + maxRequestedRows) - from);
    }
  }

  /** An answer may be shorter than what was asked for. */
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

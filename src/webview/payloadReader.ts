import type { PayloadAnswer } from '../shared/protocol.ts';

type Ask = (from: number, length: number) => Promise<PayloadAnswer>;

const partLength = 1024 * 1024;

/** Reads one payload from its beginning, in parts, and keeps what it has read. */
export class PayloadReader {
  readonly byteLength: number;
  readonly #ask: Ask;
  #bytes: Uint8Array;
  #readLength = 0;
  #isGone = false;
  #reading: Promise<void> = Promise.resolve();

  constructor(byteLength: number, ask: Ask) {
    this.byteLength = byteLength;
    this.#ask = ask;
    this.#bytes = new Uint8Array(0);
  }

  /** Whether the capture no longer has it. */
  get isGone(): boolean {
    return this.#isGone;
  }

  /** The first `length` bytes, or as many of them as have been read. */
  bytes(length: number): Uint8Array {
    return this.#bytes.subarray(0, Math.min(length, this.#readLength));
  }

  /** The same as text; a character that is cut at the end is left out. */
  text(length: number): string {
    const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
    const bytes = this.bytes(length);
    return decoder.decode(bytes, { stream: bytes.length < this.byteLength });
  }

  /** Resolves when the first `length` bytes are there, or are known to be gone. */
  readTo(length: number, signal: AbortSignal): Promise<void> {
    // One after the other, whoever asks: the parts have to follow on each other.
    this.#reading = this.#reading
      .catch(() => undefined)
      .then(() => this.#read(Math.min(length, this.byteLength), signal));
    return this.#reading;
  }

  async #read(length: number, signal: AbortSignal): Promise<void> {
    while (this.#readLength < length && !this.#isGone && !signal.aborted) {
      const { bytes } = await this.#ask(
        this.#readLength,
        Math.min(partLength, length - this.#readLength),
      );
      if (!bytes || bytes.length === 0) {
        this.#isGone = true;
      } else {
        this.#append(bytes, length);
      }
    }
  }

  #append(part: Uint8Array, expectedLength: number): void {
    const length = this.#readLength + part.length;
    if (length > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(length, expectedLength));
      larger.set(this.bytes(this.#readLength));
      this.#bytes = larger;
    }
    this.#bytes.set(part, this.#readLength);
    this.#readLength = length;
  }
}

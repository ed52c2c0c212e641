import { bodyLengthOf, frameHeadLength, messageIn } from '../../../decoderChild/frames.ts';

/** Takes messages out of the chunks of a pipe. */
export class FrameReader {
  readonly #take: (message: unknown) => void;
  #chunks: Uint8Array[] = [];
  #length = 0;

  constructor(take: (message: unknown) => void) {
    this.#take = take;
  }

  /** How many bytes wait for the rest of their message. */
  get waiting(): number {
    return this.#length;
  }

  /** Throws where a message cannot be read, or is longer than `maxLength`. */
  add(chunk: Uint8Array, maxLength: number): void {
    this.#chunks.push(chunk);
    this.#length += chunk.length;
    while (this.#length >= frameHeadLength) {
      const bodyLength = bodyLengthOf(this.#peek(frameHeadLength));
      if (bodyLength > maxLength) {
        throw new Error('A message is too long');
      }
      if (this.#length < frameHeadLength + bodyLength) {
        return;
      }
      const frame = this.#peek(frameHeadLength + bodyLength);
      this.#drop(frame.length);
      // A copy of its own, since what the message holds may stay.
      this.#take(messageIn(frame.slice(frameHeadLength)));
    }
  }

  /** The first bytes, in one piece. */
  #peek(length: number): Uint8Array {
    const [first] = this.#chunks;
    if (first && first.length >= length) {
      return new Uint8Array(first.buffer, first.byteOffset, length);
    }
    const whole = Buffer.concat(this.#chunks);
    this.#chunks = [whole];
    return new Uint8Array(whole.buffer, whole.byteOffset, length);
  }

  #drop(length: number): void {
    const [first] = this.#chunks;
    if (first) {
      const rest = first.subarray(length);
      this.#chunks = rest.length > 0 ? [rest, ...this.#chunks.slice(1)] : this.#chunks.slice(1);
      this.#length -= length;
    }
  }
}

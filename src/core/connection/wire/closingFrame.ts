/** What a control frame may hold (RFC 6455, section 5.5); more of it is not kept. */
const longestPayload = 125;
const maskByteLength = 4;

const decoder = new TextDecoder();

/**
 * The payload of a close frame, whatever is wrong with it: a client that refuses the frame for a mask
 * or for a reason that is not UTF-8 hides the code that the peer gave.
 */
export class ClosingFrame {
  readonly #isMasked: boolean;
  readonly #bytes: Uint8Array;
  #length = 0;

  /** @param byteLength of the payload */
  constructor(isMasked: boolean, byteLength: number) {
    this.#isMasked = isMasked;
    const kept = Math.min(byteLength, longestPayload);
    this.#bytes = new Uint8Array(kept + (isMasked ? maskByteLength : 0));
  }

  /** Takes what came next, from `position` on. */
  read(chunk: Uint8Array, position: number): void {
    const some = chunk.subarray(position, position + this.#bytes.length - this.#length);
    this.#bytes.set(some, this.#length);
    this.#length += some.length;
  }

  /** `undefined` where there is none. */
  get code(): number | undefined {
    const [high, low] = this.#payload();
    return high === undefined || low === undefined ? undefined : high * 256 + low;
  }

  /** With a replacement character for what is not UTF-8. */
  get reason(): string {
    return decoder.decode(this.#payload().subarray(2));
  }

  #payload(): Uint8Array {
    const bytes = this.#bytes.subarray(0, this.#length);
    if (!this.#isMasked) {
      return bytes;
    }
    const mask = bytes.subarray(0, maskByteLength);
    return bytes.subarray(maskByteLength).map((byte, at) => byte ^ (mask[at % 4] ?? 0));
  }
}

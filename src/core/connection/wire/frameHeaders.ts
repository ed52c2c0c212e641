import type { FrameFacts } from '../../record/frameFacts.ts';

/** A message whose facts are worth telling, by its number among all data messages, from 1 on. */
interface Notable {
  readonly ordinal: number;
  readonly facts: FrameFacts;
}

const Bits = { Fin: 0x80, Compressed: 0x40, Reserved: 0x30, Opcode: 0x0f, Mask: 0x80 } as const;
const wholeText = 0x81;
const wholeBinary = 0x82;
const closeOpcode = 8;
const lastOpcode = 10;

/** What a control frame may hold (RFC 6455, section 5.5). */
const maxControlPayload = 125;

/** A header without a mask, which servers must not use: 2 bytes and the length in 0, 2 or 8 more. */
const maxHeaderLength = 10;
const length16 = 126;
const length64 = 127;
/** The upper half of a length beyond 2 ** 53, which no client takes. */
const excessiveUpperHalf = 0x20_0000;

/**
 * Facts that wait for their messages at most. The client that reads the same bytes stops the socket
 * long before; more only come when it reads no more.
 */
const maxWaiting = 0x4_0000;

/**
 * Reads the headers of the frames that a server sends (RFC 6455, section 5.2), beside the client that
 * reads the frames, and keeps for each data message how it arrived. It reports no errors: if the
 * stream is broken it stops, and the client reports why.
 */
export class FrameHeaders {
  readonly #header = new Uint8Array(maxHeaderLength);
  #headerByteLength = 0;
  /** When, and in which chunk, the first byte of the header came. */
  #headerAt = 0;
  #headerChunk = 0;
  #chunk = 0;
  #isStopped = false;
  /** Of the current frame: what is still to come, and whether it ends a data message. */
  #payloadLeft = 0;
  #isLast = false;
  /** Of the current message; no fragments: there is none. */
  #fragmentCount = 0;
  #wireByteLength = 0;
  #isCompressed = false;
  #startedAt = 0;
  #startedChunk = 0;
  #completed = 0;
  #taken = 0;
  #waiting: Notable[] = [];
  #firstWaiting = 0;
  #closing: ClosingFrame | undefined;

  /** The peer's close frame, once all messages before it were taken. The client may have refused it. */
  get closing(): ClosingFrame | undefined {
    return this.#completed === this.#taken ? this.#closing : undefined;
  }

  /**
   * Takes the bytes that came next.
   *
   * @param at milliseconds of a monotonic clock
   */
  read(chunk: Uint8Array, at: number): void {
    this.#chunk++;
    let position = 0;
    while (position < chunk.length && !this.#isStopped) {
      if (this.#payloadLeft > 0) {
        const some = Math.min(this.#payloadLeft, chunk.length - position);
        position += some;
        this.#payloadLeft -= some;
        if (this.#payloadLeft === 0) {
          this.#endFrame(at);
        }
      } else {
        position = this.#skipWhole(chunk, position);
        position = this.#readHeader(chunk, position, at);
      }
    }
    this.#closing?.read(chunk, position);
  }

  /**
   * To be called once for each data message that the client reads, in order, after `read` was given
   * its last byte. Returns nothing of a message in one piece: a single frame, uncompressed, that
   * came at once.
   */
  next(): FrameFacts | undefined {
    this.#taken++;
    const waiting = this.#waiting[this.#firstWaiting];
    if (waiting?.ordinal !== this.#taken) {
      return undefined;
    }
    this.#firstWaiting++;
    // In pieces, since to take the first away from a long list takes long.
    if (this.#firstWaiting === this.#waiting.length || this.#firstWaiting === 4096) {
      this.#waiting = this.#waiting.slice(this.#firstWaiting);
      this.#firstWaiting = 0;
    }
    return waiting.facts;
  }

  /** Nothing of a frame or message has begun, and the client has read all that came before. */
  get isIdle(): boolean {
    return (
      !this.#isStopped &&
      this.#payloadLeft === 0 &&
      this.#headerByteLength === 0 &&
      this.#fragmentCount === 0 &&
      this.#completed === this.#taken
    );
  }

  /** Bytes that are still to come of a frame that has begun: at least one, all if its header is known. */
  get left(): number {
    return this.#headerByteLength > 0 && !this.#isStopped ? 1 : this.#payloadLeft;
  }

  /** Messages in one piece came that neither `read` nor the client gets. */
  skip(count: number): void {
    this.#completed += count;
    this.#taken += count;
  }

  /** Skips the messages in one piece, which are almost all, in next to no time. */
  #skipWhole(chunk: Uint8Array, begin: number): number {
    if (this.#fragmentCount > 0 || this.#headerByteLength > 0) {
      return begin;
    }
    let position = begin;
    for (;;) {
      const first = chunk[position];
      const length = chunk[position + 1] ?? length64;
      if ((first !== wholeText && first !== wholeBinary) || length > length16) {
        return position;
      }
      const end =
        length < length16
          ? position + 2 + length
          : position + 4 + (((chunk[position + 2] ?? 0) << 8) | (chunk[position + 3] ?? 0));
      if (end > chunk.length) {
        return position;
      }
      this.#completed++;
      position = end;
    }
  }

  /** Takes what there is of a header. */
  #readHeader(chunk: Uint8Array, begin: number, at: number): number {
    let position = begin;
    if (this.#headerByteLength === 0) {
      this.#headerAt = at;
      this.#headerChunk = this.#chunk;
    }
    while (position < chunk.length) {
      this.#header[this.#headerByteLength++] = chunk[position++] ?? 0;
      if (this.#headerByteLength === this.#headerEnd()) {
        this.#beginFrame(at);
        break;
      }
    }
    return position;
  }

  #headerEnd(): number {
    const length = (this.#header[1] ?? 0) & ~Bits.Mask;
    if (this.#headerByteLength < 2 || length < length16) {
      return 2;
    }
    return length === length16 ? 4 : maxHeaderLength;
  }

  #beginFrame(at: number): void {
    const first = this.#header[0] ?? 0;
    const payloadByteLength = this.#payloadByteLength();
    const isData = (first & Bits.Opcode) < closeOpcode;
    if ((first & Bits.Opcode) === closeOpcode) {
      const second = this.#header[1] ?? 0;
      this.#closing = new ClosingFrame((second & Bits.Mask) !== 0, second & ~Bits.Mask);
      this.#isStopped = true;
      return;
    }
    if (
      payloadByteLength === undefined ||
      !(isData ? this.#beginData(first) : isControl(first, payloadByteLength))
    ) {
      this.#isStopped = true;
      return;
    }
    if (isData) {
      this.#wireByteLength += this.#headerByteLength + payloadByteLength;
    }
    this.#isLast = isData && (first & Bits.Fin) !== 0;
    this.#headerByteLength = 0;
    this.#payloadLeft = payloadByteLength;
    if (payloadByteLength === 0) {
      this.#endFrame(at);
    }
  }

  /** `undefined` if no client takes a frame with this header. */
  #payloadByteLength(): number | undefined {
    const header = new DataView(this.#header.buffer);
    const length = header.getUint8(1);
    if ((length & Bits.Mask) !== 0) {
      return undefined;
    }
    if (length < length16) {
      return length;
    }
    if (length === length16) {
      return header.getUint16(2);
    }
    const upper = header.getUint32(2);
    return upper < excessiveUpperHalf ? upper * 2 ** 32 + header.getUint32(6) : undefined;
  }

  /** Returns whether the frame may come here. */
  #beginData(first: number): boolean {
    const isCompressed = (first & Bits.Compressed) !== 0;
    const opcode = first & Bits.Opcode;
    if ((first & Bits.Reserved) !== 0 || opcode > 2) {
      return false;
    }
    if (opcode === 0) {
      this.#fragmentCount++;
      return this.#fragmentCount > 1 && !isCompressed;
    }
    if (this.#fragmentCount > 0) {
      return false;
    }
    this.#fragmentCount = 1;
    this.#wireByteLength = 0;
    this.#isCompressed = isCompressed;
    this.#startedAt = this.#headerAt;
    this.#startedChunk = this.#headerChunk;
    return true;
  }

  #endFrame(at: number): void {
    if (!this.#isLast) {
      return;
    }
    this.#completed++;
    const fragmentCount = this.#fragmentCount;
    const isCompressed = this.#isCompressed;
    this.#fragmentCount = 0;
    if (fragmentCount > 1 || isCompressed || this.#startedChunk !== this.#chunk) {
      const durationMs = at - this.#startedAt;
      const facts = {
        fragmentCount,
        wireByteLength: this.#wireByteLength,
        isCompressed,
        durationMs,
      };
      this.#waiting.push({ ordinal: this.#completed, facts });
      this.#isStopped = this.#waiting.length > maxWaiting;
    }
  }
}

/** Whether a control frame may be like this and others follow on it (RFC 6455, section 5.5). */
function isControl(first: number, payloadByteLength: number): boolean {
  const opcode = first & Bits.Opcode;
  const isPlain = (first & (Bits.Reserved | Bits.Compressed)) === 0 && (first & Bits.Fin) !== 0;
  const isKnown = opcode > closeOpcode && opcode <= lastOpcode;
  return isPlain && isKnown && payloadByteLength <= maxControlPayload;
}

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
    // More of it is not kept.
    const kept = Math.min(byteLength, maxControlPayload);
    this.#bytes = new Uint8Array(kept + (isMasked ? maskByteLength : 0));
  }

  /** Takes what came next, from `position` on. */
  read(chunk: Uint8Array, position: number): void {
    const some = chunk.subarray(position, position + this.#bytes.length - this.#length);
    this.#bytes.set(some, this.#length);
    this.#length += some.length;
  }

  /** `undefined` if there is none. */
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

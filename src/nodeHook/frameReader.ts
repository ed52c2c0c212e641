import { copyOf, joined, newBytes } from './pristine.ts';

/** A whole message or control frame. */
export interface ReadFrame {
  /** RFC 6455, section 5.2. */
  readonly opcode: number;
  /** To be used at once, or copied: it may be a part of the program's own buffer. */
  readonly payload: Buffer;
  /** RSV1 was set: the payload is to be inflated (RFC 7692). */
  readonly isCompressed: boolean;
  readonly fragments: number;
  /** Of all its frames, headers included. */
  readonly wireBytes: number;
  /** How many bytes of the payload are left out because it is too large. */
  readonly leftOut: number;
}

/** Of a message; of a larger one only the beginning is kept. */
const maxPayload = 32 * 1024 * 1024;
/** Valid ones have 125 at most. */
const maxControl = 4096;
const maxHeader = 14;

/**
 * Reads the frames of one direction of a WebSocket from its bytes, in pieces of any size. The time is
 * in proportion to the bytes: no piece is copied more than twice.
 */
export class FrameReader {
  readonly #onFrame: (frame: ReadFrame) => void;
  readonly #header = newBytes(maxHeader);
  #headerLength = 0;
  /** What is left of the payload of the frame that is being read. */
  #left = -1;
  #opcode = 0;
  #isFinal = false;
  #masked = false;
  #maskAt = 0;
  #control: Buffer[] = [];
  #controlKept = 0;
  // Of the message, whose frames may have control frames between them:
  #message: Buffer[] = [];
  #messageOpcode = 0;
  #isCompressed = false;
  #fragments = 0;
  #wireBytes = 0;
  #kept = 0;
  #leftOut = 0;

  constructor(onFrame: (frame: ReadFrame) => void) {
    this.#onFrame = onFrame;
  }

  push(chunk: Buffer): void {
    let at = 0;
    while (at < chunk.length || this.#left === 0) {
      if (this.#left < 0) {
        at = this.#readHeader(chunk, at);
      } else {
        const end = Math.min(chunk.length, at + this.#left);
        this.#left -= end - at;
        this.#keep(chunk, at, end);
        at = end;
        if (this.#left === 0) {
          this.#left = -1;
          this.#endFrame();
        }
      }
    }
  }

  #readHeader(chunk: Buffer, from: number): number {
    let at = from;
    const header = this.#header;
    while (at < chunk.length) {
      header[this.#headerLength++] = chunk[at++] ?? 0;
      const length = headerLength(header, this.#headerLength);
      if (this.#headerLength === length) {
        this.#beginFrame(length);
        break;
      }
    }
    return at;
  }

  #beginFrame(length: number): void {
    const [first = 0, second = 0] = this.#header;
    const short = second & 0x7f;
    this.#left =
      short < 126
        ? short
        : short === 126
          ? this.#header.readUInt16BE(2)
          : Number(this.#header.readBigUInt64BE(2));
    this.#opcode = first & 0x0f;
    this.#isFinal = (first & 0x80) !== 0;
    this.#masked = (second & 0x80) !== 0;
    this.#maskAt = 0;
    this.#headerLength = 0;
    if (this.#masked) {
      this.#header.copy(this.#header, 0, length - 4, length);
    }
    if (this.#opcode >= 8) {
      this.#control = [];
      this.#controlKept = 0;
      return;
    }
    if (this.#opcode !== 0) {
      this.#messageOpcode = this.#opcode;
      this.#isCompressed = (first & 0x40) !== 0;
      this.#message = [];
      this.#fragments = this.#wireBytes = this.#kept = this.#leftOut = 0;
    }
    this.#fragments++;
    this.#wireBytes += length + this.#left;
  }

  /** Copies bytes of the payload, unmasked: the program may use its buffer again before all is there. */
  #keep(chunk: Buffer, from: number, to: number): void {
    if (from === to) {
      return;
    }
    const isControl = this.#opcode >= 8;
    const limit = isControl ? maxControl - this.#controlKept : maxPayload - this.#kept;
    const room = Math.min(to - from, limit);
    const given = chunk.subarray(from, from + room);
    // Most messages come in one piece, are read at once, and need no copy.
    const isWhole = this.#isFinal && this.#fragments === 1 && this.#left === 0;
    const isUsedAsItIs = isWhole && this.#kept === 0 && !this.#masked && !this.#isCompressed;
    const part = isUsedAsItIs && !isControl ? given : copyOf(given);
    if (this.#masked) {
      for (let index = 0; index < part.length; index++) {
        part[index] = (part[index] ?? 0) ^ (this.#header[(this.#maskAt + index) & 3] ?? 0);
      }
      this.#maskAt = (this.#maskAt + to - from) & 3;
    }
    if (isControl) {
      this.#control.push(part);
      this.#controlKept += room;
    } else {
      this.#message.push(part);
      this.#kept += room;
      this.#leftOut += to - from - room;
    }
  }

  #endFrame(): void {
    if (this.#opcode >= 8) {
      const payload = joined(this.#control);
      this.#control = [];
      this.#onFrame({
        opcode: this.#opcode,
        payload,
        isCompressed: false,
        fragments: 1,
        wireBytes: payload.length + (this.#masked ? 6 : 2),
        leftOut: 0,
      });
      return;
    }
    if (this.#isFinal) {
      const payload = joined(this.#message);
      this.#message = [];
      this.#onFrame({
        opcode: this.#messageOpcode,
        payload,
        isCompressed: this.#isCompressed,
        fragments: this.#fragments,
        wireBytes: this.#wireBytes,
        leftOut: this.#leftOut,
      });
    }
  }
}

/** Of a frame whose first bytes are known; at least one more than those until that can be told. */
function headerLength(header: Buffer, known: number): number {
  if (known < 2) {
    return 2;
  }
  const second = header[1] ?? 0;
  const short = second & 0x7f;
  return 2 + (short === 126 ? 2 : short === 127 ? 8 : 0) + ((second & 0x80) === 0 ? 0 : 4);
}

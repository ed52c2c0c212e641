export const HeaderBits = { Fin: 0x80, Rsv1: 0x40, Rsv23: 0x30, Opcode: 0x0f, Mask: 0x80 } as const;
const maxByteLength = 14;
const minByteLength = 2;
const keyByteLength = 4;
export const length16 = 126;
const length64 = 127;
/** The upper half of a length beyond 2 ** 53. */
const excessiveUpperHalf = 0x20_0000;

export const Opcode = {
  Continuation: 0,
  Text: 1,
  Binary: 2,
  Close: 8,
  Ping: 9,
  Pong: 10,
} as const;

/** The header of a frame (RFC 6455, section 5.2), collected from its pieces in memory that is used again. */
export class FrameHeader {
  /** The key of a masked frame is in its last bytes, from `keyAt` on. */
  readonly bytes = new Uint8Array(maxByteLength);
  #length = 0;
  #end = minByteLength;

  /** Of a whole header. */
  get byteLength(): number {
    return this.#end;
  }

  get isBegun(): boolean {
    return this.#length > 0;
  }

  get isWhole(): boolean {
    return this.#length === this.#end;
  }

  get #first(): number {
    return this.bytes[0] ?? 0;
  }

  get opcode(): number {
    return this.#first & HeaderBits.Opcode;
  }

  get isControl(): boolean {
    return this.opcode >= Opcode.Close;
  }

  /** FIN: no fragment follows. */
  get isLast(): boolean {
    return (this.#first & HeaderBits.Fin) !== 0;
  }

  /** The reserved bits that are set. */
  get reserved(): number {
    return this.#first & (HeaderBits.Rsv1 | HeaderBits.Rsv23);
  }

  get isMasked(): boolean {
    return this.#maskBit !== 0;
  }

  get keyAt(): number {
    return this.#end - keyByteLength;
  }

  /** `undefined` if it is beyond what can be counted. */
  get payloadLength(): number | undefined {
    const length = (this.bytes[1] ?? 0) & ~HeaderBits.Mask;
    if (length < length16) {
      return length;
    }
    if (length === length16) {
      return this.#number(2, 2);
    }
    const upper = this.#number(2, 4);
    return upper < excessiveUpperHalf ? upper * 2 ** 32 + this.#number(6, 4) : undefined;
  }

  /** Takes what there is of it in a chunk; returns where it ends there. */
  read(chunk: Uint8Array, begin: number): number {
    let position = begin;
    if (this.#length === 0) {
      this.#end = minByteLength;
    }
    while (position < chunk.length && this.#length < this.#end) {
      this.bytes[this.#length++] = chunk[position++] ?? 0;
      if (this.#length === minByteLength) {
        const length = (this.bytes[1] ?? 0) & ~HeaderBits.Mask;
        this.#end =
          minByteLength +
          (length === length16 ? 2 : length === length64 ? 8 : 0) +
          (this.#maskBit === 0 ? 0 : keyByteLength);
      }
    }
    return position;
  }

  /** The next byte is that of another header. The facts of this one stay until then. */
  startOver(): void {
    this.#length = 0;
  }

  get #maskBit(): number {
    return (this.bytes[1] ?? 0) & HeaderBits.Mask;
  }

  /** Big-endian, without a sign. */
  #number(at: number, byteLength: number): number {
    let sum = 0;
    for (let index = at; index < at + byteLength; index++) {
      sum = sum * 256 + (this.bytes[index] ?? 0);
    }
    return sum;
  }
}

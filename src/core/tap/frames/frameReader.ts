import type { Disposable } from '../../base/lifecycle.ts';
import type { FrameFacts } from '../../record/frameFacts.ts';
import { RowFlag, type Direction } from '../../record/record.ts';
import type { Agreement } from './agreement.ts';
import { FrameHeader, HeaderBits, length16, Opcode } from './frameHeader.ts';
import { FrameOddities } from './frameOddities.ts';
import { maskPayload } from './maskPayload.ts';
import { MessageInflation, type Inflater } from './messageInflation.ts';
import { keptOfLargeMessage, PayloadBuffer } from './payloadBuffer.ts';

/** Receives what a reader reads. Payloads are lent: they are valid only during the call. */
export interface FrameListener {
  /**
   * A message or control frame has ended.
   *
   * @param flags see record.ts
   * @param byteLength of the whole payload, of which a part is missing if it is longer
   */
  onMessage(
    flags: number,
    payload: Uint8Array,
    frame: FrameFacts | undefined,
    byteLength: number,
  ): void;
  /** Something that the specification does not allow, or that cannot be read, as a sentence. */
  onOddity(sentence: string): void;
  /** A piece of a data message, while `givesPieces`. */
  onPiece?(piece: Uint8Array): void;
}

export interface FrameReaderOptions {
  /** `out`: what the client sends. */
  readonly direction: Direction;
  readonly agreement: Agreement;
  /** Of a longer payload only the beginning is kept. */
  readonly maxMessageBytes: number;
  readonly createInflater: () => Inflater;
}

const wholeText = 0x81;
const wholeBinary = 0x82;

/**
 * Reads the frames of one direction (RFC 6455, section 5.2), masked or not, beside the bytes that go on.
 * It never throws and judges nobody: what is not allowed is told once, and read all the same; what cannot
 * be read is told, and given as it came.
 */
export class FrameReader implements Disposable {
  readonly #listener: FrameListener;
  readonly #deflates: boolean;
  readonly #oddities: FrameOddities;
  readonly #inflation: MessageInflation;
  readonly #directionFlag: number;
  /** The mask bit that each frame should have. */
  readonly #maskBit: number;
  readonly #header = new FrameHeader();
  #chunk = 0;
  #at = 0;
  #isStopped = false;
  /** Nothing of a message has come yet, and nothing odd before. */
  #isPlain = true;
  /** Of the current frame. */
  #isInPayload = false;
  #payloadLeft = 0;
  #payloadRead = 0;
  #isMasked = false;
  #isControl = false;
  #isLast = false;
  /** Of the current control frame. */
  readonly #control = new PayloadBuffer(keptOfLargeMessage);
  #controlFlags = 0;
  /** Of the current message; no fragments: there is none. */
  readonly #data: PayloadBuffer;
  #dataFlags = 0;
  #fragmentCount = 0;
  #wireByteLength = 0;
  #startedAt = 0;
  #startedChunk = 0;
  #frameAt = 0;
  #frameChunk = 0;
  #isInflating = false;
  /** The current message could not be inflated to its end. */
  #isBroken = false;
  #isUnreadable = false;
  #hasClosed = false;
  /** Memory for unmasked payloads. */
  #scratch = new Uint8Array(4096);
  #scratchWords = new Uint32Array(this.#scratch.buffer);
  /** Tells the listener the pieces of the current data message as they come. */
  givesPieces = false;

  constructor(listener: FrameListener, options: FrameReaderOptions) {
    const { direction, agreement, maxMessageBytes, createInflater } = options;
    this.#listener = listener;
    this.#deflates = agreement.deflates;
    this.#oddities = new FrameOddities(direction, agreement, sentence =>
      listener.onOddity(sentence),
    );
    this.#inflation = new MessageInflation({
      createInflater,
      takesOver: agreement.takesOver[direction],
      output: this.#givePiece,
      onProblem: error => this.#oddities.notInflated(error),
    });
    this.#directionFlag = direction === 'out' ? RowFlag.Out : 0;
    this.#maskBit = direction === 'out' ? HeaderBits.Mask : 0;
    this.#data = new PayloadBuffer(maxMessageBytes);
  }

  /** Whether what was read ends where a message ends, so that another one may be put there. */
  get isBetweenMessages(): boolean {
    return this.#fragmentCount === 0 && this.isBetweenFrames;
  }

  get isBetweenFrames(): boolean {
    return !this.#header.isBegun && !this.#isInPayload && !this.#isStopped;
  }

  /** Whether the header of the current frame was read, and its payload is to come. */
  get isInPayload(): boolean {
    return this.#isInPayload;
  }

  /** Whether the frame that was read last, or is read, is one of control. */
  get wasControl(): boolean {
    return this.#isControl;
  }

  /** Of a longer payload only the beginning is kept, from the next message on. */
  set maxMessageBytes(limit: number) {
    this.#data.limit = limit;
  }

  /** What came of the current data message so far, inflated; lent. */
  get partialPayload(): Uint8Array {
    return this.#data.bytes;
  }

  /** Kind, direction and compression of the current data message. */
  get partialFlags(): number {
    return this.#dataFlags;
  }

  /** The current data message is compressed and cannot be inflated: what is told of its payload is not it. */
  get isUnreadable(): boolean {
    return this.#isUnreadable;
  }

  /** The length of what came of the current data message so far, inflated. */
  get partialLength(): number {
    return this.#fragmentCount === 0 ? 0 : this.#data.length;
  }

  /** Nothing can be read from here on: where frames end is not known any more. */
  get isStopped(): boolean {
    return this.#isStopped;
  }

  /**
   * Reads a chunk from `begin` on: up to its end, or to the end of a frame or message before it.
   *
   * @param at milliseconds of a monotonic clock
   * @returns where it has stopped
   */
  read(
    chunk: Uint8Array,
    begin: number,
    at: number,
    until: 'end' | 'message' | 'frame' = 'end',
  ): number {
    if (begin === 0) {
      this.#chunk++;
    }
    this.#at = at;
    let position = begin;
    while (position < chunk.length && !this.#isStopped) {
      if (until === 'end' && this.#isPlain) {
        position = this.#readWhole(chunk, position);
        if (position === chunk.length) {
          break;
        }
      }
      position = this.#isInPayload
        ? this.#readPayload(chunk, position)
        : this.#readHeader(chunk, position);
      const isAtFrame = this.isBetweenFrames;
      if (isAtFrame && (until === 'frame' || (until === 'message' && this.#fragmentCount === 0))) {
        return position;
      }
    }
    return this.#isStopped ? chunk.length : position;
  }

  dispose(): void {
    this.#inflation.dispose();
  }

  /** Reads the messages in one frame and one piece, which are almost all, in next to no time. */
  #readWhole(chunk: Uint8Array, begin: number): number {
    const { length } = chunk;
    const maskBit = this.#maskBit;
    let position = begin;
    while (position + 2 <= length) {
      const first = chunk[position] ?? 0;
      if (first !== wholeText && first !== wholeBinary) {
        break;
      }
      const second = (chunk[position + 1] ?? 0) ^ maskBit;
      let payloadAt = position + 2;
      let size = second;
      if (second === length16) {
        size = ((chunk[position + 2] ?? 0) << 8) | (chunk[position + 3] ?? 0);
        payloadAt += 2;
      } else if (second > length16) {
        break;
      }
      const flags = (first & HeaderBits.Opcode) | this.#directionFlag;
      if (maskBit === 0) {
        const end = payloadAt + size;
        if (end > length) {
          break;
        }
        this.#listener.onMessage(flags, chunk.subarray(payloadAt, end), undefined, size);
        position = end;
      } else {
        const end = payloadAt + 4 + size;
        if (end > length) {
          break;
        }
        const payload = this.#unmasked(chunk, payloadAt + 4, size, chunk, payloadAt, 0);
        this.#listener.onMessage(flags, payload, undefined, size);
        position = end;
      }
    }
    return position;
  }

  /** A piece of a payload, in memory that is used again. */
  #unmasked(
    chunk: Uint8Array,
    begin: number,
    size: number,
    key: Uint8Array,
    keyAt: number,
    phase: number,
  ): Uint8Array {
    if (size > this.#scratch.length) {
      this.#scratch = new Uint8Array(2 ** Math.ceil(Math.log2(size)));
      this.#scratchWords = new Uint32Array(this.#scratch.buffer);
    }
    const scratch = this.#scratch;
    scratch.set(chunk.subarray(begin, begin + size));
    maskPayload(scratch, this.#scratchWords, 0, size, key, keyAt, phase);
    return scratch.subarray(0, size);
  }

  /** Takes what there is of a header. */
  #readHeader(chunk: Uint8Array, begin: number): number {
    if (!this.#header.isBegun) {
      this.#frameAt = this.#at;
      this.#frameChunk = this.#chunk;
      this.#isPlain = false;
    }
    const position = this.#header.read(chunk, begin);
    if (this.#header.isWhole) {
      this.#beginFrame();
    }
    return position;
  }

  #beginFrame(): void {
    const header = this.#header;
    const length = header.payloadLength;
    if (length === undefined) {
      this.#isStopped = true;
      this.#oddities.endless();
      return;
    }
    this.#oddities.check(header, length, this.#hasClosed);
    this.#isMasked = header.isMasked;
    this.#isControl = header.isControl;
    this.#isLast = header.isLast;
    this.#payloadLeft = length;
    this.#payloadRead = 0;
    if (this.#isControl) {
      this.#beginControl();
    } else {
      this.#beginData();
      this.#wireByteLength += header.byteLength + length;
    }
    header.startOver();
    this.#isInPayload = true;
    if (length === 0) {
      this.#endFrame();
    }
  }

  #beginControl(): void {
    const { opcode } = this.#header;
    this.#control.clear();
    const isHeartbeat = opcode === Opcode.Ping || opcode === Opcode.Pong;
    this.#controlFlags =
      (opcode > Opcode.Pong ? Opcode.Binary : opcode) |
      this.#directionFlag |
      (isHeartbeat ? RowFlag.Heartbeat : 0);
  }

  #beginData(): void {
    const { opcode, reserved } = this.#header;
    const isContinuation = opcode === Opcode.Continuation;
    if (isContinuation && this.#fragmentCount > 0) {
      this.#fragmentCount++;
      return;
    }
    if (isContinuation) {
      this.#oddities.continuedNothing();
    } else if (this.#fragmentCount > 0) {
      this.#oddities.begunTooEarly();
      this.#endMessage();
    }
    this.#data.clear();
    this.#fragmentCount = 1;
    this.#wireByteLength = 0;
    this.#startedAt = this.#frameAt;
    this.#startedChunk = this.#frameChunk;
    const isCompressed = this.#deflates && !isContinuation && (reserved & HeaderBits.Rsv1) !== 0;
    this.#isBroken = false;
    this.#isInflating = isCompressed && this.#inflation.begin();
    this.#isUnreadable = isCompressed && !this.#isInflating;
    const isText = opcode === Opcode.Text && (!isCompressed || this.#isInflating);
    this.#dataFlags =
      (isText ? Opcode.Text : Opcode.Binary) |
      this.#directionFlag |
      (isCompressed ? RowFlag.Compressed : 0);
  }

  #readPayload(chunk: Uint8Array, begin: number): number {
    const end = begin + Math.min(this.#payloadLeft, chunk.length - begin);
    const size = end - begin;
    const phase = this.#payloadRead;
    this.#payloadLeft -= size;
    this.#payloadRead += size;
    const { bytes: key, keyAt } = this.#header;
    if (this.#isControl) {
      this.#append(this.#control, chunk, begin, end, keyAt, phase);
    } else if (this.#isBroken) {
      // What follows of a message that cannot be inflated would only be noise.
    } else if (this.#isInflating || this.givesPieces) {
      const piece = this.#isMasked
        ? this.#unmasked(chunk, begin, size, key, keyAt, phase)
        : chunk.subarray(begin, end);
      this.#takePiece(piece);
    } else {
      this.#append(this.#data, chunk, begin, end, keyAt, phase);
    }
    if (this.#payloadLeft === 0) {
      this.#endFrame();
    }
    return end;
  }

  #append(
    to: PayloadBuffer,
    chunk: Uint8Array,
    begin: number,
    end: number,
    keyAt: number,
    phase: number,
  ): void {
    if (this.#isMasked) {
      to.appendMasked(chunk, begin, end, this.#header.bytes, keyAt, phase);
    } else {
      to.append(chunk, begin, end);
    }
  }

  #takePiece(piece: Uint8Array): void {
    if (this.#isInflating) {
      this.#isInflating = this.#inflation.write(piece);
      this.#isBroken = !this.#isInflating;
      this.#isUnreadable = this.#isBroken;
    } else {
      this.#givePiece(piece);
    }
  }

  /** However much it is: the messages behind it may refer to it, so that all must be inflated. */
  readonly #givePiece = (piece: Uint8Array) => {
    this.#data.append(piece);
    if (this.givesPieces) {
      this.#listener.onPiece?.(piece);
    }
  };

  #endFrame(): void {
    this.#isInPayload = false;
    if (this.#isControl) {
      const { bytes, length } = this.#control;
      this.#listener.onMessage(this.#controlFlags, bytes, undefined, length);
      this.#hasClosed ||= (this.#controlFlags & RowFlag.OpcodeMask) === Opcode.Close;
    } else if (this.#isLast) {
      this.#endMessage();
    }
    this.#isPlain = this.#fragmentCount === 0 && !this.#hasClosed;
  }

  #endMessage(): void {
    if (this.#isInflating) {
      this.#isUnreadable = !this.#inflation.end();
      this.#isInflating = false;
    }
    const fragmentCount = this.#fragmentCount;
    const isCompressed = (this.#dataFlags & RowFlag.Compressed) !== 0;
    const isRemarkable = fragmentCount > 1 || isCompressed || this.#startedChunk !== this.#chunk;
    const frame = isRemarkable
      ? {
          fragmentCount,
          wireByteLength: this.#wireByteLength,
          isCompressed,
          durationMs: this.#at - this.#startedAt,
        }
      : undefined;
    const { bytes, length } = this.#data;
    const flags = this.#dataFlags | (fragmentCount > 1 ? RowFlag.Fragmented : 0);
    this.#fragmentCount = 0;
    this.#listener.onMessage(flags, bytes, frame, length);
    this.#isUnreadable = false;
    this.#data.clear();
  }
}

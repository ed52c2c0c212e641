import type { FrameFacts } from '../../record/frameFacts.ts';
import type { TransitMessage } from '../gate.ts';

/** A message that was read for a gate, with what it takes to forward it as it came. */
export class ReadMessage implements TransitMessage {
  readonly flags: number;
  readonly at: number;
  readonly payload: Uint8Array;
  readonly frame?: FrameFacts;
  /** Compressed, and could not be inflated: it is its frames, and the payload is not what they stand for. */
  readonly isUnreadable: boolean;
  /** All its frames. */
  raw: readonly Uint8Array[] = [];

  constructor(
    flags: number,
    at: number,
    payload: Uint8Array,
    frame: FrameFacts | undefined,
    isUnreadable: boolean,
  ) {
    this.flags = flags;
    this.at = at;
    this.payload = payload;
    this.isUnreadable = isUnreadable;
    if (frame) {
      this.frame = frame;
    }
  }
}

/** What a piece takes in memory beside its bytes. */
const bytesOfPiece = 128;

/** The frames of the current message as they came. */
export class RawFrames {
  #frame: Uint8Array[] = [];
  #frameMemory = 0;
  #message: Uint8Array[] = [];
  #messageMemory = 0;

  /** What all takes in memory, about, in bytes. */
  get memory(): number {
    return this.#frameMemory + this.#messageMemory;
  }

  /** What the current frame takes of it. */
  get frameMemory(): number {
    return this.#frameMemory;
  }

  /** Adds a piece of the current frame. It is kept. */
  add(piece: Uint8Array): void {
    this.#frame.push(piece);
    this.#frameMemory += piece.length + bytesOfPiece;
  }

  /** The current frame belongs to the message, and has ended. */
  endFrame(): void {
    for (const piece of this.#frame) {
      this.#message.push(piece);
    }
    this.#messageMemory += this.#frameMemory;
    this.#frame = [];
    this.#frameMemory = 0;
  }

  /** Gives away what came of the current frame. */
  takeFrame(): readonly Uint8Array[] {
    const frame = this.#frame;
    this.#frame = [];
    this.#frameMemory = 0;
    return frame;
  }

  /** Gives away the frames of the message that have ended. */
  takeMessage(): readonly Uint8Array[] {
    const message = this.#message;
    this.#message = [];
    this.#messageMemory = 0;
    return message;
  }

  /** Gives away all. */
  take(): readonly Uint8Array[] {
    return [...this.takeMessage(), ...this.takeFrame()];
  }
}

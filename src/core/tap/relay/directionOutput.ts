import { writeFrame, type FillRandom, type FrameKind } from '../frames/frameWriter.ts';

interface OutputPorts {
  /** Writes to the target. The bytes are not changed after the call. */
  readonly write: (bytes: Uint8Array) => void;
  /** Given where frames of ours must be masked. */
  readonly fillRandom: FillRandom | undefined;
}

/**
 * What goes to the target of a direction. Frames of ours wait for the end of the message that goes on; a
 * close frame of ours waits for that of a frame, and nothing goes on after it.
 */
export class DirectionOutput {
  readonly #ports: OutputPorts;
  #pending: Uint8Array[] = [];
  #closeFrame: Uint8Array | undefined;
  #isClosed = false;

  constructor(ports: OutputPorts) {
    this.#ports = ports;
  }

  get hasPending(): boolean {
    return this.#pending.length > 0;
  }

  /** A close frame of ours was asked for. */
  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** A close frame of ours waits. */
  get awaitsClose(): boolean {
    return this.#closeFrame !== undefined;
  }

  /** A close frame of ours has gone out: what comes now is not delivered. */
  get hasClosed(): boolean {
    return this.#isClosed && !this.#closeFrame;
  }

  frame(kind: FrameKind, payload: Uint8Array, isLast = true): Uint8Array {
    return writeFrame(kind, payload, this.#ports.fillRandom, isLast);
  }

  write(bytes: Uint8Array): void {
    // Up to our close frame, what belongs to the frame before it.
    if (!this.hasClosed) {
      this.#ports.write(bytes);
    }
  }

  /** Puts frames where a message ends; `isFree`: here. */
  put(frames: readonly Uint8Array[], isFree: boolean): void {
    if (isFree && this.#pending.length === 0) {
      frames.forEach(bytes => this.write(bytes));
    } else {
      this.#pending.push(...frames);
    }
  }

  /** A message ends here: what waits goes out. */
  flush(): void {
    if (this.#pending.length > 0) {
      const frames = this.#pending;
      this.#pending = [];
      frames.forEach(bytes => this.write(bytes));
    }
  }

  /** Sends a close frame where a frame ends. */
  close(payload: Uint8Array): void {
    this.#isClosed = true;
    this.#closeFrame = this.frame('Close', payload);
  }

  /** A frame ends here: a close frame of ours goes out. */
  flushClose(): void {
    const frame = this.#closeFrame;
    this.#closeFrame = undefined;
    if (frame) {
      this.#ports.write(frame);
    }
  }
}

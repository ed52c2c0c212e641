import { writeFrame, type FillRandom, type FrameKind } from '../frames/frameWriter.ts';
import type { OnDone } from '../gate.ts';

interface OutputPorts {
  /** Writes to the target. The bytes are not changed after the call. */
  readonly write: (bytes: Uint8Array) => void;
  /** Given where frames of ours must be masked. */
  readonly fillRandom: FillRandom | undefined;
}

/** The frames of a message that is put whole. */
interface PutMessage {
  readonly frames: readonly Uint8Array[];
  readonly onDone: OnDone;
}

/**
 * What goes to the target of a direction. Frames of ours wait for the end of the message that goes on; a
 * close frame of ours waits for that of a frame, and nothing goes on after it.
 */
export class DirectionOutput {
  readonly #ports: OutputPorts;
  #pending: PutMessage[] = [];
  #closeFrame: Uint8Array | undefined;
  #state: 'open' | 'closing' | 'closed' = 'open';

  constructor(ports: OutputPorts) {
    this.#ports = ports;
  }

  get hasPending(): boolean {
    return this.#pending.length > 0;
  }

  /** No message is taken any more. */
  get isClosed(): boolean {
    return this.#state !== 'open';
  }

  /** A close frame of ours waits. */
  get awaitsClose(): boolean {
    return this.#state === 'closing';
  }

  /** Nothing goes out any more: what comes now is not delivered. */
  get hasClosed(): boolean {
    return this.#state === 'closed';
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

  /** Puts the frames of a message where another one ends; `isFree`: here. */
  put(frames: readonly Uint8Array[], isFree: boolean, onDone: OnDone): void {
    if (this.isClosed) {
      onDone(false);
    } else if (isFree && this.#pending.length === 0) {
      this.#send({ frames, onDone });
    } else {
      this.#pending.push({ frames, onDone });
    }
  }

  /** A message ends here: what waits goes out. */
  flush(): void {
    if (this.#pending.length > 0) {
      this.#takePending().forEach(message => this.#send(message));
    }
  }

  /** Sends a close frame where a frame ends. */
  close(payload: Uint8Array): void {
    this.#state = 'closing';
    this.#closeFrame = this.frame('Close', payload);
  }

  /** A frame ends here: a close frame of ours goes out. */
  flushClose(): void {
    const frame = this.#closeFrame;
    if (frame) {
      this.#ports.write(frame);
      this.shut();
    }
  }

  /** Nothing goes out any more, nor what waits. */
  shut(): void {
    this.#state = 'closed';
    this.#closeFrame = undefined;
    this.#takePending().forEach(({ onDone }) => onDone(false));
  }

  #send({ frames, onDone }: PutMessage): void {
    frames.forEach(bytes => this.write(bytes));
    onDone(true);
  }

  #takePending(): readonly PutMessage[] {
    const pending = this.#pending;
    this.#pending = [];
    return pending;
  }
}

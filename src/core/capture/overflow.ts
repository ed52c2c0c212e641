import { byteLengthOf, type TextRun } from '../record/textRun.ts';
import { directionOf, kindOf, RowFlag } from '../record/record.ts';

/** What happens while messages come faster than they can be stored: the setting `history.overflow`. */
export type OverflowMode = 'pause' | 'drop';

/** What was not stored. */
export interface Dropped {
  readonly messages: number;
  /** Pings and pongs, both ways. */
  readonly controlFrames: number;
  /** Bytes of all their payloads. */
  readonly byteLength: number;
}

/**
 * More may wait before messages are dropped than before a socket is paused: a pause loses nothing, and a
 * burst of this length can be stored. What began to be dropped is dropped until the pressure is gone.
 */
export const dropAboveBytes = 4 * 1024 * 1024;

interface OverflowPorts {
  /** Stops or starts reading from the socket. */
  readonly setPaused: (isPaused: boolean) => void;
  /** Called before the row that is stored next: here so much is missing. */
  readonly onDropped: (dropped: Dropped) => void;
  /** Bytes that wait to be stored. */
  readonly waitingByteLength: () => number;
  /** Given for a socket that this window has not dialled. */
  readonly observed?: ObservedOverflow;
}

/** What differs where both sides of a socket are programs. */
export interface ObservedOverflow {
  /** Whether the sides can be paused; where not, `pause` drops what there is no more room for. */
  readonly canPause: boolean;
  /** Whether so much waits to be stored that no more should. */
  readonly isFull: () => boolean;
}

/**
 * Decides what becomes of rows while too many wait to be stored. State changes, close frames and
 * what the user sends are always stored; of an observed socket, what its program sends may be dropped.
 */
export class Overflow {
  readonly #ports: OverflowPorts;
  #mode: OverflowMode;
  #isPressureHigh = false;
  #mayDrop = false;
  #isDropping = false;
  #isPaused = false;
  #messages = 0;
  #controlFrames = 0;
  #byteLength = 0;

  constructor(mode: OverflowMode, ports: OverflowPorts) {
    this.#mode = mode;
    this.#ports = ports;
  }

  setMode(mode: OverflowMode): void {
    this.#mode = mode;
    this.#decide();
  }

  setPressure(isHigh: boolean): void {
    this.#isPressureHigh = isHigh;
    this.#decide();
  }

  /** Whether a row is to be stored; one that is not is counted. */
  admits(flags: number, byteLength: number): boolean {
    if (this.#admits(flags)) {
      return true;
    }
    if (kindOf(flags) === 'ping' || kindOf(flags) === 'pong') {
      this.#controlFrames++;
    } else {
      this.#messages++;
    }
    this.#byteLength += byteLength;
    return false;
  }

  /** Whether texts that came at once are to be stored, all or none. */
  admitsTexts(flags: number, run: TextRun): boolean {
    const isAdmitted = this.#admits(flags);
    if (!isAdmitted) {
      this.#messages += run.count;
      this.#byteLength += byteLengthOf(run);
    }
    return isAdmitted;
  }

  /** Reports what was dropped since the last report. To be called at the end, when no row may follow. */
  report(): void {
    if (this.#messages + this.#controlFrames > 0) {
      const messages = this.#messages;
      const controlFrames = this.#controlFrames;
      const byteLength = this.#byteLength;
      this.#messages = this.#controlFrames = this.#byteLength = 0;
      this.#ports.onDropped({ messages, controlFrames, byteLength });
    }
  }

  #admits(flags: number): boolean {
    const isAdmitted = !this.#mustDrop() || !this.#isDroppable(flags);
    if (isAdmitted) {
      this.report();
    }
    return isAdmitted;
  }

  #mustDrop(): boolean {
    const { observed, waitingByteLength } = this.#ports;
    this.#isDropping ||= this.#mayDrop && waitingByteLength() > dropAboveBytes;
    return (
      this.#isDropping || (this.#isPaused && observed?.canPause === false && observed.isFull())
    );
  }

  #isDroppable(flags: number): boolean {
    switch (kindOf(flags)) {
      case 'state':
      case 'close':
        return false;
      case 'ping':
      case 'pong':
        return true;
      case 'text':
      case 'binary':
        // What the user injects is kept like what the user sends.
        return (
          (flags & RowFlag.Injected) === 0 &&
          (directionOf(flags) === 'in' || this.#ports.observed !== undefined)
        );
    }
  }

  #decide(): void {
    this.#mayDrop = this.#isPressureHigh && this.#mode === 'drop';
    this.#isDropping &&= this.#mayDrop;
    const isPaused = this.#isPressureHigh && this.#mode === 'pause';
    if (!this.#isDropping) {
      this.report();
    }
    if (isPaused !== this.#isPaused) {
      this.#isPaused = isPaused;
      this.#ports.setPaused(isPaused);
    }
  }
}

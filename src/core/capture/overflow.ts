import { directionOf, kindOf } from '../record/record.ts';

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

interface OverflowPorts {
  /** Stops or starts reading from the socket. */
  readonly setPaused: (isPaused: boolean) => void;
  /** Called before the row that is stored next: here so much is missing. */
  readonly onDropped: (dropped: Dropped) => void;
}

/**
 * Decides what becomes of rows while too many wait to be stored. State changes, close frames and
 * what the user sends are always stored.
 */
export class Overflow {
  readonly #ports: OverflowPorts;
  #mode: OverflowMode;
  #isPressureHigh = false;
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
    if (!this.#isDropping || !isDroppable(flags)) {
      this.report();
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

  #decide(): void {
    this.#isDropping = this.#isPressureHigh && this.#mode === 'drop';
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

function isDroppable(flags: number): boolean {
  switch (kindOf(flags)) {
    case 'state':
    case 'close':
      return false;
    case 'ping':
    case 'pong':
      return true;
    case 'text':
    case 'binary':
      return directionOf(flags) === 'in';
  }
}

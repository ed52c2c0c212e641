import type { Disposable } from '../../base/lifecycle.ts';

/** Inflates the compressed messages of one direction, with one window for all of them. */
export interface Inflater extends Disposable {
  /**
   * Takes what came next, and calls `output` with what it comes to. Pieces are lent.
   *
   * @throws Error if it is not DEFLATE
   */
  write(compressed: Uint8Array, output: (piece: Uint8Array) => void): void;
  /** Forgets what came before. */
  reset(): void;
}

interface InflationPorts {
  readonly createInflater: () => Inflater;
  /** Whether a message may refer to those before it (RFC 7692, section 7.1.1). */
  readonly takesOver: boolean;
  readonly output: (piece: Uint8Array) => void;
  readonly onProblem: (error: unknown) => void;
}

/** What a sender leaves out at the end of each message (RFC 7692, section 7.2.1). */
const deflateTail = Uint8Array.of(0, 0, 0xff, 0xff);

/** Inflates message after message, for as long as what they refer to is known. */
export class MessageInflation implements Disposable {
  readonly #ports: InflationPorts;
  #inflater: Inflater | undefined;
  #hasLostWindow = false;

  constructor(ports: InflationPorts) {
    this.#ports = ports;
  }

  /** Begins a message; returns whether it can be inflated. */
  begin(): boolean {
    const { createInflater, takesOver, onProblem } = this.#ports;
    if (this.#hasLostWindow && takesOver) {
      return false;
    }
    try {
      this.#inflater ??= createInflater();
      return true;
    } catch (error) {
      this.#lose();
      onProblem(error);
      return false;
    }
  }

  /** Takes a piece of the message; returns whether it could be inflated, and `output` took it. */
  write(compressed: Uint8Array): boolean {
    const { output, onProblem } = this.#ports;
    try {
      this.#inflater?.write(compressed, output);
      return true;
    } catch (error) {
      this.#lose();
      onProblem(error);
      return false;
    }
  }

  /** The message has come whole. Returns whether it could be inflated to its end. */
  end(): boolean {
    const isInflated = this.write(deflateTail);
    if (!this.#ports.takesOver) {
      // Whatever a sender has left open must not spoil the next one.
      this.#inflater?.reset();
    }
    return isInflated;
  }

  dispose(): void {
    this.#lose();
  }

  #lose(): void {
    this.#inflater?.dispose();
    this.#inflater = undefined;
    this.#hasLostWindow = true;
  }
}

import type { Socket } from 'node:net';
import type { Clock } from '../../core/base/clock.ts';
import type { Disposable } from '../../core/base/lifecycle.ts';
import type { Leg } from '../../core/tap/relay/relay.ts';
import { ToxicPipe } from '../../core/tap/toxicPipe.ts';
import type { Toxics } from '../../core/tap/toxics.ts';

/** Why a socket is not read, as bits. */
const Pause = { Gate: 1, Target: 2, Toxics: 4, Capture: 8 } as const;

/** Ends a socket in a way that nobody takes for the end of what was sent, where that can be told. */
export function resetSocket(socket: Socket): void {
  // TLS has no RST, and libuv neither resets nor closes what is being shut down.
  if ('encrypted' in socket || socket.writableEnded) {
    socket.destroy();
  } else {
    socket.resetAndDestroy();
  }
}

/** One socket of a relay: what is written to it may be delayed, and it is read only as fast as all that follows takes it. */
export class SocketLeg implements Leg, Disposable {
  readonly #socket: Socket;
  readonly #pipe: ToxicPipe;
  #pauses = 0;
  /** The socket on the other side, which is paused while this one takes nothing. */
  #other: SocketLeg | undefined;

  constructor(socket: Socket, toxics: Toxics, clock: Clock) {
    this.#socket = socket;
    this.#pipe = new ToxicPipe(toxics, {
      clock,
      random: Math.random,
      output: this.#output,
      onFull: isFull => this.#other?.pauseFor(Pause.Toxics, isFull),
    });
    socket.on('drain', () => {
      this.#other?.pauseFor(Pause.Target, false);
      this.#pipe.drained();
    });
  }

  connect(other: SocketLeg): void {
    this.#other = other;
  }

  setToxics(toxics: Toxics): void {
    this.#pipe.setToxics(toxics);
  }

  write(bytes: Uint8Array): void {
    this.#pipe.push(bytes);
  }

  end(): void {
    this.#pipe.afterAll(() => this.#socket.end());
  }

  reset(): void {
    this.#pipe.dispose();
    resetSocket(this.#socket);
  }

  setPaused(isPaused: boolean): void {
    this.pauseFor(Pause.Gate, isPaused);
  }

  /** The capture takes nothing. */
  setUnderPressure(isHigh: boolean): void {
    this.pauseFor(Pause.Capture, isHigh);
  }

  pauseFor(reason: number, isPaused: boolean): void {
    const before = this.#pauses;
    this.#pauses = isPaused ? before | reason : before & ~reason;
    if (this.#pauses === 0 && before !== 0) {
      this.#socket.resume();
    } else if (this.#pauses !== 0 && before === 0) {
      this.#socket.pause();
    }
  }

  dispose(): void {
    this.#pipe.dispose();
  }

  readonly #output = (bytes: Uint8Array) => {
    const isFull = this.#socket.writable && !this.#socket.write(bytes);
    if (isFull) {
      this.#other?.pauseFor(Pause.Target, true);
    }
    return !isFull;
  };
}

import type { Clock } from '../base/clock.ts';
import { messageOf, UserError } from '../base/errors.ts';
import type { Disposable } from '../base/lifecycle.ts';
import type { Logger } from '../base/logger.ts';
import type { Health } from './beat.ts';
import { Heartbeat, type PongMemory } from './heartbeat.ts';
import type { HeartbeatOptions, OutgoingMessage } from './options.ts';
import type { Traffic } from './traffic.ts';
import type { Transport } from './transport.ts';

export interface SessionPorts {
  readonly clock: Clock;
  readonly log: Logger;
  readonly traffic: Traffic;
  readonly onHealth: (health: Health) => void;
  /** Called at most once; `silentMs` is how long nothing came. */
  readonly onDead: (silentMs: number) => void;
}

/** More than this waiting for a peer that does not read is not added to. */
const maxBufferedBytes = 16 * 1024 * 1024;

/** One open period of a connection: what is sent on it, and the heartbeat that watches it. */
export class Session implements Disposable {
  readonly #transport: Transport;
  readonly #ports: SessionPorts;
  readonly #memory: PongMemory;
  readonly #epoch: number;
  readonly #bytesAtOpen: number;
  #heartbeat: Heartbeat | undefined;
  #isPaused = false;

  constructor(transport: Transport, ports: SessionPorts, memory: PongMemory, epoch: number) {
    this.#transport = transport;
    this.#ports = ports;
    this.#memory = memory;
    this.#epoch = epoch;
    this.#bytesAtOpen = transport.bytesRead;
  }

  /** The smoothed round-trip time in milliseconds; `undefined` before the first answer. */
  get latencyMs(): number | undefined {
    return this.#heartbeat?.roundTrip.smoothedMs;
  }

  /** Whether the peer has given a sign of life, or cannot be expected to. */
  get isHeard(): boolean {
    const canBeHeard = this.#heartbeat?.isPinging === true && !this.#heartbeat.isUnverifiable;
    return !canBeHeard || this.#transport.bytesRead > this.#bytesAtOpen;
  }

  /** Sends the messages of the settings, in order, before anything else is sent. */
  greet(messages: readonly OutgoingMessage[]): void {
    for (const [index, message] of messages.entries()) {
      this.#sendUnasked(message, false, `message ${index + 1} of onOpen`);
    }
  }

  /** Starts the heartbeat, anew where it runs with other options. */
  beat(options: HeartbeatOptions): void {
    this.#heartbeat?.dispose();
    const { clock, traffic, onHealth, onDead } = this.#ports;
    const transport = this.#transport;
    const heartbeat = new Heartbeat(
      options,
      {
        clock,
        link: {
          bytesRead: () => transport.bytesRead,
          bufferedBytes: () => transport.bufferedBytes,
          isPaused: () => this.#isPaused,
        },
        ping: payload => {
          transport.ping(payload);
          traffic.control('ping', 'out', payload);
        },
        sendMessage: text => this.#sendUnasked(text, true, 'heartbeat'),
        onHealth,
        onDead,
      },
      this.#memory,
      this.#epoch,
    );
    this.#heartbeat = heartbeat;
    heartbeat.start();
  }

  /** Asks the peer for a sign of life right now, as after a sleep. */
  probe(): void {
    this.#heartbeat?.probe();
  }

  /** Returns whether the text answers the heartbeat's message. */
  onText(payload: Uint8Array): boolean {
    return this.#heartbeat?.onText(payload) === true;
  }

  onPong(payload: Uint8Array): void {
    this.#heartbeat?.onPong(payload);
  }

  /**
   * Sends one message. Resolves when it was handed to the network.
   *
   * @throws UserError while the peer does not take what was sent before
   */
  async send(message: OutgoingMessage): Promise<void> {
    if (this.#transport.bufferedBytes > maxBufferedBytes) {
      throw new UserError('The peer does not read what was sent before: nothing more was sent.');
    }
    await this.#write(message, false);
  }

  setPaused(paused: boolean): void {
    this.#isPaused = paused;
    this.#transport.setPaused(paused);
  }

  /** Stops the heartbeat; the transport is not the session's to end. */
  dispose(): void {
    this.#heartbeat?.dispose();
  }

  #sendUnasked(message: OutgoingMessage, isHeartbeat: boolean, what: string): void {
    this.#write(message, isHeartbeat).catch((error: unknown) => {
      this.#ports.log.warn(`Not sent: the ${what} (${messageOf(error)})`);
    });
  }

  #write(message: OutgoingMessage, isHeartbeat: boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#transport.send(message, error => {
        if (error) {
          reject(error);
        } else {
          resolve();
        }
      });
      this.#ports.traffic.sent(message, isHeartbeat);
    });
  }
}

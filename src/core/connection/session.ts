import type { Clock } from '../base/clock.ts';
import { messageOf, UserError } from '../base/errors.ts';
import type { Disposable } from '../base/lifecycle.ts';
import type { Logger } from '../base/logger.ts';
import { maxControlPayload } from '../message/messageBody.ts';
import type { Health } from './state/state.ts';
import type { PendingWrites } from './send/pendingWrites.ts';
import { OnOpenMessages, type OnOpenPorts } from './send/onOpenMessages.ts';
import { KeepAlive, type PongMemory } from './keepAlive.ts';
import type { HeartbeatOptions, OnOpenEntry } from './state/options.ts';
import type { OutgoingMessage, PingMessage } from '../message/outgoingMessage.ts';
import type { Traffic } from './wire/traffic.ts';
import type { Transport } from './wire/transport.ts';

export interface SessionPorts {
  readonly clock: Clock;
  readonly log: Logger;
  readonly traffic: Traffic;
  readonly opening: OnOpenPorts;
  readonly notice: (sentence: string) => void;
  readonly onHealth: (health: Health) => void;
  /** Called at most once; `silentMs` is how long nothing came. */
  readonly onDead: (silentMs: number) => void;
  /** A message of `onOpen` closes the connection. */
  readonly onClose: (code: number, reason: string, shown?: string) => void;
}

/** More than this waiting for a peer that does not read is not added to. */
const maxBufferedBytes = 16 * 1024 * 1024;
/** Pings of the user's that a peer has not answered; the oldest are forgotten. */
const mostPingsAwaited = 100;

/** One open period of a connection: what is sent on it, and the heartbeat that watches it. */
export class Session implements Disposable {
  readonly #transport: Transport;
  readonly #deliveries: PendingWrites;
  readonly #ports: SessionPorts;
  readonly #memory: PongMemory;
  readonly #epoch: number;
  readonly #bytesAtOpen: number;
  readonly #greeting: OnOpenMessages;
  #pingsAwaited: readonly string[] = [];
  #heartbeat: KeepAlive | undefined;
  #isBeatRefused = false;
  #isPaused = false;

  constructor(
    transport: Transport,
    deliveries: PendingWrites,
    ports: SessionPorts,
    memory: PongMemory,
    epoch: number,
  ) {
    this.#transport = transport;
    this.#deliveries = deliveries;
    this.#ports = ports;
    this.#memory = memory;
    this.#epoch = epoch;
    this.#bytesAtOpen = transport.bytesRead;
    this.#greeting = new OnOpenMessages({ ...ports, send: message => this.send(message) });
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

  /** Whether the messages of the settings have been sent, or will not be. */
  get onOpenSent(): boolean {
    return this.#greeting.isOver;
  }

  /** Whether so much waits for a peer that does not read that nothing more is sent. */
  get isFull(): boolean {
    return this.#transport.bufferedBytes > maxBufferedBytes;
  }

  /** Sends the messages of the settings, in order. `onOver` is not called after its disposal. */
  greet(entries: readonly OnOpenEntry[], onOver: () => void): void {
    void this.#greeting.start(entries, onOver);
  }

  /** Starts the heartbeat, anew where it runs with other options. */
  beat(options: HeartbeatOptions): void {
    this.#heartbeat?.dispose();
    const { clock, traffic, notice, onHealth, onDead } = this.#ports;
    const transport = this.#transport;
    const heartbeat = new KeepAlive(
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
        sendMessage: text => this.#sendBeat(text),
        onHealth,
        notice,
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

  /** Returns whether the pong answers a ping of the user's. */
  onPong(payload: Uint8Array): boolean {
    this.#heartbeat?.onPong(payload);
    const index = this.#pingsAwaited.indexOf(payload.join());
    // RFC 6455, section 5.5.3: a pong answers all pings before it as well.
    this.#pingsAwaited = this.#pingsAwaited.slice(index + 1);
    return index >= 0;
  }

  /**
   * Sends one message or ping, or closes. Resolves when it was handed to the network.
   *
   * @throws UserError while the peer does not take what was sent before
   */
  async send(message: OutgoingMessage): Promise<void> {
    if (message.kind === 'close') {
      this.#ports.onClose(message.code, message.reason, message.shown);
      return;
    }
    if (this.isFull) {
      throw new UserError('The peer does not read what was sent before: nothing more was sent.');
    }
    if (message.kind === 'ping') {
      this.#ping(message);
    } else {
      await this.#deliveries.send(message);
    }
  }

  setPaused(paused: boolean): void {
    this.#isPaused = paused;
    this.#transport.setPaused(paused);
  }

  /** Stops what is sent unasked; the transport is not the session's to end. */
  dispose(): void {
    this.#greeting.dispose();
    this.#heartbeat?.dispose();
  }

  #ping({ data, shown }: PingMessage): void {
    if (data.length > maxControlPayload) {
      throw new UserError(`A ping holds ${maxControlPayload} bytes at most.`);
    }
    this.#pingsAwaited = [...this.#pingsAwaited, data.join()].slice(-mostPingsAwaited);
    this.#transport.ping(data);
    this.#ports.traffic.asked('ping', 'out', data, shown);
  }

  #sendBeat(text: string): void {
    try {
      this.#ports.opening.assertAllowed('heartbeat');
    } catch (error) {
      if (!this.#isBeatRefused) {
        this.#ports.notice(messageOf(error));
      }
      this.#isBeatRefused = true;
      return;
    }
    this.#isBeatRefused = false;
    this.#deliveries.send({ kind: 'message', data: text }, true).catch((error: unknown) => {
      this.#ports.log.warn(`Not sent: the heartbeat (${messageOf(error)})`);
    });
  }
}

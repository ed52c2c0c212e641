import type { Clock } from '../base/clock.ts';
import { messageOf, UserError } from '../base/errors.ts';
import { Emitter, type Event } from '../base/event.ts';
import type { Disposable } from '../base/lifecycle.ts';
import type { Logger } from '../base/logger.ts';
import type { Health } from './beat.ts';
import { CauseCode, causeOf, type Cause } from './cause.ts';
import { CloseCode } from './closeCode.ts';
import type { HandshakeFacts } from './handshakeFacts.ts';
import { Heartbeat, type PongMemory } from './heartbeat.ts';
import type { ConnectionOptions, OutgoingMessage } from './options.ts';
import type { Phase } from './phase.ts';
import { Retries } from './retries.ts';
import { isSettled, type ConnectionState } from './state.ts';
import { TimerBag } from './timerBag.ts';
import { Traffic, type TrafficSink } from './traffic.ts';
import type { Dial, Opened, Transport, TransportListener } from './transport.ts';

/** What a connection needs from the world. */
export interface ConnectionPorts {
  readonly clock: Clock;
  readonly log: Logger;
  /** Returns a number from 0 up to, not including, 1. */
  readonly random: () => number;
  /**
   * Puts an opening handshake together, with secrets and certificate files. Rejects with a
   * `UserError` where something is missing; nothing has gone on the wire then.
   */
  readonly prepare: () => Promise<Dial>;
  readonly traffic: TrafficSink;
}

type TimerKind = 'deadline' | 'retry' | 'stable' | 'closing';

const maxBufferedBytes = 16 * 1024 * 1024;
/** How long a connection that is replaced by a new one may take to close properly. */
const farewellMs = 250;

/**
 * One monitored endpoint: opens it, keeps it open, and says what happens on it and why.
 *
 * The user's wish is one variable; what the sockets do is served to it. Each attempt has an epoch,
 * and what an abandoned attempt still reports is not heard. All ways in which an attempt can end
 * meet in `#settle`, which decides once. connection.md section b is the specification.
 */
export class Connection implements Disposable {
  readonly #ports: ConnectionPorts;
  readonly #timers: TimerBag<TimerKind>;
  readonly #traffic: Traffic;
  readonly #retries: Retries;
  readonly #onDidChangeState: Emitter<ConnectionState>;
  readonly #pongMemory: PongMemory = { hasPonged: false, lostToSilence: 0 };
  #options: ConnectionOptions;
  #state: ConnectionState = { kind: 'idle' };
  #wanted = false;
  #epoch = 0;
  #phase: Phase | undefined;
  #handshake: HandshakeFacts | undefined;
  #transport: Transport | undefined;
  #heartbeat: Heartbeat | undefined;
  #isPaused = false;

  readonly onDidChangeState: Event<ConnectionState>;

  constructor(options: ConnectionOptions, ports: ConnectionPorts) {
    this.#options = options;
    this.#ports = ports;
    this.#timers = new TimerBag<TimerKind>(ports.clock);
    this.#traffic = new Traffic(ports.clock, ports.traffic);
    this.#retries = new Retries(ports.random);
    this.#onDidChangeState = new Emitter<ConnectionState>(error =>
      ports.log.error('A listener of the connection failed', error),
    );
    this.onDidChangeState = this.#onDidChangeState.event;
  }

  get state(): ConnectionState {
    return this.#state;
  }

  get options(): ConnectionOptions {
    return this.#options;
  }

  /** The heartbeat's smoothed round-trip time; `undefined` while it is not known. */
  get latencyMs(): number | undefined {
    return this.#heartbeat?.roundTrip.smoothedMs;
  }

  /** What was asked and answered in the last opening handshake. */
  get handshake(): HandshakeFacts | undefined {
    return this.#handshake;
  }

  /** The timers that run now, for tests of what is left behind. */
  get timers(): readonly string[] {
    return this.#timers.running;
  }

  /** Opens the connection, at once where it was waiting to; does nothing where it is on its way. */
  connect(): void {
    const { kind } = this.#state;
    if (kind === 'disposed') {
      throw new UserError('This connection is gone.');
    }
    if (kind === 'preparing' || kind === 'connecting' || kind === 'open') {
      return;
    }
    this.#wanted = true;
    this.#retries.forget();
    this.#attempt();
  }

  /** Closes the connection and stops retrying. `idle` follows within the close timeout. */
  disconnect(code: number = CloseCode.Normal, reason = ''): void {
    this.#wanted = false;
    if (this.#state.kind === 'open') {
      this.#close(code, reason);
    } else if (this.#state.kind !== 'closing' && this.#state.kind !== 'disposed') {
      this.#abandon();
      this.#enterIdle();
    }
  }

  /** Drops what there is and connects anew, counting from the beginning. */
  reconnect(): void {
    const { kind } = this.#state;
    if (kind === 'disposed') {
      throw new UserError('This connection is gone.');
    }
    const old = kind === 'open' ? this.#transport : undefined;
    if (old) {
      // It says goodbye while the new one opens; nobody listens to it any more.
      this.#transport = undefined;
      old.setPaused(false);
      old.close(CloseCode.Normal, '');
      this.#ports.clock.schedule(farewellMs, () => old.dispose());
    }
    this.#wanted = true;
    this.#retries.forget();
    this.#attempt();
  }

  /**
   * Sends one message. Resolves when it was handed to the network.
   *
   * @throws UserError while not connected, and while the peer does not take what was sent before
   */
  async send(message: OutgoingMessage): Promise<void> {
    const transport = this.#transport;
    if (!transport || this.#state.kind !== 'open') {
      throw new UserError('Not connected: nothing was sent. Connect first.');
    }
    if (transport.bufferedBytes > maxBufferedBytes) {
      throw new UserError('The peer does not read what was sent before: nothing more was sent.');
    }
    await this.#write(transport, message, false);
  }

  /** Takes options that changed. Those of the handshake hold from the next attempt on. */
  setOptions(options: ConnectionOptions): void {
    const before = this.#options;
    this.#options = options;
    const { state } = this;
    if (state.kind === 'open' && !sameData(before.heartbeat, options.heartbeat)) {
      this.#startHeartbeat();
    } else if (state.kind === 'waiting') {
      this.#retries.forget();
      this.#attempt();
    }
  }

  /** Stops or starts reading, so that the peer is slowed by TCP. Holds over reconnects. */
  setPaused(paused: boolean): void {
    this.#isPaused = paused;
    if (this.#state.kind === 'open') {
      this.#transport?.setPaused(paused);
    }
  }

  /** Resolves when the connection is open, or nothing more will be tried. */
  settled(): Promise<ConnectionState> {
    if (isSettled(this.#state)) {
      return Promise.resolve(this.#state);
    }
    return new Promise(resolve => {
      const subscription = this.onDidChangeState(state => {
        if (isSettled(state)) {
          subscription.dispose();
          resolve(state);
        }
      });
    });
  }

  dispose(): void {
    if (this.#state.kind === 'disposed') {
      return;
    }
    this.#wanted = false;
    this.#abandon();
    this.#enter({ kind: 'disposed' });
    this.#onDidChangeState.dispose();
  }

  #attempt(): void {
    this.#abandon();
    const epoch = this.#epoch;
    this.#enter({ kind: 'preparing', ...this.#retries.attempts(this.#options) });
    if (epoch !== this.#epoch) {
      return; // A listener has decided otherwise.
    }
    this.#timers.set('deadline', this.#options.connectTimeoutMs, () => {
      const at = this.#phase ? { phase: this.#phase } : {};
      this.#settle({ kind: 'timeout', error: CauseCode.ConnectTimeout, ...at });
    });
    this.#ports.prepare().then(
      dial => epoch === this.#epoch && this.#dial(dial),
      (error: unknown) => epoch === this.#epoch && this.#refuseToDial(error),
    );
  }

  #dial(dial: Dial): void {
    const epoch = this.#epoch;
    const startedAt = this.#ports.clock.monotonic();
    this.#enter({ kind: 'connecting', startedAt, ...this.#retries.attempts(this.#options) });
    if (epoch !== this.#epoch) {
      return;
    }
    try {
      this.#transport = dial(this.#listener(epoch));
    } catch (error) {
      this.#refuseToDial(error);
    }
  }

  #refuseToDial(error: unknown): void {
    this.#settle({ kind: 'config', message: messageOf(error) });
  }

  /** Hears a transport for as long as its attempt is the current one. */
  #listener(epoch: number): TransportListener {
    const ifCurrent =
      <A extends readonly unknown[]>(handle: (...args: A) => void) =>
      (...args: A) => {
        if (epoch === this.#epoch) {
          handle(...args);
        }
      };
    return {
      onPhase: ifCurrent(phase => (this.#phase = phase)),
      onHandshake: ifCurrent(facts => (this.#handshake = facts)),
      onOpen: ifCurrent(opened => this.#opened(opened)),
      // Spelt out, because it runs for every message of a flood.
      onMessage: (payload, isText) => {
        if (epoch === this.#epoch) {
          this.#retries.useful();
          const isAnswer = isText && this.#heartbeat?.onText(payload) === true;
          this.#traffic.received(payload, isText, isAnswer);
        }
      },
      onPing: ifCurrent(payload => {
        // The transport answers by itself (RFC 6455, section 5.5.3).
        this.#traffic.control('ping', 'in', payload);
        this.#traffic.control('pong', 'out', payload);
      }),
      onPong: ifCurrent(payload => {
        this.#heartbeat?.onPong(payload);
        this.#traffic.control('pong', 'in', payload);
      }),
      onEnd: ifCurrent(ended => {
        if (ended.phase === undefined && ended.code !== CloseCode.Abnormal) {
          this.#traffic.closeFrame('in', ended.code, ended.reason);
        }
        this.#settle(causeOf(ended));
      }),
    };
  }

  #opened({ subprotocol, extensions }: Opened): void {
    const epoch = this.#epoch;
    this.#phase = undefined;
    this.#timers.stop('deadline');
    const openedAt = this.#ports.clock.monotonic();
    this.#enter({ kind: 'open', openedAt, subprotocol, extensions, health: 'ok' });
    if (epoch !== this.#epoch) {
      return;
    }
    this.#transport?.setPaused(this.#isPaused);
    for (const message of this.#options.onOpen) {
      this.#writeUnasked(message, false);
    }
    this.#startHeartbeat();
    this.#watchStability(this.#transport?.bytesRead ?? 0);
  }

  #startHeartbeat(): void {
    this.#heartbeat?.dispose();
    const transport = this.#transport;
    if (!transport) {
      return;
    }
    const heartbeat = new Heartbeat(
      this.#options.heartbeat,
      {
        clock: this.#ports.clock,
        link: {
          bytesRead: () => transport.bytesRead,
          bufferedBytes: () => transport.bufferedBytes,
          isPaused: () => this.#isPaused,
        },
        ping: payload => {
          transport.ping(payload);
          this.#traffic.control('ping', 'out', payload);
        },
        sendMessage: text => this.#writeUnasked(text, true),
        onHealth: health => this.#setHealth(health),
        onDead: silentMs => this.#lostToSilence(silentMs),
      },
      this.#pongMemory,
      this.#epoch,
    );
    this.#heartbeat = heartbeat;
    heartbeat.start();
  }

  #lostToSilence(silentMs: number): void {
    if (!this.#pongMemory.hasPonged) {
      this.#pongMemory.lostToSilence++;
    }
    this.#settle({
      kind: 'heartbeat',
      error: CauseCode.HeartbeatTimeout,
      message: `no data for ${Math.round(silentMs / 1000)} s`,
      close: CloseCode.Abnormal,
    });
  }

  #setHealth(health: Health): void {
    if (this.#state.kind === 'open' && this.#state.health !== health) {
      this.#enter({ ...this.#state, health });
    }
  }

  /**
   * Forgets the failures once the connection has been open long enough, longer than the last delay,
   * and the peer has been heard: a server that accepts and drops must not be tried at full speed.
   */
  #watchStability(bytesAtOpen: number): void {
    const { reconnect, heartbeat } = this.#options;
    const afterMs = Math.max(reconnect.stableAfterMs, this.#retries.lastDelayMs);
    this.#timers.set('stable', afterMs, () => {
      const isHeard = (this.#transport?.bytesRead ?? 0) > bytesAtOpen;
      const canBeHeard = heartbeat.ping && this.#heartbeat?.isUnverifiable !== true;
      if (isHeard || !canBeHeard) {
        this.#retries.stable();
      } else {
        this.#watchStability(bytesAtOpen);
      }
    });
  }

  #close(code: number, reason: string): void {
    this.#timers.dispose();
    this.#heartbeat?.dispose();
    this.#heartbeat = undefined;
    const epoch = this.#epoch;
    this.#enter({ kind: 'closing' });
    if (epoch !== this.#epoch) {
      return;
    }
    // A paused socket would not hear the peer's answer.
    this.#transport?.setPaused(false);
    this.#transport?.close(code, reason);
    this.#traffic.closeFrame('out', code, reason);
    this.#timers.set('closing', this.#options.closeTimeoutMs, () => this.#settle({ kind: 'user' }));
  }

  /** The one place where the end of an attempt or of a connection is decided on. */
  #settle(cause: Cause): void {
    const before = this.#state;
    const uptimeMs =
      before.kind === 'open' ? this.#ports.clock.monotonic() - before.openedAt : undefined;
    this.#abandon();
    if (!this.#wanted) {
      this.#enterIdle();
      return;
    }
    const attempts = this.#retries.attempts(this.#options);
    const decision = this.#retries.decide(cause, this.#options);
    const { rule, advice } = decision;
    const failure = {
      cause,
      rule,
      ...(advice === undefined ? {} : { advice }),
      ...(uptimeMs === undefined ? {} : { uptimeMs }),
    };
    const { failures } = this.#retries.attempts(this.#options);
    if (decision.kind === 'stop') {
      this.#wanted = false;
      this.#enter({ kind: 'stopped', why: decision.why, failures, ...failure });
      return;
    }
    const { delayMs } = decision;
    const dueAt = this.#ports.clock.monotonic() + delayMs;
    this.#timers.set('retry', delayMs, () => this.#attempt());
    this.#enter({ kind: 'waiting', dueAt, delayMs, ...attempts, failures, ...failure });
  }

  #writeUnasked(message: OutgoingMessage, isHeartbeat: boolean): void {
    const transport = this.#transport;
    if (transport) {
      this.#write(transport, message, isHeartbeat).catch((error: unknown) => {
        this.#ports.log.debug(`A message of the settings was not sent: ${messageOf(error)}`);
      });
    }
  }

  #write(transport: Transport, message: OutgoingMessage, isHeartbeat: boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      transport.send(message, error => {
        if (error) {
          reject(error);
        } else {
          resolve();
        }
      });
      this.#traffic.sent(message, isHeartbeat);
    });
  }

  /** Leaves the current attempt behind: its socket, its timers, and whatever it still reports. */
  #abandon(): void {
    this.#epoch++;
    this.#timers.dispose();
    this.#phase = undefined;
    this.#heartbeat?.dispose();
    this.#heartbeat = undefined;
    this.#transport?.dispose();
    this.#transport = undefined;
  }

  #enterIdle(): void {
    if (this.#state.kind !== 'idle') {
      this.#enter({ kind: 'idle', cause: { kind: 'user' } });
    }
  }

  #enter(state: ConnectionState): void {
    this.#state = state;
    this.#ports.log.debug(`${this.#options.endpoint.host}: ${state.kind}`);
    this.#onDidChangeState.fire(state);
  }
}

/** Whether two pieces of plain data are the same. */
function sameData(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

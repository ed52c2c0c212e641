import type { Clock } from '../base/clock.ts';
import { isCancellation, messageOf, UserError } from '../base/errors.ts';
import { Formats } from '../base/format.ts';
import type { Disposable } from '../base/lifecycle.ts';
import type { Logger } from '../base/logger.ts';
import { Timer } from '../base/timer.ts';
import type { OutgoingMessage, PingMessage } from '../message/outgoingMessage.ts';
import { maxControlPayload } from '../message/messageBody.ts';
import type { HandshakeFacts, Phase } from '../record/handshakeFacts.ts';
import { KeepAlive, type PongMemory } from './keepAlive.ts';
import type { DialLimiter } from './retry/dialLimiter.ts';
import type { RetryPolicy } from './retry/retryPolicy.ts';
import { OnOpenMessages, type OnOpenPorts } from './send/onOpenMessages.ts';
import type { SendTarget } from './send/outbox.ts';
import { PendingWrites } from './send/pendingWrites.ts';
import { CauseCode, causeOf, type Cause } from './state/cause.ts';
import type { ConnectionOptions, HeartbeatOptions } from './state/options.ts';
import type { ConnectionState, Health } from './state/state.ts';
import { CloseCode } from './wire/closeCode.ts';
import type { Traffic, TrafficSink } from './wire/traffic.ts';
import type {
  Ended,
  HandshakeRequestOptions,
  Opened,
  PreparedHandshake,
  Transport,
  TransportListener,
} from './wire/transport.ts';

/** What a connection needs from its surroundings. */
export interface ConnectionPorts {
  readonly clock: Clock;
  readonly log: Logger;
  /** Returns a number from 0 up to, not including, 1. */
  readonly random: () => number;
  /** Shared by all connections, so that they take turns. */
  readonly limiter: DialLimiter;
  /**
   * Prepares an opening handshake, with secrets and certificate files. Rejects with a `UserError` if
   * something is missing, or with `CancellationError`; nothing has been sent then.
   */
  readonly prepare: (options: HandshakeRequestOptions) => Promise<PreparedHandshake>;
  readonly traffic: TrafficSink;
  readonly opening: OnOpenPorts;
  /** Adds a row to the list that says what happened to a message. */
  readonly notice: (sentence: string) => void;
  /** Masks the secrets that were sent in what the peer says. */
  readonly redact: (text: string) => string;
}

/** How an attempt reports to its connection. It reports nothing after it was disposed of. */
interface AttemptEvents {
  /** The handshake is ready and is about to be dialled. The connection may dispose of the attempt. */
  readonly onDial: (prepared: PreparedHandshake) => void;
  readonly onHandshake: (facts: HandshakeFacts) => void;
  /** Open or closing. The connection may dispose of the attempt. */
  readonly onState: (state: ConnectionState) => void;
  /** The messages of the setting `onOpen` have been sent, or will not be. */
  readonly onOnOpenSent: (open: SendTarget) => void;
  /** A message closes the connection, or the user has cancelled a prompt. */
  readonly onDisconnect: (code?: number, reason?: string, shown?: string) => void;
  /** The attempt has ended, for whatever reason. The connection disposes of it. */
  readonly onEnd: (cause: Cause) => void;
}

/** What all attempts of one connection share; the connection owns it. */
export interface AttemptContext {
  readonly ports: ConnectionPorts;
  readonly traffic: Traffic;
  readonly retries: RetryPolicy;
  readonly events: AttemptEvents;
  /** The current settings. */
  readonly options: () => ConnectionOptions;
  /** What is known of the endpoint's pongs. */
  readonly pongs: () => PongMemory;
  readonly isPaused: () => boolean;
  /** Whether the peer refused the login of the attempt before; true only once for each refusal. */
  readonly takeLoginRefused: () => boolean;
}

/** Which attempt it is. */
interface AttemptNumber {
  /** Counts all attempts of the connection: tells the pongs of this one from those of older ones. */
  readonly epoch: number;
  /** Whether the connection was not open yet since the user connected. */
  readonly isFirstOpen: boolean;
}

/** How long the closing handshake of a connection that is replaced or left may take. */
const gracefulCloseMs = 250;
/** Nothing is added to more than this waiting for a peer that does not read. */
const maxBufferedBytes = 16 * 1024 * 1024;
/** Pings of the user that a peer has not answered; the oldest are forgotten. */
const maxPingsAwaited = 100;

const formats = new Formats('en');

/**
 * One attempt at a connection, from its turn to dial until its socket is gone. After it was disposed
 * of, it ignores what the socket, or anything else it waited for, still reports.
 */
export class Attempt implements Disposable {
  readonly #context: AttemptContext;
  readonly #number: AttemptNumber;
  readonly #deadline: Timer;
  #isOver = false;
  #turn: Disposable | undefined;
  #phase: Phase | undefined;
  #transport: Transport | undefined;
  #open: OpenConnection | undefined;
  #hasReceived = false;
  #onGone: (() => void) | undefined;

  constructor(context: AttemptContext, number: AttemptNumber) {
    this.#context = context;
    this.#number = number;
    this.#deadline = new Timer(context.ports.clock);
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** Whether the peer has sent a message. */
  get hasReceived(): boolean {
    return this.#hasReceived;
  }

  /** `undefined` unless the connection is open and not closing. */
  get open(): OpenConnection | undefined {
    return this.#open?.isClosing === false ? this.#open : undefined;
  }

  /** The timers that run, for tests of what is left behind. */
  get timers(): readonly string[] {
    return [...(this.#deadline.isRunning ? ['deadline'] : []), ...(this.#open?.timers ?? [])];
  }

  /** Dials as soon as it is its turn. */
  start(byUser: boolean): void {
    const { ports, options } = this.#context;
    const { endpoint } = options();
    this.#turn = ports.limiter.request(endpoint, byUser, () => this.#prepare(byUser));
  }

  /** Starts the closing handshake; the end is reported within the close timeout. */
  close(code: number, reason: string, shownReason?: string): void {
    this.#open?.close(code, reason, shownReason);
  }

  /**
   * Lets the socket finish its closing handshake by itself; nothing of it is reported any more.
   * Resolves when the peer has answered, or after a quarter of a second.
   */
  closeGracefully(code: number): Promise<void> {
    const transport = this.#transport;
    if (!transport || !this.#open) {
      return Promise.resolve();
    }
    this.leave(code);
    this.#transport = undefined;
    return new Promise(resolve => {
      const leave = () => {
        timeout.dispose();
        transport.dispose();
        resolve();
      };
      const timeout = this.#context.ports.clock.schedule(gracefulCloseMs, leave);
      this.#onGone = leave;
    });
  }

  /** The machine has slept: that time does not count against the deadline. */
  woke(): void {
    if (this.#deadline.isRunning) {
      this.#startDeadline();
    }
  }

  /** Drops the socket and the timers, and ignores what is still reported. */
  dispose(): void {
    this.#isOver = true;
    this.#deadline.dispose();
    this.#turn?.dispose();
    this.#open?.dispose();
    this.#open = undefined;
    this.#transport?.dispose();
    this.#transport = undefined;
  }

  /** Sends a close frame if the connection is open and none was sent yet. */
  leave(code: number): void {
    if (this.open && this.#transport) {
      this.#transport.setPaused(false);
      this.#transport.close(code, '');
      this.#context.traffic.closeFrame('out', code, '');
    }
  }

  #prepare(byUser: boolean): void {
    const { ports, retries, takeLoginRefused } = this.#context;
    this.#startDeadline();
    const request: HandshakeRequestOptions = {
      byUser,
      isLoginRefused: takeLoginRefused(),
      withoutCompression: retries.isPlain,
      untimed: work => this.#untimed(work),
    };
    ports.prepare(request).then(
      prepared => !this.#isOver && this.#dial(prepared),
      (error: unknown) => !this.#isOver && this.#refuseToDial(error),
    );
  }

  #startDeadline(): void {
    this.#deadline.start(this.#context.options().connectTimeoutMs, () => {
      const at = this.#phase ? { phase: this.#phase } : {};
      this.#end({ kind: 'timeout', error: CauseCode.ConnectTimeout, ...at });
    });
  }

  async #untimed<T>(work: () => PromiseLike<T>): Promise<T> {
    this.#deadline.dispose();
    try {
      return await work();
    } finally {
      if (!this.#isOver) {
        this.#startDeadline();
      }
    }
  }

  #dial(prepared: PreparedHandshake): void {
    this.#context.events.onDial(prepared);
    if (this.#isOver) {
      return; // A listener has decided otherwise.
    }
    try {
      this.#transport = prepared.dial(this.#listener());
    } catch (error) {
      this.#refuseToDial(error);
    }
  }

  #refuseToDial(error: unknown): void {
    if (isCancellation(error)) {
      this.#context.events.onDisconnect();
    } else {
      this.#end({ kind: 'config', message: messageOf(error) });
    }
  }

  /** Listens to the transport as long as the attempt is the current one. */
  #listener(): TransportListener {
    const { traffic, events } = this.#context;
    const ifCurrent =
      <A extends readonly unknown[]>(handle: (...args: A) => void) =>
      (...args: A) => {
        if (!this.#isOver) {
          handle(...args);
        }
      };
    return {
      onPhase: ifCurrent(phase => (this.#phase = phase)),
      onHandshake: ifCurrent(events.onHandshake),
      onOpen: ifCurrent(opened => this.#opened(opened)),
      onInput: ifCurrent(() => {
        traffic.arrived();
        this.#open?.onInput();
      }),
      // Written out, because it runs for every message of a flood.
      onMessage: (payload, isText, frame) => {
        if (!this.#isOver) {
          this.#hasReceived = true;
          const isAnswer = isText && this.open?.onText(payload) === true;
          traffic.received(payload, isText, isAnswer, frame);
        }
      },
      onPing: ifCurrent(payload => traffic.control('ping', 'in', payload)),
      onPongSent: ifCurrent(payload => traffic.control('pong', 'out', payload)),
      onPong: ifCurrent(payload => {
        if (this.open?.onPong(payload) === true) {
          traffic.asked('pong', 'in', payload);
        } else {
          traffic.control('pong', 'in', payload);
        }
      }),
      onEnd: ended => {
        if (this.#isOver) {
          this.#onGone?.();
        } else {
          this.#ended(ended);
        }
      },
    };
  }

  #opened(opened: Opened): void {
    const transport = this.#transport;
    if (transport) {
      this.#phase = undefined;
      this.#deadline.dispose();
      this.#turn?.dispose();
      this.#open = new OpenConnection(transport, this.#context, this.#number);
      this.#open.start(opened);
    }
  }

  #ended(reported: Ended): void {
    const { ports, traffic } = this.#context;
    const ended = { ...reported, reason: ports.redact(reported.reason) };
    if (ended.phase === undefined && ended.code !== CloseCode.Abnormal) {
      traffic.closeFrame('in', ended.code, ended.reason);
    }
    this.#end(causeOf(ended, ports.clock.now()));
  }

  #end(cause: Cause): void {
    this.#open?.explain(cause);
    this.#context.events.onEnd(cause);
  }
}

/**
 * An attempt from the moment its socket is open, the closing handshake included: what is sent on it,
 * its keep-alive, and when it counts as stable. The transport belongs to the attempt.
 */
class OpenConnection implements SendTarget, Disposable {
  readonly #transport: Transport;
  readonly #context: AttemptContext;
  readonly #number: AttemptNumber;
  readonly #stable: Timer;
  readonly #closing: Timer;
  readonly #writes: PendingWrites;
  readonly #onOpen: OnOpenMessages;
  /** The URL of the settings when it was opened. */
  readonly #url: string;
  readonly #pongs: PongMemory;
  readonly #bytesAtOpen: number;
  #state: (ConnectionState & { readonly kind: 'open' }) | undefined;
  #keepAlive: KeepAlive | undefined;
  #pingsAwaited: readonly string[] = [];
  #isPaused = false;
  #isClosing = false;
  #isDisposed = false;
  #hasInput = false;
  #isOldEnough = false;
  #isHeartbeatRefused = false;

  constructor(transport: Transport, context: AttemptContext, number: AttemptNumber) {
    const { ports, traffic } = context;
    this.#transport = transport;
    this.#context = context;
    this.#number = number;
    this.#url = context.options().endpoint.url;
    this.#pongs = context.pongs();
    this.#bytesAtOpen = transport.bytesRead;
    this.#stable = new Timer(ports.clock);
    this.#closing = new Timer(ports.clock);
    this.#writes = new PendingWrites({ transport, traffic, notice: ports.notice });
    const send = (message: OutgoingMessage) => this.send(message);
    this.#onOpen = new OnOpenMessages({ ...ports, send });
  }

  /** Whether its end has begun. */
  get isClosing(): boolean {
    return this.#isClosing;
  }

  get timers(): readonly string[] {
    return [
      ...(this.#stable.isRunning ? ['stable'] : []),
      ...(this.#closing.isRunning ? ['closing'] : []),
    ];
  }

  /** The smoothed round-trip time in milliseconds; `undefined` before the first answer. */
  get latencyMs(): number | undefined {
    return this.#keepAlive?.roundTrip.smoothedMs;
  }

  get onOpenSent(): boolean {
    return this.#onOpen.isOver;
  }

  get isFull(): boolean {
    return this.#transport.bufferedBytes > maxBufferedBytes;
  }

  /** Reports that it is open, sends the messages of `onOpen`, and starts the keep-alive. */
  start({ subprotocol, extensions }: Opened): void {
    const { ports, options, events, isPaused } = this.#context;
    const openedAt = ports.clock.monotonic();
    this.#state = { kind: 'open', openedAt, subprotocol, extensions, health: 'ok' };
    events.onState(this.#state);
    if (this.#isClosing) {
      return; // A listener has decided otherwise.
    }
    this.setPaused(isPaused());
    const other = this.#number.isFirstOpen ? 'reconnect' : 'first';
    const entries = options().onOpen.filter(({ when }) => when !== other);
    void this.#onOpen.start(entries, () => events.onOnOpenSent(this));
    // A message of onOpen may have closed it. The getter, since the compiler believes the check above.
    if (!this.isClosing) {
      this.#watchStability();
      this.keepAlive(options().heartbeat);
    }
  }

  /** Starts the keep-alive, or restarts it with other options. */
  keepAlive(options: HeartbeatOptions): void {
    this.#keepAlive?.dispose();
    const { ports, traffic } = this.#context;
    const transport = this.#transport;
    const keepAlive = new KeepAlive(
      options,
      {
        clock: ports.clock,
        link: {
          bytesRead: () => transport.bytesRead,
          bufferedBytes: () => transport.bufferedBytes,
          isPaused: () => this.#isPaused,
        },
        ping: payload => {
          transport.ping(payload);
          traffic.control('ping', 'out', payload);
        },
        sendMessage: text => this.#sendHeartbeat(text),
        onHealth: health => this.#setHealth(health),
        notice: ports.notice,
        onDead: silentMs => this.#lostToSilence(silentMs),
      },
      this.#pongs,
      this.#number.epoch,
    );
    this.#keepAlive = keepAlive;
    keepAlive.start();
  }

  /** Asks the peer for a sign of life right now, as after a sleep. */
  probe(): void {
    this.#keepAlive?.probe();
  }

  /** Bytes of the peer have arrived, possibly in the packet of the handshake's answer. */
  onInput(): void {
    if (!this.#hasInput) {
      this.#hasInput = true;
      if (this.#isOldEnough) {
        this.#becomeStable();
      }
    }
  }

  /** Returns whether the text answers the heartbeat message. */
  onText(payload: Uint8Array): boolean {
    return this.#keepAlive?.onText(payload) === true;
  }

  /** Returns whether the pong answers a ping of the user. */
  onPong(payload: Uint8Array): boolean {
    this.#keepAlive?.onPong(payload);
    const index = this.#pingsAwaited.indexOf(payload.join());
    // RFC 6455, section 5.5.3: a pong answers all pings before it as well.
    this.#pingsAwaited = this.#pingsAwaited.slice(index + 1);
    return index >= 0;
  }

  /**
   * Sends one message or ping, or closes. Resolves when it was handed to the network.
   *
   * @throws UserError while the peer does not read what was sent before
   */
  async send(message: OutgoingMessage): Promise<void> {
    if (message.kind === 'close') {
      this.#context.events.onDisconnect(message.code, message.reason, message.shown);
      return;
    }
    if (this.isFull) {
      throw new UserError('The peer does not read what was sent before: nothing more was sent.');
    }
    if (message.kind === 'ping') {
      this.#ping(message);
    } else {
      await this.#writes.send(message);
    }
  }

  setPaused(paused: boolean): void {
    this.#isPaused = paused;
    this.#transport.setPaused(paused);
  }

  /** Starts the closing handshake; the end is reported within the close timeout. */
  close(code: number, reason: string, shownReason?: string): void {
    const { options, traffic, events } = this.#context;
    this.setPaused(false); // A paused socket would not read the peer's answer.
    this.#stop();
    events.onState({ kind: 'closing' });
    if (this.#isDisposed) {
      return;
    }
    this.#transport.close(code, reason);
    traffic.closeFrame('out', code, shownReason ?? reason, shownReason !== undefined);
    this.#closing.start(options().closeTimeoutMs, () => events.onEnd({ kind: 'user' }));
  }

  /** Adds a notice on what is known of the end beyond its cause. */
  explain({ close }: Cause): void {
    // The peer does not say which message it means: the largest one is the likeliest.
    const bytes = this.#writes.largestByteLength;
    if (close === CloseCode.TooBig && bytes > 0) {
      const size = formats.bytes(bytes);
      this.#context.ports.notice(
        `The peer takes no message of that size (1009). The largest one sent to it had ${size}.`,
      );
    }
  }

  /** Ends it; whether the peer got what the socket has not written yet is unknown from now on. */
  dispose(): void {
    this.#isDisposed = true;
    this.#stop();
    this.#writes.failAll();
  }

  #stop(): void {
    this.#isClosing = true;
    this.#stable.dispose();
    this.#closing.dispose();
    this.#onOpen.dispose();
    this.#keepAlive?.dispose();
    this.#state = undefined;
  }

  #ping({ data, shown }: PingMessage): void {
    if (data.length > maxControlPayload) {
      throw new UserError(`A ping holds ${maxControlPayload} bytes at most.`);
    }
    this.#pingsAwaited = [...this.#pingsAwaited, data.join()].slice(-maxPingsAwaited);
    this.#transport.ping(data);
    this.#context.traffic.asked('ping', 'out', data, shown);
  }

  #sendHeartbeat(text: string): void {
    const { opening, notice, log } = this.#context.ports;
    try {
      opening.assertAllowed('heartbeat');
    } catch (error) {
      if (!this.#isHeartbeatRefused) {
        notice(messageOf(error));
      }
      this.#isHeartbeatRefused = true;
      return;
    }
    this.#isHeartbeatRefused = false;
    this.#writes.send({ kind: 'message', data: text }, true).catch((error: unknown) => {
      log.warn(`Not sent: the heartbeat (${messageOf(error)})`);
    });
  }

  #setHealth(health: Health): void {
    if (this.#state && this.#state.health !== health) {
      this.#state = { ...this.#state, health };
      this.#context.events.onState(this.#state);
    }
  }

  #lostToSilence(silentMs: number): void {
    if (!this.#pongs.hasPonged) {
      this.#pongs.lostToSilence++;
    }
    this.#context.events.onEnd({
      kind: 'heartbeat',
      error: CauseCode.HeartbeatTimeout,
      message: `no data for ${Math.round(silentMs / 1000)} s`,
      close: CloseCode.Abnormal,
    });
  }

  /**
   * Resets the failures once the connection has been open for long enough, longer than the last delay,
   * and the peer has given a sign of life: a server that accepts and drops must not be tried at full
   * speed.
   */
  #watchStability(): void {
    const { options, retries } = this.#context;
    const afterMs = Math.max(options().reconnect.stableAfterMs, retries.lastDelayMs);
    this.#stable.start(afterMs, () => {
      if (this.#hasInput || this.#isAlive()) {
        this.#becomeStable();
      } else {
        this.#isOldEnough = true;
        this.#watchStability();
      }
    });
  }

  /** Whether the peer has given a sign of life, or cannot be expected to. */
  #isAlive(): boolean {
    const isAsked = this.#keepAlive?.isPinging === true && !this.#keepAlive.isUnverifiable;
    return !isAsked || this.#transport.bytesRead > this.#bytesAtOpen;
  }

  #becomeStable(): void {
    this.#isOldEnough = false;
    this.#stable.dispose();
    this.#context.retries.stable(this.#url);
  }
}

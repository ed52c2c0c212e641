import { messageOf, UserError } from '../base/errors.ts';
import { Formats } from '../base/format.ts';
import type { Disposable } from '../base/lifecycle.ts';
import { Timer } from '../base/timer.ts';
import type { OutgoingMessage, PingMessage } from '../message/outgoingMessage.ts';
import { maxControlPayload } from '../message/messageBody.ts';
import type { AttemptContext, AttemptNumber } from './attemptContext.ts';
import { KeepAlive, type PongMemory } from './keepAlive.ts';
import { OnOpenMessages } from './send/onOpenMessages.ts';
import type { SendTarget } from './send/outbox.ts';
import { PendingWrites } from './send/pendingWrites.ts';
import { CauseCode, type Cause } from './state/cause.ts';
import type { HeartbeatOptions } from './state/options.ts';
import type { ConnectionState, Health } from './state/state.ts';
import { CloseCode } from './wire/closeCode.ts';
import type { Opened, Transport } from './wire/transport.ts';

/** Nothing is added to more than this waiting for a peer that does not read. */
const maxBufferedBytes = 16 * 1024 * 1024;
/** Pings of the user that a peer has not answered; the oldest are forgotten. */
const maxPingsAwaited = 100;

const formats = new Formats('en');

/**
 * An attempt from the moment its socket is open, the closing handshake included: what is sent on it,
 * its keep-alive, and when it counts as stable. The transport belongs to the attempt.
 */
export class OpenConnection implements SendTarget, Disposable {
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

  /** Whether a text may be an answer to the heartbeat message. */
  get expectsText(): boolean {
    return this.#keepAlive?.expectsText === true;
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

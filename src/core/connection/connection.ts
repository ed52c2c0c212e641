import type { Clock } from '../base/clock.ts';
import { messageOf, UserError } from '../base/errors.ts';
import { Emitter, type Event } from '../base/event.ts';
import type { Disposable } from '../base/lifecycle.ts';
import type { Logger } from '../base/logger.ts';
import { Formats } from '../format.ts';
import { PromptCancelled } from '../variables/resolve.ts';
import type { Health } from './beat.ts';
import { CauseCode, causeOf, type Cause } from './cause.ts';
import { CloseCode } from './closeCode.ts';
import { Deliveries } from './deliveries.ts';
import type { Endpoint } from './endpoint.ts';
import { refusesLogin } from './failureRules.ts';
import type { Governor } from './governor.ts';
import type { OpeningPorts } from './greeting.ts';
import type { HandshakeFacts } from './handshakeFacts.ts';
import type { PongMemory } from './heartbeat.ts';
import type { ConnectionOptions, OnOpenEntry } from './options.ts';
import { Outbox, type Submission } from './outbox.ts';
import type { OutgoingMessage, Parcel } from './parcel.ts';
import type { Phase } from './phase.ts';
import type { Prepared, PrepareWishes } from './prepared.ts';
import { Retries } from './retries.ts';
import type { QueueView } from './sendQueue.ts';
import { Session } from './session.ts';
import { isSettled, type ConnectionState } from './state.ts';
import { TimerBag } from './timerBag.ts';
import { Traffic, type TrafficSink } from './traffic.ts';
import type { Opened, Transport, TransportListener } from './transport.ts';

/** What a connection needs from the world. */
export interface ConnectionPorts {
  readonly clock: Clock;
  readonly log: Logger;
  /** Returns a number from 0 up to, not including, 1. */
  readonly random: () => number;
  /** Shared by all connections, so that they take turns. */
  readonly governor: Governor;
  /**
   * Puts an opening handshake together, with secrets and certificate files. Rejects with a
   * `UserError` where something is missing, or with `PromptCancelled`; nothing has gone on the wire
   * then.
   */
  readonly prepare: (wishes: PrepareWishes) => Promise<Prepared>;
  readonly traffic: TrafficSink;
  readonly opening: OpeningPorts;
  /** Says in the list what became of something that was to be sent. */
  readonly notice: (sentence: string) => void;
  /** Takes secrets that were sent out of what the peer says. */
  readonly redact?: (text: string) => string;
}

const formats = new Formats('en');

type TimerKind = 'deadline' | 'retry' | 'stable' | 'closing';

/** How long a connection that is replaced by a new one may take to close properly. */
const farewellMs = 250;
/** After a wake-up networks come back late, so failures in this time do not count. */
const excusedAfterWakeMs = 30_000;
/** When a wait that the machine slept through ends: not at once, as all others on it do. */
const afterWakeMs = [500, 2000] as const;
/** A hint cuts a wait short at most so often. */
const hintIntervalMs = 30_000;

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
  readonly #outbox: Outbox;
  readonly #pongMemory: PongMemory = { hasPonged: false, lostToSilence: 0 };
  #options: ConnectionOptions;
  #state: ConnectionState = { kind: 'idle' };
  #wanted = false;
  /** How often it was open since the user wanted it. */
  #opens = 0;
  #epoch = 0;
  #turn: Disposable | undefined;
  #phase: Phase | undefined;
  #handshake: HandshakeFacts | undefined;
  #isRefreshable = false;
  #isLoginRefused = false;
  /** What was dialled last, where its URL holds variables. */
  #dialled: Endpoint | undefined;
  #transport: Transport | undefined;
  #deliveries: Deliveries | undefined;
  #session: Session | undefined;
  #isPaused = false;
  /** On the wall clock, which goes on while the machine sleeps. */
  #retryAt = 0;
  #wokeAt = -Infinity;
  #hintedAt = -Infinity;

  readonly onDidChangeState: Event<ConnectionState>;
  /** What waits to be sent has changed. */
  readonly onDidChangeQueue: Event<QueueView>;

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
    this.#outbox = new Outbox({
      ...ports,
      limits: () => this.#options.queue,
      session: () => this.#session,
      isWanted: () => this.#wanted,
    });
    this.onDidChangeQueue = this.#outbox.onDidChange;
  }

  get state(): ConnectionState {
    return this.#state;
  }

  /** The endpoint among them is what was dialled last, with variables filled in. */
  get options(): ConnectionOptions {
    return this.#dialled ? { ...this.#options, endpoint: this.#dialled } : this.#options;
  }

  /** The heartbeat's smoothed round-trip time; `undefined` while it is not known. */
  get latencyMs(): number | undefined {
    return this.#session?.latencyMs;
  }

  /** What waits for the connection to open. */
  get queue(): QueueView {
    return this.#outbox.queue;
  }

  /** What would become of a message now; `undefined` where it would be refused. */
  get takes(): Submission['delivery'] | undefined {
    return this.#outbox.takes;
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
    const { kind } = this.#stateOfLiving();
    if (kind !== 'preparing' && kind !== 'connecting' && kind !== 'open') {
      this.#begin();
    }
  }

  /** Drops what there is and connects anew, counting from the beginning. */
  reconnect(): void {
    const { kind } = this.#stateOfLiving();
    const old = kind === 'open' ? this.#transport : undefined;
    if (old) {
      // It says goodbye while the new one opens; nobody listens to it any more.
      this.#transport = undefined;
      old.setPaused(false);
      old.close(CloseCode.Normal, '');
      this.#ports.clock.schedule(farewellMs, () => old.dispose());
    }
    this.#begin();
  }

  /** Closes the connection and stops retrying. `idle` follows within the close timeout. */
  disconnect(code: number = CloseCode.Normal, reason = '', shownReason?: string): void {
    this.#wanted = false;
    this.#outbox.clear('the connection was closed');
    if (this.#state.kind === 'open') {
      this.#close(code, reason, shownReason);
    } else if (this.#state.kind !== 'closing' && this.#state.kind !== 'disposed') {
      this.#abandon();
      this.#enterIdle();
    }
  }

  /**
   * Sends one message. Resolves when it was handed to the network.
   *
   * @throws UserError while not connected, and while the peer does not take what was sent before
   */
  async send(data: OutgoingMessage): Promise<void> {
    await this.submit({ kind: 'message', data }).done;
  }

  /**
   * Sends a message or a ping, or closes; where the settings allow it, a message may wait for the
   * connection to open. Nobody has to listen to `done`: the list tells what was not delivered.
   *
   * @throws UserError where it neither can be sent nor may wait
   */
  submit(parcel: Parcel): Submission {
    return this.#outbox.submit(parcel);
  }

  /** Why nothing is sent while the connection is not open, as a sentence. */
  refusalOf(kind: Parcel['kind']): string {
    return this.#outbox.refusalOf(kind);
  }

  /** Takes what waits out of the queue, unsent. */
  cancelQueued(): void {
    this.#outbox.clear('cancelled by you');
  }

  /** Takes options that changed. Those of the handshake hold from the next attempt on. */
  setOptions(options: ConnectionOptions): void {
    const before = this.#options;
    this.#options = options;
    if (before.endpoint.url !== options.endpoint.url) {
      this.#dialled = undefined;
      this.#outbox.clear('the URL was changed');
    }
    if (this.#session && !sameData(before.heartbeat, options.heartbeat)) {
      this.#session.beat(options.heartbeat);
    } else if (this.#state.kind === 'waiting') {
      this.#begin();
    }
  }

  /** Stops or starts reading, so that the peer is slowed by TCP. Holds over reconnects. */
  setPaused(paused: boolean): void {
    this.#isPaused = paused;
    this.#session?.setPaused(paused);
  }

  /** The machine has slept: what was true before may not be any more. */
  wake(): void {
    const { clock, random } = this.#ports;
    this.#wokeAt = clock.monotonic();
    const { state } = this;
    if (state.kind === 'open') {
      this.#session?.probe();
    } else if (state.kind === 'preparing' || state.kind === 'connecting') {
      this.#attempt(false);
    } else if (state.kind === 'waiting') {
      // Timers may have stood still with the machine; the wall clock has not.
      const [low, high] = afterWakeMs;
      const leftMs = Math.max(this.#retryAt - clock.now(), low + (high - low) * random());
      this.#wait({ ...state, delayMs: leftMs });
    } else {
      this.#resume();
    }
  }

  /** Something says that an attempt may succeed now: the user is back, the host is up again. */
  hint(): void {
    const now = this.#ports.clock.monotonic();
    const { state } = this;
    if (now - this.#hintedAt < hintIntervalMs) {
      return;
    }
    if (state.kind === 'waiting' && !state.hold) {
      this.#hintedAt = now;
      this.#attempt(false);
    } else if (state.kind === 'stopped' && state.resumes) {
      this.#hintedAt = now;
      this.#resume();
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
    this.#outbox.dispose();
    this.#enter({ kind: 'disposed' });
    this.#onDidChangeState.dispose();
  }

  #stateOfLiving(): ConnectionState {
    if (this.#state.kind === 'disposed') {
      throw new UserError('This connection is gone.');
    }
    return this.#state;
  }

  /** The user wants it open: all counting starts anew. */
  #begin(): void {
    this.#wanted = true;
    this.#opens = 0;
    this.#retries.forget();
    this.#attempt(true);
  }

  #resume(): void {
    if (this.#state.kind === 'stopped' && this.#state.resumes) {
      this.#wanted = true;
      this.#attempt(false);
    }
  }

  #attempt(byUser: boolean): void {
    this.#abandon();
    const epoch = this.#epoch;
    this.#enter({ kind: 'preparing', ...this.#retries.attempts(this.#options) });
    if (epoch !== this.#epoch) {
      return; // A listener has decided otherwise.
    }
    const { governor } = this.#ports;
    this.#turn = governor.request(this.#options.endpoint, byUser, () => this.#prepare(byUser));
  }

  #prepare(byUser: boolean): void {
    const epoch = this.#epoch;
    this.#watchDeadline();
    const isLoginRefused = this.#isLoginRefused;
    this.#isLoginRefused = false;
    const wishes: PrepareWishes = {
      ...{ byUser, isLoginRefused, withoutCompression: this.#retries.isPlain },
      untimed: work => this.#untimed(epoch, work),
    };
    this.#ports.prepare(wishes).then(
      prepared => epoch === this.#epoch && this.#dial(prepared),
      (error: unknown) => epoch === this.#epoch && this.#refuseToDial(error),
    );
  }

  #watchDeadline(): void {
    this.#timers.set('deadline', this.#options.connectTimeoutMs, () => {
      const at = this.#phase ? { phase: this.#phase } : {};
      this.#settle({ kind: 'timeout', error: CauseCode.ConnectTimeout, ...at });
    });
  }

  async #untimed<T>(epoch: number, work: () => PromiseLike<T>): Promise<T> {
    if (epoch === this.#epoch) {
      this.#timers.stop('deadline');
    }
    try {
      return await work();
    } finally {
      if (epoch === this.#epoch) {
        this.#watchDeadline();
      }
    }
  }

  #dial({ dial, isRefreshable, endpoint }: Prepared): void {
    const epoch = this.#epoch;
    this.#isRefreshable = isRefreshable;
    this.#dialled = endpoint;
    this.#handshake = undefined;
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
    if (error instanceof PromptCancelled) {
      this.disconnect();
    } else {
      this.#settle({ kind: 'config', message: messageOf(error) });
    }
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
      onMessage: (payload, isText, frame) => {
        if (epoch === this.#epoch) {
          this.#retries.useful();
          const isAnswer = isText && this.#session?.onText(payload) === true;
          this.#traffic.received(payload, isText, isAnswer, frame);
        }
      },
      onPing: ifCurrent(payload => {
        // The transport answers by itself (RFC 6455, section 5.5.3).
        this.#traffic.control('ping', 'in', payload);
        this.#traffic.control('pong', 'out', payload);
      }),
      onPong: ifCurrent(payload => {
        if (this.#session?.onPong(payload) === true) {
          this.#traffic.asked('pong', 'in', payload);
        } else {
          this.#traffic.control('pong', 'in', payload);
        }
      }),
      onEnd: ifCurrent(reported => {
        const reason = this.#ports.redact?.(reported.reason) ?? reported.reason;
        const ended = { ...reported, reason };
        if (ended.phase === undefined && ended.code !== CloseCode.Abnormal) {
          this.#traffic.closeFrame('in', ended.code, ended.reason);
        }
        this.#settle(causeOf(ended, this.#ports.clock.now()));
      }),
    };
  }

  #opened({ subprotocol, extensions }: Opened): void {
    const epoch = this.#epoch;
    const transport = this.#transport;
    if (!transport) {
      return;
    }
    this.#phase = undefined;
    this.#timers.stop('deadline');
    this.#turn?.dispose();
    const session = this.#newSession(transport);
    this.#session = session;
    const openedAt = this.#ports.clock.monotonic();
    this.#enter({ kind: 'open', openedAt, subprotocol, extensions, health: 'ok' });
    if (epoch !== this.#epoch || this.#session !== session) {
      return;
    }
    session.setPaused(this.#isPaused);
    session.greet(this.#entriesOfThisOpen(), () => {
      this.#outbox.drainTo(session);
    });
    if (this.#session === session) {
      session.beat(this.#options.heartbeat);
      this.#watchStability(session);
    }
  }

  #newSession(transport: Transport): Session {
    const { clock, log, opening, notice } = this.#ports;
    const traffic = this.#traffic;
    const deliveries = new Deliveries({ transport, traffic, notice });
    this.#deliveries = deliveries;
    return new Session(
      transport,
      deliveries,
      {
        ...{ clock, log, traffic, opening, notice },
        onHealth: health => this.#setHealth(health),
        onDead: silentMs => this.#lostToSilence(silentMs),
        onClose: (code, reason, shown) => this.disconnect(code, reason, shown),
      },
      this.#pongMemory,
      this.#epoch,
    );
  }

  #entriesOfThisOpen(): readonly OnOpenEntry[] {
    const isFirst = this.#opens++ === 0;
    const other = isFirst ? 'reconnect' : 'first';
    return this.#options.onOpen.filter(({ when }) => when !== other);
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
  #watchStability(session: Session): void {
    const afterMs = Math.max(this.#options.reconnect.stableAfterMs, this.#retries.lastDelayMs);
    this.#timers.set('stable', afterMs, () => {
      if (session.isHeard) {
        this.#retries.stable();
      } else {
        this.#watchStability(session);
      }
    });
  }

  #close(code: number, reason: string, shownReason?: string): void {
    this.#timers.dispose();
    this.#session?.setPaused(false); // A paused socket would not hear the peer's answer.
    this.#session?.dispose();
    this.#session = undefined;
    const epoch = this.#epoch;
    this.#enter({ kind: 'closing' });
    if (epoch !== this.#epoch) {
      return;
    }
    this.#transport?.close(code, reason);
    this.#traffic.closeFrame('out', code, shownReason ?? reason, shownReason !== undefined);
    this.#timers.set('closing', this.#options.closeTimeoutMs, () => this.#settle({ kind: 'user' }));
  }

  /** The one place where the end of an attempt or of a connection is decided on. */
  #settle(cause: Cause): void {
    const before = this.#state;
    const now = this.#ports.clock.monotonic();
    const uptimeMs = before.kind === 'open' ? now - before.openedAt : undefined;
    const subprotocol = before.kind === 'open' ? before.subprotocol : '';
    this.#noteTooLarge(cause);
    this.#isLoginRefused = refusesLogin(cause);
    this.#abandon();
    if (!this.#wanted) {
      this.#enterIdle();
      return;
    }
    const { limit } = this.#retries.attempts(this.#options);
    const isExcused = now - this.#wokeAt < excusedAfterWakeMs;
    const failed = { cause, uptimeMs, subprotocol, isRefreshable: this.#isRefreshable, isExcused };
    const decision = this.#retries.decide(failed, this.#options);
    const { rule, advice, setting, flaps, hold } = decision;
    const failure = { cause, rule, advice, setting, flaps, hold, uptimeMs };
    const { failures } = this.#retries.attempts(this.#options);
    if (decision.kind === 'stop') {
      this.#wanted = false;
      this.#outbox.clear('the connection is not tried again');
      const { why, resumes } = decision;
      this.#enter({ kind: 'stopped', why, resumes, failures, ...failure });
    } else {
      const { delayMs } = decision;
      this.#wait({ kind: 'waiting', dueAt: 0, delayMs, limit, failures, ...failure });
    }
  }

  /** The peer names no message: the largest one is the likeliest. */
  #noteTooLarge({ close }: Cause): void {
    const bytes = this.#deliveries?.largestByteLength ?? 0;
    if (close === CloseCode.TooBig && bytes > 0) {
      const size = formats.bytes(bytes);
      this.#ports.notice(
        `The peer takes no message of that size (1009). The largest one sent to it had ${size}.`,
      );
    }
  }

  #wait(state: ConnectionState & { readonly kind: 'waiting' }): void {
    const { clock } = this.#ports;
    const { delayMs } = state;
    this.#retryAt = clock.now() + delayMs;
    this.#timers.set('retry', delayMs, () => this.#attempt(false));
    this.#enter({ ...state, dueAt: clock.monotonic() + delayMs });
  }

  /** Leaves the current attempt behind: its socket, its timers, and whatever it still reports. */
  #abandon(): void {
    this.#epoch++;
    this.#timers.dispose();
    this.#turn?.dispose();
    this.#turn = undefined;
    this.#phase = undefined;
    this.#session?.dispose();
    this.#session = undefined;
    this.#deliveries?.lose();
    this.#deliveries = undefined;
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
    this.#ports.log.debug(`${this.options.endpoint.host}: ${state.kind}`);
    this.#onDidChangeState.fire(state);
  }
}

/** Whether two pieces of plain data are the same. */
function sameData(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

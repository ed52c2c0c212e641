import { UserError } from '../base/errors.ts';
import { Emitter } from '../base/event.ts';
import type { Disposable } from '../base/lifecycle.ts';
import type { Endpoint } from '../endpoint/endpoint.ts';
import { isSameJson } from '../json/json.ts';
import type { MessageData, OutgoingMessage } from '../message/outgoingMessage.ts';
import type { HandshakeFacts } from '../record/handshakeFacts.ts';
import { Attempt } from './attempt.ts';
import type { AttemptContext, ConnectionPorts } from './attemptContext.ts';
import { noPongs } from './keepAlive.ts';
import { OutageWatch } from './outage.ts';
import { refusesLogin } from './retry/failureRules.ts';
import { RetryPolicy } from './retry/retryPolicy.ts';
import { RetryWait } from './retry/retryWait.ts';
import { Outbox, type Submission } from './send/outbox.ts';
import type { QueueView } from './send/sendQueue.ts';
import type { Cause } from './state/cause.ts';
import type { ConnectionOptions } from './state/options.ts';
import { isSettled, retryNumber, type ConnectionState } from './state/state.ts';
import { CloseCode } from './wire/closeCode.ts';
import { Traffic } from './wire/traffic.ts';

/**
 * One monitored endpoint: opens it, keeps it open, and reports what happens on it and why.
 *
 * Whether the user wants it open is one variable; at most one attempt at a time serves it. Reports of
 * an attempt that was abandoned are ignored. However an attempt ends, `#settle` decides what follows.
 */
export class Connection implements Disposable {
  readonly #context: AttemptContext;
  readonly #retries: RetryPolicy;
  readonly #wait: RetryWait;
  readonly #outbox: Outbox;
  readonly #outage: OutageWatch;
  readonly #onDidChangeState = new Emitter<ConnectionState>();
  #options: ConnectionOptions;
  #state: ConnectionState = { kind: 'idle' };
  #wanted = false;
  #isPaused = false;
  #attempt: Attempt | undefined;
  #attemptCount = 0;
  /** The number of the retry that waits or is being made; `undefined` if the user asked for it. */
  #retry: number | undefined;
  /** Whether it was open since the user connected. */
  #hasOpened = false;
  #isLoginRefused = false;
  /** Whether secrets went into the handshake that was dialled last. */
  #isRefreshable = false;
  /** What was dialled last, if its URL holds variables. */
  #dialled: Endpoint | undefined;
  #handshake: HandshakeFacts | undefined;
  #pongs = noPongs();

  readonly onDidChangeState = this.#onDidChangeState.event;
  /** The queue has changed. */
  readonly onDidChangeQueue: Outbox['onDidChange'];

  constructor(options: ConnectionOptions, ports: ConnectionPorts) {
    this.#options = options;
    this.#retries = new RetryPolicy(ports.random);
    this.#wait = new RetryWait(ports.clock, ports.random);
    const traffic = new Traffic(ports.clock, ports.traffic);
    this.#outage = new OutageWatch(ports.clock, traffic);
    this.#context = {
      ports,
      traffic,
      retries: this.#retries,
      options: () => this.#options,
      pongs: () => this.#pongs,
      isPaused: () => this.#isPaused,
      takeLoginRefused: () => {
        const isRefused = this.#isLoginRefused;
        this.#isLoginRefused = false;
        return isRefused;
      },
      events: {
        onDial: ({ isRefreshable, endpoint }) => {
          this.#isRefreshable = isRefreshable;
          this.#dialled = endpoint;
          this.#handshake = undefined;
          const startedAt = ports.clock.monotonic();
          const attempts = this.#retries.attempts(this.#options);
          this.#enter({ kind: 'connecting', startedAt, ...attempts, retry: this.#retry });
        },
        onHandshake: facts => (this.#handshake = facts),
        onState: state => this.#onState(state),
        onOnOpenSent: open => this.#outbox.drainTo(open),
        onDisconnect: (code, reason, shown) => this.disconnect(code, reason, shown),
        onEnd: cause => this.#settle(cause),
      },
    };
    this.#outbox = new Outbox({
      clock: ports.clock,
      notice: ports.notice,
      limits: () => this.#options.queue,
      open: () => this.#attempt?.open,
      isWanted: () => this.#wanted,
    });
    this.onDidChangeQueue = this.#outbox.onDidChange;
  }

  get state(): ConnectionState {
    return this.#state;
  }

  /** Their endpoint is the one that was dialled last, with variables filled in. */
  get options(): ConnectionOptions {
    return this.#dialled ? { ...this.#options, endpoint: this.#dialled } : this.#options;
  }

  /** The smoothed round-trip time of the keep-alive; `undefined` if it is not known yet. */
  get latencyMs(): number | undefined {
    return this.#attempt?.open?.latencyMs;
  }

  /** The messages that wait for the connection to open. */
  get queue(): QueueView {
    return this.#outbox.queue;
  }

  /** What would happen to a message now; `undefined` if it would be refused. */
  get takes(): Submission['delivery'] | undefined {
    return this.#outbox.takes;
  }

  /** What was asked and answered in the last opening handshake. */
  get handshake(): HandshakeFacts | undefined {
    return this.#handshake;
  }

  /** The timers that run, for tests of what is left behind. */
  get timers(): readonly string[] {
    return [...(this.#attempt?.timers ?? []), ...(this.#wait.isRunning ? ['retry'] : [])];
  }

  /** Opens the connection, without waiting for the next retry. Does nothing if it is open or opening. */
  connect(): void {
    const { kind } = this.#stateOfLiving;
    if (kind !== 'preparing' && kind !== 'connecting' && kind !== 'open') {
      this.#begin();
    }
  }

  /** Drops the connection and opens it again; failures are counted from zero. */
  reconnect(): void {
    const { kind } = this.#stateOfLiving;
    if (kind === 'open') {
      void this.#attempt?.closeGracefully(CloseCode.Normal);
    }
    this.#begin();
  }

  /** Closes the connection and stops retrying. `idle` follows within the close timeout. */
  disconnect(code: number = CloseCode.Normal, reason = '', shownReason?: string): void {
    this.#wanted = false;
    this.#outbox.clear('the connection was closed');
    if (this.state.kind === 'open') {
      this.#attempt?.close(code, reason, shownReason);
    } else if (this.state.kind !== 'closing' && this.state.kind !== 'disposed') {
      this.#abandon();
      this.#enterIdle();
    }
  }

  /**
   * Sends one message. Resolves when it was handed to the network.
   *
   * @throws UserError while not connected, and while the peer does not take what was sent before
   */
  async send(data: MessageData): Promise<void> {
    await this.submit({ kind: 'message', data }).done;
  }

  /**
   * Sends a message or a ping, or closes. If the settings allow it, a message waits for the connection
   * to open. Awaiting `done` is optional: failures also appear as rows.
   *
   * @throws UserError if it can neither be sent nor wait
   */
  submit(message: OutgoingMessage): Submission {
    return this.#outbox.submit(message);
  }

  /** Why nothing is sent while the connection is not open, as a sentence. */
  refusalOf(kind: OutgoingMessage['kind']): string {
    return this.#outbox.refusalOf(kind);
  }

  /** Drops the queue. */
  cancelQueued(why = 'cancelled by you'): void {
    this.#outbox.clear(why);
  }

  /** Applies changed options. Those of the handshake apply from the next attempt on. */
  setOptions(options: ConnectionOptions): void {
    const before = this.#options;
    this.#options = options;
    if (before.endpoint.url !== options.endpoint.url) {
      this.#dialled = undefined;
      this.#pongs = noPongs();
      this.#outage.forget();
      this.#outbox.clear('the URL was changed');
    }
    const open = this.#attempt?.open;
    if (open && !isSameJson(before.heartbeat, options.heartbeat)) {
      open.keepAlive(options.heartbeat);
    } else if (this.state.kind === 'waiting') {
      // The user did not ask to connect again: an endpoint that was stable still counts as proven.
      this.#retries.resetCount();
      this.#retry = undefined;
      this.#try(true);
    }
  }

  /** Stops or starts reading, so that TCP slows the peer. Kept over reconnects. */
  setPaused(paused: boolean): void {
    this.#isPaused = paused;
    this.#attempt?.open?.setPaused(paused);
  }

  /** The machine has slept: the connection may be gone. */
  wake(): void {
    this.#wait.woke();
    this.#outage.woke();
    const { state } = this;
    if (state.kind === 'open') {
      this.#attempt?.open?.probe();
    } else if (state.kind === 'preparing') {
      // Nothing was dialled that could be dead, and the user may be answering a prompt.
      this.#attempt?.woke();
    } else if (state.kind === 'connecting') {
      this.#try(false);
    } else if (state.kind === 'waiting') {
      this.#enterWait({ ...state, delayMs: this.#wait.leftAfterWakeMs() });
    } else if (state.kind === 'stopped' && state.resumes) {
      this.#resume();
    }
  }

  /** An attempt may succeed now: the user is back, or the host is up again. */
  hint(): void {
    const { state } = this;
    const applies =
      state.kind === 'waiting' ? !state.hold : state.kind === 'stopped' && state.resumes === true;
    if (this.#wait.takesHint(applies)) {
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

  /**
   * Ends for good. The peer of an open connection gets the close code 1001 (RFC 6455, section 7.4.1).
   * Resolves when the peer has answered, or after a quarter of a second.
   */
  end(): Promise<void> {
    const gone = this.#attempt?.closeGracefully(CloseCode.GoingAway);
    this.dispose();
    return gone ?? Promise.resolve();
  }

  /** Ends for good at once. A close frame is sent if possible, but its answer is not awaited. */
  dispose(): void {
    if (this.state.kind === 'disposed') {
      return;
    }
    this.#wanted = false;
    this.#attempt?.leave(CloseCode.GoingAway);
    this.#abandon();
    this.#outbox.dispose();
    this.#enter({ kind: 'disposed' });
    this.#onDidChangeState.dispose();
  }

  /** @throws UserError if the connection was disposed of */
  get #stateOfLiving(): ConnectionState {
    if (this.#state.kind === 'disposed') {
      throw new UserError('This connection is gone.');
    }
    return this.#state;
  }

  /** The user wants it open: everything is counted from zero. */
  #begin(): void {
    this.#wanted = true;
    this.#hasOpened = false;
    this.#retry = undefined;
    this.#retries.forget();
    this.#try(true);
  }

  /** Tries again without waiting; the counts stay. */
  #resume(): void {
    this.#wanted = true;
    this.#try(false);
  }

  #try(byUser: boolean): void {
    this.#abandon();
    const attempt = new Attempt(this.#context, {
      epoch: ++this.#attemptCount,
      isFirstOpen: !this.#hasOpened,
    });
    this.#attempt = attempt;
    const attempts = this.#retries.attempts(this.#options);
    this.#enter({ kind: 'preparing', ...attempts, retry: this.#retry });
    if (!attempt.isOver) {
      attempt.start(byUser);
    }
  }

  #onState(state: ConnectionState): void {
    if (state.kind === 'open') {
      const opened = this.#outage.opened(state, this.#retry);
      this.#retry = undefined;
      this.#enter(opened);
    } else {
      this.#enter(state);
    }
  }

  /** The one place that decides what follows the end of an attempt or of a connection. */
  #settle(cause: Cause): void {
    const before = this.state;
    const now = this.#context.ports.clock.monotonic();
    const hadMessages = this.#attempt?.hasReceived === true;
    this.#isLoginRefused = refusesLogin(cause);
    if (before.kind === 'open') {
      this.#outage.lost(cause);
    }
    this.#abandon();
    if (!this.#wanted) {
      this.#enterIdle();
      return;
    }
    const failed = {
      cause,
      before,
      now,
      hadMessages,
      isRefreshable: this.#isRefreshable,
      wokeUp: this.#wait.wokeUp,
    };
    const next = this.#retries.stateAfter(failed, this.#options);
    if (next.kind === 'stopped') {
      this.#wanted = false;
      if (next.why === 'server-closed') {
        this.#outage.forget();
      }
      this.#outbox.clear('the connection is not tried again');
      this.#enter(next);
    } else {
      this.#enterWait(next);
    }
  }

  #enterWait(state: ConnectionState & { readonly kind: 'waiting' }): void {
    this.#retry = retryNumber(state);
    this.#wait.start(state.delayMs, () => this.#try(false));
    this.#enter({ ...state, dueAt: this.#context.ports.clock.monotonic() + state.delayMs });
  }

  /** Drops the current attempt or wait. */
  #abandon(): void {
    this.#wait.dispose();
    this.#attempt?.dispose();
    this.#attempt = undefined;
  }

  #enterIdle(): void {
    this.#outage.forget();
    if (this.state.kind !== 'idle') {
      this.#enter({ kind: 'idle', cause: { kind: 'user' } });
    }
  }

  #enter(state: ConnectionState): void {
    this.#context.ports.log.debug(`${this.options.endpoint.host}: ${state.kind}`);
    this.#hasOpened ||= state.kind === 'open';
    this.#state = state;
    // Listeners may change the state again before this returns.
    this.#onDidChangeState.fire(state);
  }
}

import { UserError } from '../base/errors.ts';
import { Emitter } from '../base/event.ts';
import type { Disposable } from '../base/lifecycle.ts';
import type { Endpoint } from '../endpoint/endpoint.ts';
import type { MessageData, OutgoingMessage } from '../message/outgoingMessage.ts';
import type { HandshakeFacts } from '../record/handshakeFacts.ts';
import { Attempt, type AttemptContext, type ConnectionPorts } from './attempt.ts';
import { noPongs } from './keepAlive.ts';
import { refusesLogin } from './retry/failureRules.ts';
import { RetryPolicy } from './retry/retryPolicy.ts';
import { RetryWait } from './retry/retryWait.ts';
import { Outbox, type Submission } from './send/outbox.ts';
import type { QueueView } from './send/sendQueue.ts';
import type { Cause } from './state/cause.ts';
import type { ConnectionOptions } from './state/options.ts';
import { isSettled, type ConnectionState } from './state/state.ts';
import { CloseCode } from './wire/closeCode.ts';
import { Traffic } from './wire/traffic.ts';

/**
 * One monitored endpoint: opens it, keeps it open, and says what happens on it and why.
 *
 * The user's wish is one variable; what the sockets do is served to it. What an attempt
 * still reports once it has been abandoned is not heard. All ways in which an attempt can end
 * meet in `#settle`, which decides once.
 */
export class Connection implements Disposable {
  readonly #context: AttemptContext;
  readonly #retries: RetryPolicy;
  readonly #wait: RetryWait;
  readonly #outbox: Outbox;
  readonly #onDidChangeState = new Emitter<ConnectionState>();
  #options: ConnectionOptions;
  #state: ConnectionState = { kind: 'idle' };
  #wanted = false;
  #isPaused = false;
  #attempt: Attempt | undefined;
  #attemptCount = 0;
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
  /** What waits to be sent has changed. */
  readonly onDidChangeQueue: Outbox['onDidChange'];

  constructor(options: ConnectionOptions, ports: ConnectionPorts) {
    this.#options = options;
    this.#retries = new RetryPolicy(ports.random);
    this.#wait = new RetryWait(ports.clock, ports.random);
    this.#context = {
      ports,
      traffic: new Traffic(ports.clock, ports.traffic),
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
          this.#enter({ kind: 'connecting', startedAt, ...attempts });
        },
        onHandshake: facts => (this.#handshake = facts),
        onState: state => this.#enter(state),
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

  /** The endpoint among them is what was dialled last, with variables filled in. */
  get options(): ConnectionOptions {
    return this.#dialled ? { ...this.#options, endpoint: this.#dialled } : this.#options;
  }

  /** The heartbeat's smoothed round-trip time; `undefined` while it is not known. */
  get latencyMs(): number | undefined {
    return this.#attempt?.open?.latencyMs;
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
    return [...(this.#attempt?.timers ?? []), ...(this.#wait.isRunning ? ['retry'] : [])];
  }

  /** Opens the connection, at once where it was waiting to; does nothing where it is on its way. */
  connect(): void {
    const { kind } = this.#stateOfLiving;
    if (kind !== 'preparing' && kind !== 'connecting' && kind !== 'open') {
      this.#begin();
    }
  }

  /** Drops what there is and connects anew, counting from the beginning. */
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
   * Sends a message or a ping, or closes; where the settings allow it, a message may wait for the
   * connection to open. Nobody has to listen to `done`: the list tells what was not delivered.
   *
   * @throws UserError where it neither can be sent nor may wait
   */
  submit(message: OutgoingMessage): Submission {
    return this.#outbox.submit(message);
  }

  /** Why nothing is sent while the connection is not open, as a sentence. */
  refusalOf(kind: OutgoingMessage['kind']): string {
    return this.#outbox.refusalOf(kind);
  }

  /** Takes what waits out of the queue, unsent. */
  cancelQueued(why = 'cancelled by you'): void {
    this.#outbox.clear(why);
  }

  /** Takes options that changed. Those of the handshake hold from the next attempt on. */
  setOptions(options: ConnectionOptions): void {
    const before = this.#options;
    this.#options = options;
    if (before.endpoint.url !== options.endpoint.url) {
      this.#dialled = undefined;
      this.#pongs = noPongs();
      this.#outbox.clear('the URL was changed');
    }
    const open = this.#attempt?.open;
    if (open && !sameData(before.heartbeat, options.heartbeat)) {
      open.keepAlive(options.heartbeat);
    } else if (this.state.kind === 'waiting') {
      // Nobody asked to connect anew, so what the endpoint has proven still holds.
      this.#retries.countAnew();
      this.#try(true);
    }
  }

  /** Stops or starts reading, so that the peer is slowed by TCP. Holds over reconnects. */
  setPaused(paused: boolean): void {
    this.#isPaused = paused;
    this.#attempt?.open?.setPaused(paused);
  }

  /** The machine has slept: what was true before may not be any more. */
  wake(): void {
    this.#wait.woke();
    const { state } = this;
    if (state.kind === 'open') {
      this.#attempt?.open?.probe();
    } else if (state.kind === 'preparing') {
      // Nothing was dialled that could be dead, and the user may be answering a question just now.
      this.#attempt?.woke();
    } else if (state.kind === 'connecting') {
      this.#try(false);
    } else if (state.kind === 'waiting') {
      this.#enterWait({ ...state, delayMs: this.#wait.leftAfterWakeMs() });
    } else if (state.kind === 'stopped' && state.resumes) {
      this.#resume();
    }
  }

  /** Something says that an attempt may succeed now: the user is back, the host is up again. */
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
   * Ends for good, and tells the peer of an open connection that we go away (1001, RFC 6455, section
   * 7.4.1). Resolves when the peer has answered, or after a quarter of a second.
   */
  end(): Promise<void> {
    const gone = this.#attempt?.closeGracefully(CloseCode.GoingAway);
    this.dispose();
    return gone ?? Promise.resolve();
  }

  /** The same at once: the peer is told where that takes no time, and its answer is not waited for. */
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

  /** The user wants it open: all counting starts anew. */
  #begin(): void {
    this.#wanted = true;
    this.#hasOpened = false;
    this.#retries.forget();
    this.#try(true);
  }

  /** Tries again without waiting; what was counted stays. */
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
    this.#enter({ kind: 'preparing', ...this.#retries.attempts(this.#options) });
    if (!attempt.isOver) {
      attempt.start(byUser);
    }
  }

  /** The one place where the end of an attempt or of a connection is decided on. */
  #settle(cause: Cause): void {
    const before = this.state;
    const now = this.#context.ports.clock.monotonic();
    const hadMessages = this.#attempt?.hasReceived === true;
    this.#isLoginRefused = refusesLogin(cause);
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
      this.#outbox.clear('the connection is not tried again');
      this.#enter(next);
    } else {
      this.#enterWait(next);
    }
  }

  #enterWait(state: ConnectionState & { readonly kind: 'waiting' }): void {
    this.#wait.start(state.delayMs, () => this.#try(false));
    this.#enter({ ...state, dueAt: this.#context.ports.clock.monotonic() + state.delayMs });
  }

  /** Leaves the current attempt or wait behind. */
  #abandon(): void {
    this.#wait.dispose();
    this.#attempt?.dispose();
    this.#attempt = undefined;
  }

  #enterIdle(): void {
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

/** Whether two pieces of plain data are the same. */
function sameData(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

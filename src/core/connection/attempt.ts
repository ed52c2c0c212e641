import { isCancellation, messageOf } from '../base/errors.ts';
import type { Disposable } from '../base/lifecycle.ts';
import type { AttemptContext } from './attemptContext.ts';
import { CauseCode, causeOf, type Cause } from './state/cause.ts';
import { CloseCode } from './wire/closeCode.ts';
import { OpenLink } from './openLink.ts';
import type { Phase } from '../record/handshakeFacts.ts';
import type { PreparedHandshake, HandshakeRequestOptions } from './prepared.ts';
import type { Session } from './session.ts';
import { TimerBag } from '../base/timerBag.ts';
import type { Ended, Opened, Transport, TransportListener } from './wire/transport.ts';

/** How long a connection that is replaced by a new one may take to close properly. */
const gracefulCloseMs = 250;

/**
 * One attempt at a connection, from its turn to dial until its socket is gone. What comes in after
 * it was disposed of, from the socket or from whatever was waited for, is not heard.
 */
export class Attempt implements Disposable {
  readonly #context: AttemptContext;
  readonly #timers: TimerBag<'deadline'>;
  #isOver = false;
  #turn: Disposable | undefined;
  #phase: Phase | undefined;
  #transport: Transport | undefined;
  #link: OpenLink | undefined;
  #hasReceived = false;
  #onGone: (() => void) | undefined;

  constructor(context: AttemptContext) {
    this.#context = context;
    this.#timers = new TimerBag<'deadline'>(context.ports.clock);
    context.memory.attempts++;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** Whether the peer has sent a message. */
  get hasReceived(): boolean {
    return this.#hasReceived;
  }

  /** While it is open and not closing. */
  get session(): Session | undefined {
    return this.#link?.session;
  }

  /** The timers that run now, for tests of what is left behind. */
  get timers(): readonly string[] {
    return [...this.#timers.running, ...(this.#link?.timers ?? [])];
  }

  /** Dials as soon as it is its turn. */
  start(byUser: boolean): void {
    const { ports, options } = this.#context;
    const { endpoint } = options();
    this.#turn = ports.limiter.request(endpoint, byUser, () => this.#prepare(byUser));
  }

  /** Starts the closing handshake of what is open; the end is reported within the close timeout. */
  close(code: number, reason: string, shownReason?: string): void {
    this.#link?.close(code, reason, shownReason);
  }

  /**
   * Lets what is open say goodbye by itself, and nobody listens to it any more. Resolves when the
   * peer has answered, or after a quarter of a second.
   */
  closeGracefully(code: number): Promise<void> {
    const transport = this.#transport;
    if (!transport || !this.#link) {
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

  /** The machine has slept: that time does not count against what is being prepared. */
  woke(): void {
    if (this.#timers.running.length > 0) {
      this.#watchDeadline();
    }
  }

  /** Leaves the socket and the timers behind, and whatever is still reported. */
  dispose(): void {
    this.#isOver = true;
    this.#timers.dispose();
    this.#turn?.dispose();
    this.#link?.dispose();
    this.#link = undefined;
    this.#transport?.dispose();
    this.#transport = undefined;
  }

  /** Sends a close frame where it is open and none was sent yet. */
  leave(code: number): void {
    if (this.session && this.#transport) {
      this.#transport.setPaused(false);
      this.#transport.close(code, '');
      this.#context.traffic.closeFrame('out', code, '');
    }
  }

  #prepare(byUser: boolean): void {
    const { ports, retries, memory } = this.#context;
    this.#watchDeadline();
    const { isLoginRefused } = memory;
    memory.isLoginRefused = false;
    const wishes: HandshakeRequestOptions = {
      byUser,
      isLoginRefused,
      withoutCompression: retries.isPlain,
      untimed: work => this.#untimed(work),
    };
    ports.prepare(wishes).then(
      prepared => !this.#isOver && this.#dial(prepared),
      (error: unknown) => !this.#isOver && this.#refuseToDial(error),
    );
  }

  #watchDeadline(): void {
    this.#timers.set('deadline', this.#context.options().connectTimeoutMs, () => {
      const at = this.#phase ? { phase: this.#phase } : {};
      this.#end({ kind: 'timeout', error: CauseCode.ConnectTimeout, ...at });
    });
  }

  async #untimed<T>(work: () => PromiseLike<T>): Promise<T> {
    this.#timers.stop('deadline');
    try {
      return await work();
    } finally {
      if (!this.#isOver) {
        this.#watchDeadline();
      }
    }
  }

  #dial({ dial, isRefreshable, endpoint }: PreparedHandshake): void {
    const { ports, options, retries, memory, events } = this.#context;
    memory.isRefreshable = isRefreshable;
    memory.dialled = endpoint;
    memory.handshake = undefined;
    const startedAt = ports.clock.monotonic();
    events.onState({ kind: 'connecting', startedAt, ...retries.attempts(options()) });
    if (this.#isOver) {
      return; // A listener has decided otherwise.
    }
    try {
      this.#transport = dial(this.#listener());
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

  /** Hears the transport for as long as the attempt is the current one. */
  #listener(): TransportListener {
    const { traffic, memory } = this.#context;
    const ifCurrent =
      <A extends readonly unknown[]>(handle: (...args: A) => void) =>
      (...args: A) => {
        if (!this.#isOver) {
          handle(...args);
        }
      };
    return {
      onPhase: ifCurrent(phase => (this.#phase = phase)),
      onHandshake: ifCurrent(facts => (memory.handshake = facts)),
      onOpen: ifCurrent(opened => this.#opened(opened)),
      onInput: ifCurrent(() => {
        traffic.arrived();
        this.#link?.heard();
      }),
      // Spelt out, because it runs for every message of a flood.
      onMessage: (payload, isText, frame) => {
        if (!this.#isOver) {
          this.#hasReceived = true;
          const isAnswer = isText && this.session?.onText(payload) === true;
          traffic.received(payload, isText, isAnswer, frame);
        }
      },
      onPing: ifCurrent(payload => traffic.control('ping', 'in', payload)),
      onPongSent: ifCurrent(payload => traffic.control('pong', 'out', payload)),
      onPong: ifCurrent(payload => {
        if (this.session?.onPong(payload) === true) {
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
      this.#timers.stop('deadline');
      this.#turn?.dispose();
      this.#link = new OpenLink(transport, this.#context);
      this.#link.start(opened);
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
    this.#link?.explain(cause);
    this.#context.events.onEnd(cause);
  }
}

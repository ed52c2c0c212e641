import { isCancellation, messageOf } from '../base/errors.ts';
import type { Disposable } from '../base/lifecycle.ts';
import { Timer } from '../base/timer.ts';
import type { FrameFacts } from '../record/frameFacts.ts';
import { textsOf } from '../record/textRun.ts';
import type { Phase } from '../record/handshakeFacts.ts';
import type { AttemptContext, AttemptNumber } from './attemptContext.ts';
import { OpenConnection } from './openConnection.ts';
import { CauseCode, causeOf, type Cause } from './state/cause.ts';
import { CloseCode } from './wire/closeCode.ts';
import type {
  Ended,
  HandshakeRequestOptions,
  Opened,
  PreparedHandshake,
  Transport,
  TransportListener,
} from './wire/transport.ts';

/** How long the closing handshake of a connection that is replaced or left may take. */
const gracefulCloseMs = 250;
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
          this.#received(payload, isText, frame);
        }
      },
      onTexts: run => {
        if (!this.#isOver) {
          this.#hasReceived = true;
          if (this.open?.expectsText === true) {
            for (const payload of textsOf(run)) {
              this.#received(payload, true);
            }
          } else {
            traffic.receivedTexts(run);
          }
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

  #received(payload: Uint8Array, isText: boolean, frame?: FrameFacts): void {
    const isAnswer = isText && this.open?.onText(payload) === true;
    this.#context.traffic.received(payload, isText, isAnswer, frame);
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

import type { Disposable } from '../base/lifecycle.ts';
import { Formats } from '../base/format.ts';
import type { AttemptContext } from './attemptContext.ts';
import type { Health } from './state/state.ts';
import { CauseCode, type Cause } from './state/cause.ts';
import { CloseCode } from './wire/closeCode.ts';
import { PendingWrites } from './send/pendingWrites.ts';
import type { PongMemory } from './keepAlive.ts';
import type { OnOpenEntry } from './state/options.ts';
import { Session } from './session.ts';
import type { ConnectionState } from './state/state.ts';
import { TimerBag } from '../base/timerBag.ts';
import type { Opened, Transport } from './wire/transport.ts';

const formats = new Formats('en');

/** A socket from the moment it is open, its closing handshake included; the socket is not its own. */
export class OpenLink implements Disposable {
  readonly #transport: Transport;
  readonly #context: AttemptContext;
  readonly #timers: TimerBag<'stable' | 'closing'>;
  readonly #deliveries: PendingWrites;
  /** The URL as the settings had it when it was opened. */
  readonly #url: string;
  readonly #pongs: PongMemory;
  #session: Session | undefined;
  #state: (ConnectionState & { readonly kind: 'open' }) | undefined;
  #isOver = false;
  #isHeard = false;
  #isOldEnough = false;

  constructor(transport: Transport, context: AttemptContext) {
    const { ports, traffic } = context;
    this.#transport = transport;
    this.#context = context;
    this.#url = context.options().endpoint.url;
    this.#pongs = context.memory.pongs;
    this.#timers = new TimerBag<'stable' | 'closing'>(ports.clock);
    this.#deliveries = new PendingWrites({ transport, traffic, notice: ports.notice });
  }

  /** While it is open and not closing. */
  get session(): Session | undefined {
    return this.#session;
  }

  get timers(): readonly string[] {
    return this.#timers.running;
  }

  /** Says that it is open, sends what the settings want sent, and starts the heartbeat. */
  start({ subprotocol, extensions }: Opened): void {
    const { ports, options, memory, events } = this.#context;
    const session = this.#newSession();
    this.#session = session;
    const openedAt = ports.clock.monotonic();
    this.#state = { kind: 'open', openedAt, subprotocol, extensions, health: 'ok' };
    events.onState(this.#state);
    if (this.#session !== session) {
      return; // A listener has decided otherwise.
    }
    session.setPaused(memory.isPaused);
    session.greet(this.#entriesOfThisOpen(), () => events.onGreeted(session));
    if (this.#session === session) {
      this.#watchStability(session);
      session.beat(options().heartbeat);
    }
  }

  /** Bytes of the peer's have come, be it in the packet of the handshake's answer. */
  heard(): void {
    if (!this.#isHeard) {
      this.#isHeard = true;
      if (this.#isOldEnough) {
        this.#believe();
      }
    }
  }

  /** Starts the closing handshake; the end is reported within the close timeout. */
  close(code: number, reason: string, shownReason?: string): void {
    const { options, traffic, events } = this.#context;
    this.#timers.dispose();
    this.#session?.setPaused(false); // A paused socket would not hear the peer's answer.
    this.#endSession();
    events.onState({ kind: 'closing' });
    if (this.#isOver) {
      return;
    }
    this.#transport.close(code, reason);
    traffic.closeFrame('out', code, shownReason ?? reason, shownReason !== undefined);
    this.#timers.set('closing', options().closeTimeoutMs, () => events.onEnd({ kind: 'user' }));
  }

  /** Says what can be told of the end beyond its cause. */
  explain({ close }: Cause): void {
    // The peer names no message: the largest one is the likeliest.
    const bytes = this.#deliveries.largestByteLength;
    if (close === CloseCode.TooBig && bytes > 0) {
      const size = formats.bytes(bytes);
      this.#context.ports.notice(
        `The peer takes no message of that size (1009). The largest one sent to it had ${size}.`,
      );
    }
  }

  /** Ends the session; nothing is known any more of what the socket has not written. */
  dispose(): void {
    this.#isOver = true;
    this.#timers.dispose();
    this.#endSession();
    this.#deliveries.failAll();
  }

  #newSession(): Session {
    const { ports, traffic, memory, events } = this.#context;
    const { clock, log, opening, notice } = ports;
    return new Session(
      this.#transport,
      this.#deliveries,
      {
        clock,
        log,
        traffic,
        opening,
        notice,
        onHealth: health => this.#setHealth(health),
        onDead: silentMs => this.#lostToSilence(silentMs),
        onClose: events.onDisconnect,
      },
      this.#pongs,
      memory.attempts,
    );
  }

  #endSession(): void {
    this.#session?.dispose();
    this.#session = undefined;
    this.#state = undefined;
  }

  #setHealth(health: Health): void {
    if (this.#state && this.#state.health !== health) {
      this.#state = { ...this.#state, health };
      this.#context.events.onState(this.#state);
    }
  }

  #entriesOfThisOpen(): readonly OnOpenEntry[] {
    const { options, memory } = this.#context;
    const isFirst = memory.opens++ === 0;
    const other = isFirst ? 'reconnect' : 'first';
    return options().onOpen.filter(({ when }) => when !== other);
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
   * Forgets the failures once the connection has been open long enough, longer than the last delay,
   * and the peer has been heard: a server that accepts and drops must not be tried at full speed.
   */
  #watchStability(session: Session): void {
    const { options, retries } = this.#context;
    const afterMs = Math.max(options().reconnect.stableAfterMs, retries.lastDelayMs);
    this.#timers.set('stable', afterMs, () => {
      if (this.#isHeard || session.isHeard) {
        this.#believe();
      } else {
        this.#isOldEnough = true;
        this.#watchStability(session);
      }
    });
  }

  #believe(): void {
    this.#isOldEnough = false;
    this.#timers.stop('stable');
    this.#context.retries.stable(this.#url);
  }
}

import type { Clock } from '../../base/clock.ts';
import { UserError } from '../../base/errors.ts';
import type { Disposable } from '../../base/lifecycle.ts';
import { Timer } from '../../base/timer.ts';
import { CloseCode } from '../../connection/wire/closeCode.ts';
import type { MessageData } from '../../message/outgoingMessage.ts';
import type { Direction } from '../../record/record.ts';
import type { ObservedSocket, Side } from '../../slot/observedSocket.ts';
import type { Agreement } from '../frames/agreement.ts';
import type { Inflater } from '../frames/messageInflation.ts';
import { closePayload, type FillRandom } from '../frames/frameWriter.ts';
import type { OpenGates, SocketGates } from '../gate.ts';
import { RelayDirection } from './direction.ts';
import { endingRow, type Ending } from './ending.ts';

/** The socket to one side, as the relay writes to it. What is written goes out in order. */
export interface Leg {
  write(bytes: Uint8Array): void;
  /** FIN, behind what was written. */
  end(): void;
  /** RST, at once. */
  reset(): void;
  /** Whether what comes from this side is read. */
  setPaused(isPaused: boolean): void;
}

export interface RelayOptions {
  readonly observed: ObservedSocket;
  readonly legs: Readonly<Record<Side, Leg>>;
  readonly agreement: Agreement;
  readonly maxMessageBytes: number;
  readonly clock: Clock;
  readonly createInflater: () => Inflater;
  readonly fillRandom: FillRandom;
  readonly openGates?: OpenGates;
  /** Both sides are gone. */
  readonly onEnd: () => void;
}

/** How long the sides have to answer a close frame of ours. */
const closeTimeoutMs = 3000;

const directions: Readonly<Record<Side, Direction>> = { client: 'out', server: 'in' };
const others: Readonly<Record<Side, Side>> = { client: 'server', server: 'client' };

const encoder = new TextEncoder();

/**
 * One client's socket through a tap, from the 101 on. It judges nobody: bytes, FIN and RST of each side go
 * to the other one.
 */
export class Relay implements Disposable {
  readonly #options: RelayOptions;
  readonly #directions: Readonly<Record<Direction, RelayDirection>>;
  readonly #gates: SocketGates | undefined;
  readonly #timer: Timer;
  /** Sides whose socket is gone. */
  readonly #gone = new Set<Side>();
  /** Sides that have sent FIN, or a close frame after ours. */
  readonly #done = new Set<Side>();
  #ending: Ending | undefined;
  #isClosedByUs = false;
  #isOver = false;

  constructor(options: RelayOptions) {
    this.#options = options;
    this.#timer = new Timer(options.clock);
    this.#directions = { in: this.#direction('server'), out: this.#direction('client') };
    this.#gates = options.openGates?.(options.observed, this.#directions);
    if (this.#gates) {
      this.#directions.in.useGate(this.#gates.gates.in);
      this.#directions.out.useGate(this.#gates.gates.out);
    }
  }

  get gates(): SocketGates | undefined {
    return this.#gates;
  }

  /** Takes what came from a side. */
  read(side: Side, chunk: Uint8Array): void {
    if (!this.#isOver) {
      this.#directions[directions[side]].read(chunk);
    }
  }

  /** FIN has come from a side. */
  ended(side: Side): void {
    if (this.#isOver) {
      return;
    }
    this.#ending ??= { how: 'end', side };
    this.#directions[directions[side]].sourceEnded();
    // It may still read what comes (RFC 9293, section 3.6), but the user's decision can take for ever: what
    // is held for it is not delivered.
    this.#gates?.gates[directions[others[side]]].targetEnded();
    this.#isDone(side);
  }

  /** The socket of a side has failed; `error` is the code of the platform. */
  lost(side: Side, error: string, message: string): void {
    if (this.#isOver || this.#gone.has(side)) {
      return;
    }
    this.#ending ??= { how: 'lost', side, error, message };
    this.#gone.add(side);
    const other = others[side];
    this.#shut();
    this.#options.legs[other].reset();
    this.closed(other);
  }

  /** The socket of a side is gone. */
  closed(side: Side): void {
    if (this.#isOver) {
      return;
    }
    this.#gone.add(side);
    this.#shutDirection(directions[others[side]]);
    if (this.#gone.size === 2) {
      this.#finish();
    }
  }

  /**
   * Sends a message of the user's to a side.
   *
   * @throws UserError if that is not possible any more
   */
  send(message: MessageData, to: Side, shown?: MessageData): void {
    const direction = directions[others[to]];
    if (this.#isOver || this.#isClosedByUs || this.#gone.has(to)) {
      throw new UserError('This socket has ended. Wait for its client to connect again.');
    }
    if (!this.#directions[direction].canSend) {
      throw new UserError(
        `Nothing can be sent to the ${to} any more: where a message could be put among those of ` +
          `the ${others[to]} is not known, or the ${others[to]} has ended its side.`,
      );
    }
    const gate = this.#gates?.gates[direction];
    if (gate) {
      gate.inject(message, shown);
    } else {
      const kind = typeof message === 'string' ? 'text' : 'binary';
      this.#directions[direction].send(
        kind,
        typeof message === 'string' ? encoder.encode(message) : message,
        () => undefined,
      );
    }
  }

  /**
   * Sends a close frame to both sides, and ends them when they have answered, after three seconds at the
   * latest.
   *
   * @param why the sentence of the row
   */
  close(code: number, reason: string, why: string): void {
    if (this.#isOver || this.#isClosedByUs) {
      return;
    }
    this.#ending ??= { how: 'own', code, reason, why };
    this.#gates?.stop();
    this.#isClosedByUs = true;
    const payload = closePayload(code, reason);
    this.#directions.in.sendClose(payload);
    this.#directions.out.sendClose(payload);
    for (const side of ['client', 'server'] as const) {
      this.#options.legs[side].setPaused(false);
    }
    this.#timer.start(closeTimeoutMs, () => this.#endBoth());
    if (this.#done.size === 2) {
      this.#endBoth();
    }
  }

  /** Ends both sides without a close frame. */
  cut(why: string): void {
    if (!this.#isOver) {
      this.#endedHere(why);
      this.#endBoth();
    }
  }

  /** Drops both sides at once. */
  dispose(why = 'Dropped: the tap was closed.'): void {
    if (!this.#isOver) {
      this.#endedHere(why);
      this.#options.legs.client.reset();
      this.#options.legs.server.reset();
      this.#finish();
    }
  }

  #endedHere(why: string): void {
    this.#isClosedByUs = true;
    this.#ending ??= { how: 'own', code: CloseCode.Abnormal, reason: '', why };
  }

  #direction(source: Side): RelayDirection {
    const { observed, legs, agreement, maxMessageBytes, clock, createInflater, fillRandom } =
      this.#options;
    const target = legs[others[source]];
    return new RelayDirection(directions[source], {
      clock,
      sink: observed,
      agreement,
      maxMessageBytes,
      createInflater,
      fillRandom,
      write: bytes => target.write(bytes),
      end: () => {
        if (!this.#isClosedByUs) {
          target.end();
        }
      },
      setPaused: isPaused => legs[source].setPaused(isPaused),
      close: (code, reason, why) => this.close(code, reason, why),
      onCloseFrame: payload => {
        this.#ending ??= { how: 'close', side: source, payload: new Uint8Array(payload) };
        this.#isDone(source);
      },
    });
  }

  #isDone(side: Side): void {
    this.#done.add(side);
    if (this.#isClosedByUs && this.#done.size === 2) {
      this.#endBoth();
    }
  }

  /** Nothing goes on any more, neither way. */
  #shut(): void {
    this.#shutDirection('in');
    this.#shutDirection('out');
  }

  #shutDirection(direction: Direction): void {
    this.#directions[direction].shut();
    this.#gates?.gates[direction].targetLost();
  }

  #endBoth(): void {
    this.#timer.dispose();
    this.#shut();
    this.#options.legs.client.end();
    this.#options.legs.server.end();
    // Who does not end its own side now never will.
    this.#timer.start(closeTimeoutMs, () => {
      this.#options.legs.client.reset();
      this.#options.legs.server.reset();
      this.#finish();
    });
  }

  #finish(): void {
    if (this.#isOver) {
      return;
    }
    this.#shut();
    this.#isOver = true;
    this.#timer.dispose();
    this.#gates?.dispose();
    this.#directions.in.dispose();
    this.#directions.out.dispose();
    const { observed, onEnd } = this.#options;
    observed.report(endingRow(this.#ending ?? { how: 'end', side: 'server' }));
    observed.end();
    onEnd();
  }
}

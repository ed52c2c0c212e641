import type { MessageData } from '../../message/outgoingMessage.ts';
import {
  flagsOf,
  flagsOfTap,
  isMessage,
  kindOf,
  RowFlag,
  type Direction,
  type TapAction,
} from '../../record/record.ts';
import type { TransitMessage } from '../gate.ts';
import type { DirectionGatePorts } from './gatePorts.ts';
import type { Waiting } from './waitingQueue.ts';

type OutputPorts = Pick<DirectionGatePorts, 'clock' | 'direction' | 'outlet' | 'sink'>;

const encoder = new TextEncoder();

/** Sends the messages of a direction, and records each when it has gone out or when it never will. */
export class RecordingOutput {
  readonly #ports: OutputPorts;
  readonly #onUnsent: (sentence: string) => void;
  /** Those that waited for the user. */
  readonly #held = new WeakSet<TransitMessage>();

  /** @param onUnsent is told of a message of the user's that was not sent */
  constructor(ports: OutputPorts, onUnsent: (sentence: string) => void) {
    this.#ports = ports;
    this.#onUnsent = onUnsent;
  }

  /** The row of this message is to say that it waited for the user. */
  markHeld(message: TransitMessage): void {
    this.#held.add(message);
  }

  forward(message: TransitMessage, at: number): void {
    this.#ports.outlet.forward(message, isSent => this.#recordDone(message, at, isSent));
  }

  /** Does not send a message. */
  drop(message: TransitMessage, at: number): void {
    this.#ports.outlet.discard(message);
    this.recordDropped(message, at);
  }

  /** Records a message that nobody can be sent any more. */
  recordDropped(message: TransitMessage, at: number): void {
    this.#record(message, at, 'dropped');
  }

  /** Sends a message of the user's; `shown` stands for it in the row. */
  inject(message: MessageData, shown?: MessageData): void {
    const { outlet, sink, direction } = this.#ports;
    const kind = typeof message === 'string' ? 'text' : 'binary';
    const masked = shown === undefined ? 0 : RowFlag.Masked;
    const flags = flagsOf(kind, direction) | RowFlag.Injected | masked;
    outlet.send(kind, bytesOf(message), isSent => {
      if (isSent) {
        sink.append(this.#now, flags, bytesOf(shown ?? message));
      } else {
        this.#onUnsent(
          `A message of yours was not sent to ${targetOf(direction)}: it waited for the end of another one when ` +
            'the socket ended.',
        );
      }
    });
  }

  /** Goes on before messages that came earlier. */
  overtake({ message, edited }: Pick<Waiting, 'message' | 'edited'>): void {
    const { outlet } = this.#ports;
    const kind = kindOf(message.flags);
    if (edited !== undefined) {
      this.replace(message, edited, this.#now);
    } else if (kind === 'text' || kind === 'binary') {
      outlet.discard(message);
      outlet.send(kind, message.payload, isSent => this.#recordDone(message, this.#now, isSent));
    } else {
      this.forward(message, this.#now);
    }
  }

  /** Sends what a rule or the user has made of a message in its place. */
  replace(message: TransitMessage, edited: MessageData, at: number): void {
    const kind = typeof edited === 'string' ? 'text' : 'binary';
    const payload = bytesOf(edited);
    if (kind === kindOf(message.flags) && isSameBytes(payload, message.payload)) {
      this.forward(message, at);
      return;
    }
    const { outlet } = this.#ports;
    outlet.discard(message);
    outlet.send(kind, payload, isSent => {
      this.#record(message, at, isSent ? 'original' : 'dropped');
      if (isSent) {
        this.#recordMade(kind, payload, at, 'edited', message);
      }
    });
  }

  /** Sends a message once more. */
  duplicate(message: TransitMessage, at: number): void {
    const kind = kindOf(message.flags);
    if (kind === 'text' || kind === 'binary') {
      this.#ports.outlet.send(kind, message.payload, isSent => {
        if (isSent) {
          this.#recordMade(kind, message.payload, at, 'injected', message);
        }
      });
    }
  }

  get #now(): number {
    return this.#ports.clock.now();
  }

  /** Records what was made of a message. */
  #recordMade(
    kind: 'text' | 'binary',
    payload: Uint8Array,
    at: number,
    action: TapAction,
    message: TransitMessage,
  ): void {
    const { sink, direction } = this.#ports;
    const flags = flagsOf(kind, direction) | flagsOfTap(action) | this.#heldFlag(message);
    sink.append(at, flags, payload);
  }

  #heldFlag(message: TransitMessage): number {
    return this.#held.has(message) ? RowFlag.Held : 0;
  }

  #recordDone(message: TransitMessage, at: number, isSent: boolean): void {
    const isLost = !isSent && isMessage(message.flags);
    this.#record(message, at, isLost ? 'dropped' : undefined);
  }

  #record(message: TransitMessage, at: number, action?: TapAction): void {
    const { flags, payload, frame } = message;
    const all = flags | (action ? flagsOfTap(action) : 0) | this.#heldFlag(message);
    if (frame) {
      this.#ports.sink.append(at, all, payload, frame);
    } else {
      this.#ports.sink.append(at, all, payload);
    }
  }
}

export function sourceOf(direction: Direction): string {
  return direction === 'in' ? 'the server' : 'the client';
}

export function targetOf(direction: Direction): string {
  return direction === 'in' ? 'the client' : 'the server';
}

function bytesOf(message: MessageData): Uint8Array {
  return typeof message === 'string' ? encoder.encode(message) : message;
}

function isSameBytes(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, at) => byte === other[at]);
}

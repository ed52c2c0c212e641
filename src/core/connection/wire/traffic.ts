import type { Clock } from '../../base/clock.ts';
import type { FrameFacts } from '../../record/frameFacts.ts';
import { flagsOf, RowFlag, type Direction } from '../../record/record.ts';
import { CloseCode } from './closeCode.ts';
import type { MessageData } from '../../message/outgoingMessage.ts';

/** Given every message and control frame, both ways. Payloads are lent for the call only. */
export interface TrafficSink {
  /**
   * @param at the wall clock in milliseconds
   * @param flags see record.ts
   * @param frame how a message arrived, unless it came in one piece
   */
  append(at: number, flags: number, payload: Uint8Array, frame?: FrameFacts): void;
}

const textIn = flagsOf('text', 'in');
const textAnswer = flagsOf('text', 'in', true);
const binaryIn = flagsOf('binary', 'in');
const encoder = new TextEncoder();

/** Records what goes over a connection, with its time and its kind. */
export class Traffic {
  readonly #clock: Clock;
  readonly #sink: TrafficSink;
  /** When the latest bytes came, or a later row was written down. */
  #at = 0;

  constructor(clock: Clock, sink: TrafficSink) {
    this.#clock = clock;
    this.#sink = sink;
  }

  /**
   * To be called before what arrives with some bytes is given to `received`: it has their time, so
   * that the clock is not read for each message of a flood.
   */
  arrived(): void {
    this.#at = this.#clock.now();
  }

  received(payload: Uint8Array, isText: boolean, isHeartbeat: boolean, frame?: FrameFacts): void {
    const flags = isText ? (isHeartbeat ? textAnswer : textIn) : binaryIn;
    if (frame) {
      this.#sink.append(this.#at, flags | frameFlags(frame), payload, frame);
    } else {
      this.#sink.append(this.#at, flags, payload);
    }
  }

  /** @param shown recorded in place of a message that holds secrets */
  sent(message: MessageData, isHeartbeat: boolean, shown?: MessageData): void {
    const kind = typeof message === 'string' ? 'text' : 'binary';
    const flags = flagsOf(kind, 'out', isHeartbeat) | maskFlag(shown);
    this.#append(flags, bytesOf(shown ?? message));
  }

  control(kind: 'ping' | 'pong', direction: Direction, payload: Uint8Array): void {
    this.#append(flagsOf(kind, direction, true), payload);
  }

  /** A ping of the user's own, or the pong that answers it. */
  asked(
    kind: 'ping' | 'pong',
    direction: Direction,
    payload: Uint8Array,
    shown?: Uint8Array,
  ): void {
    const flags = flagsOf(kind, direction) | maskFlag(shown);
    this.#append(flags, shown ?? payload);
  }

  /** A close frame: code and reason (RFC 6455, section 5.5.1). */
  closeFrame(direction: Direction, code: number, reason: string, isMasked = false): void {
    const text = encoder.encode(reason);
    const hasCode = code !== CloseCode.NoStatus;
    const payload = new Uint8Array(hasCode ? 2 + text.byteLength : 0);
    if (hasCode) {
      new DataView(payload.buffer).setUint16(0, code);
      payload.set(text, 2);
    }
    const flags = flagsOf('close', direction) | (isMasked ? RowFlag.Masked : 0);
    this.#append(flags, payload);
  }

  #append(flags: number, payload: Uint8Array): void {
    this.arrived();
    this.#sink.append(this.#at, flags, payload);
  }
}

function frameFlags({ isCompressed, fragmentCount }: FrameFacts): number {
  return (isCompressed ? RowFlag.Compressed : 0) | (fragmentCount > 1 ? RowFlag.Fragmented : 0);
}

function maskFlag(shown: MessageData | undefined): number {
  return shown === undefined ? 0 : RowFlag.Masked;
}

function bytesOf(message: MessageData): Uint8Array {
  return typeof message === 'string' ? encoder.encode(message) : message;
}

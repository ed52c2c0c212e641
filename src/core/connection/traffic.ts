import type { Clock } from '../base/clock.ts';
import { flagsOf, type Direction } from '../capture/record.ts';
import { CloseCode } from './closeCode.ts';
import type { OutgoingMessage } from './options.ts';

/** Given every message and control frame, both ways. Payloads are lent for the call only. */
export interface TrafficSink {
  /** @param at the wall clock in milliseconds; @param flags as `flagsOf` makes them */
  append(at: number, flags: number, payload: Uint8Array): void;
}

const textIn = flagsOf('text', 'in');
const textAnswer = flagsOf('text', 'in', true);
const binaryIn = flagsOf('binary', 'in');
const encoder = new TextEncoder();

/** Writes down what goes over a connection, with its time and its kind. */
export class Traffic {
  readonly #clock: Clock;
  readonly #sink: TrafficSink;

  constructor(clock: Clock, sink: TrafficSink) {
    this.#clock = clock;
    this.#sink = sink;
  }

  received(payload: Uint8Array, isText: boolean, isHeartbeat: boolean): void {
    const flags = isText ? (isHeartbeat ? textAnswer : textIn) : binaryIn;
    this.#sink.append(this.#clock.now(), flags, payload);
  }

  sent(message: OutgoingMessage, isHeartbeat: boolean): void {
    const isText = typeof message === 'string';
    const flags = flagsOf(isText ? 'text' : 'binary', 'out', isHeartbeat);
    this.#sink.append(this.#clock.now(), flags, isText ? encoder.encode(message) : message);
  }

  control(kind: 'ping' | 'pong', direction: Direction, payload: Uint8Array): void {
    this.#sink.append(this.#clock.now(), flagsOf(kind, direction, true), payload);
  }

  /** A close frame: code and reason (RFC 6455, section 5.5.1). */
  closeFrame(direction: Direction, code: number, reason: string): void {
    const text = encoder.encode(reason);
    const hasCode = code !== CloseCode.NoStatus;
    const payload = new Uint8Array(hasCode ? 2 + text.byteLength : 0);
    if (hasCode) {
      new DataView(payload.buffer).setUint16(0, code);
      payload.set(text, 2);
    }
    this.#sink.append(this.#clock.now(), flagsOf('close', direction), payload);
  }
}

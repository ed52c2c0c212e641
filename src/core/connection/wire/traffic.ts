import type { Clock } from '../../base/clock.ts';
import type { FrameFacts } from '../../record/frameFacts.ts';
import type { TextRun } from '../../record/textRun.ts';
import { FeedMeter } from '../../metrics/feedMeter.ts';
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

/** The sink of a connection, which also gets what came at once. */
export interface ConnectionSink extends TrafficSink {
  /** The same for received texts, which all have these flags. */
  appendTexts(at: number, flags: number, run: TextRun): void;
}

const textIn = flagsOf('text', 'in');
const textAnswer = flagsOf('text', 'in', true);
const binaryIn = flagsOf('binary', 'in');
const encoder = new TextEncoder();

/** Records what goes over a connection, with its time and its kind. */
export class Traffic {
  readonly #clock: Clock;
  readonly #sink: ConnectionSink;
  /** The messages that are no answers to a heartbeat. */
  readonly feed = new FeedMeter();
  /** When the latest bytes came, or a later row was written down. */
  #at = 0;
  #inputAt = 0;

  constructor(clock: Clock, sink: ConnectionSink) {
    this.#clock = clock;
    this.#sink = sink;
  }

  /**
   * To be called before what arrives with some bytes is given to `received`: it has their time, so
   * that the clock is not read for each message of a flood.
   */
  arrived(): void {
    this.#at = this.#clock.now();
    this.#inputAt = this.#at;
  }

  /** When the peer last gave a sign of life, in milliseconds since 1970. */
  get inputAt(): number {
    return this.#inputAt;
  }

  received(payload: Uint8Array, isText: boolean, isHeartbeat: boolean, frame?: FrameFacts): void {
    const flags = isText ? (isHeartbeat ? textAnswer : textIn) : binaryIn;
    if (!isHeartbeat) {
      this.feed.add(this.#at);
    }
    if (frame) {
      this.#sink.append(this.#at, flags | frameFlags(frame), payload, frame);
    } else {
      this.#sink.append(this.#at, flags, payload);
    }
  }

  /** Texts of which none answers a heartbeat. */
  receivedTexts(run: TextRun): void {
    this.feed.add(this.#at, run.count);
    this.#sink.appendTexts(this.#at, textIn, run);
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
    this.#at = this.#clock.now();
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

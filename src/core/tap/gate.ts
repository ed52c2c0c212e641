import type { Event } from '../base/event.ts';
import type { Disposable } from '../base/lifecycle.ts';
import type { StateRow } from '../connection/report.ts';
import type { TrafficSink } from '../connection/wire/traffic.ts';
import type { MessageData } from '../message/outgoingMessage.ts';
import type { FrameFacts } from '../record/frameFacts.ts';
import type { Direction } from '../record/record.ts';
import type { HeldMessages } from '../slot/heldMessages.ts';

/**
 * A whole message of one direction, or a control frame, as the relay read it. The relay may hang
 * onto it whatever it needs to send it on: a gate gives the same object back.
 */
export interface TransitMessage {
  /** Kind, direction, Compressed and Fragmented, see `RowFlag`. */
  readonly flags: number;
  /** When its last byte came, in milliseconds since 1970. */
  readonly at: number;
  /** Unmasked and inflated. Nobody changes it. */
  readonly payload: Uint8Array;
  readonly frame?: FrameFacts;
}

/** A message that is longer is neither kept nor matched: it streams through. Bytes, inflated. */
export const maxGatedByteLength = 4 * 1024 * 1024;

/**
 * What becomes of each message of one direction of a tapped socket. The relay asks only while
 * `isActive`, which it reads at the start of each message; otherwise it copies bytes and records by
 * itself. While it is active, the gate records, and sends through its `GateOutlet`, at once or later.
 */
export interface MessageGate {
  /** A rule is enabled for this direction, or something still waits. */
  readonly isActive: boolean;
  /** Takes each message and control frame, in the order in which they came. */
  receive(message: TransitMessage): void;
  /**
   * Takes a message that has become longer than `maxGatedByteLength` while it was read. The relay
   * reads no further until the gate calls `GateOutlet.streamThrough`, and then copies and records
   * it as without a gate.
   *
   * @param message with what came of it so far
   */
  receiveLarge(message: TransitMessage): void;
  /**
   * Takes a compressed message that cannot be inflated, as `receiveLarge` does: its payload is not what
   * was sent.
   */
  receiveUnreadable(message: TransitMessage): void;
  /** The source has ended or broken its stream: `GateOutlet.end` follows when nothing waits. */
  sourceEnded(): void;
  /**
   * The target has ended its own stream, and may still read: what is held is recorded as not delivered,
   * and what comes later goes on.
   */
  targetEnded(): void;
  /** The target takes nothing any more: what waits is recorded as not delivered. */
  targetLost(): void;
  /** Sends a message of the user's at once, before what waits, and records it when it has gone out. */
  inject(message: MessageData, shown?: MessageData): void;
}

/** Called once: when a message has gone out, or when it is certain that it never will. */
export type OnDone = (isSent: boolean) => void;

/**
 * What the relay does for the gate of a direction. It goes out in the order of the calls, never
 * between the fragments of another message (RFC 6455, section 5.4).
 */
export interface GateOutlet {
  /** Sends what came, as it came where that still can be understood (RFC 7692, section 7.2). */
  forward(message: TransitMessage, onDone: OnDone): void;
  /**
   * The message will not be forwarded, or not in its turn. A receiver's window will lack it: from
   * now on messages are forwarded uncompressed.
   */
  discard(message: TransitMessage): void;
  /** Sends a message that did not come, uncompressed and in one frame. */
  send(kind: 'text' | 'binary', payload: Uint8Array, onDone: OnDone): void;
  /** The message that `receiveLarge` or `receiveUnreadable` got goes on. */
  streamThrough(): void;
  /** Closes both sides with a close frame of ours. */
  close(code: number, reason: string): void;
  /** Passes on that the source has ended. */
  end(): void;
  /** Reads no more of the source, until `resume`. */
  pause(): void;
  resume(): void;
}

/** Where a gate records: the observed socket. */
export interface GateSink extends TrafficSink {
  report(row: StateRow, at?: number, isRemark?: boolean): void;
}

/** The gates of one tapped socket. */
export interface SocketGates extends Disposable {
  /** `out`: from the client to the server. */
  readonly gates: Readonly<Record<Direction, MessageGate>>;
  readonly held: HeldMessages;
  /** The relay stops: lets go all that waits, in its order, and touches nothing from then on. */
  stop(): void;
  /** Fires when `isActive` of a gate may have changed. */
  readonly onDidChange: Event<void>;
}

/**
 * Makes the gates of a new tapped socket.
 *
 * @param requestTarget path and query of the opening handshake
 */
export type OpenGates = (
  sink: GateSink,
  outlets: Readonly<Record<Direction, GateOutlet>>,
  requestTarget?: string,
) => SocketGates;

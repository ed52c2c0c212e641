import type { Event } from '../base/event.ts';
import type { MessageData } from '../message/outgoingMessage.ts';
import type { Direction, RowKind } from '../record/record.ts';

/** A message that waits in a tap for the user, or behind one that does. */
export interface HeldMessage {
  /** Names it among all that were held of its socket. */
  readonly number: number;
  readonly direction: Direction;
  /** When it came, in milliseconds since 1970. */
  readonly at: number;
  readonly kind: RowKind;
  readonly payload: Uint8Array;
  /** The match of the rule that holds it; absent if it only waits behind another one. */
  readonly heldBy?: string;
}

/** The state of one direction's queue. */
export interface HeldQueue {
  /** In the order in which they came, and will go. */
  readonly messages: readonly HeldMessage[];
  /** Bytes of all their payloads. */
  readonly byteLength: number;
  /** The queue is full: the source is not read any more, its pings neither. */
  readonly isFull: boolean;
  /** When all is let go since the source has closed, in milliseconds since 1970. */
  readonly releasedAt?: number;
}

/** What waits in the tap of one socket. A number that is not held any more is answered by `false`. */
export interface HeldMessages {
  readonly onDidChange: Event<void>;
  queue(direction: Direction): HeldQueue;
  /** Lets a message go on now, also before others that came earlier. */
  release(number: number, edited?: MessageData): boolean;
  drop(number: number): boolean;
  /** Lets all go on in their order: of one direction, or of both. */
  releaseAll(direction?: Direction): void;
}

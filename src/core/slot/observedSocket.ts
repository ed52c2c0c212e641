import type { Event } from '../base/event.ts';
import type { StateRow } from '../connection/report.ts';
import type { TrafficSink } from '../connection/wire/traffic.ts';
import type { MessageData } from '../message/outgoingMessage.ts';
import type { HeldMessages } from './heldMessages.ts';

/** Who has the sockets: a tap, or a debug session that is watched. */
export interface SocketOwner {
  readonly kind: 'tap' | 'watch';
  /**
   * Names it among all owners of this window: the name of the tap, the id of the session. An owner
   * that is the successor of one that has ended, such as a debug session that was started again, may
   * have its id: then its sockets continue the slots of that one.
   */
  readonly id: string;
  /** What the tree shows over its slots: `api`, `Chrome`. A stranger's text. */
  readonly label: string;
}

/** What is known of a socket when it is first seen. All of it is a stranger's text. */
export interface SocketOrigin {
  readonly owner: SocketOwner;
  /** The path of its URL, without the query. Sockets of one owner and path follow each other in one slot. */
  readonly path: string;
  /** What the slot is named if it is new: `api /cable`, `Shop /ws`. */
  readonly name: string;
  /** Without user information and values of the query: it may be shown and copied. */
  readonly url: string;
  /** Its source tells of whole messages only, never of pings, pongs and close frames. */
  readonly messagesOnly?: true;
}

/** The sides of a socket that a message can be sent to. */
export type Side = 'server' | 'client';

/** What can be done to an observed socket; absent where it can only be watched. */
export interface SocketControl {
  /** The origin (RFC 6454) of the server, by which is decided which secrets may be sent to it. */
  readonly serverOrigin: string;
  /**
   * Sends a message of the user's into the socket. Rejects with a UserError if it has ended.
   * Records the message itself, `shown` in place of one that holds secrets.
   */
  send(message: MessageData, to: Side, shown?: MessageData): Promise<void>;
  /** Closes both sides with this code. */
  close(code: number, reason: string): void;
  /** What waits for the user, where messages can be held. */
  readonly held?: HeldMessages | undefined;
}

/** Where a socket that this window has not dialled is recorded. */
export interface ObservedSocket extends TrafficSink {
  /**
   * Adds a row for a change of its state, which the slot shows from then on.
   *
   * @param at milliseconds since 1970; now if it is absent
   * @param isRemark it is about what passes: the slot goes on showing the state that it has
   */
  report(row: StateRow, at?: number, isRemark?: boolean): void;
  /** Messages come faster than they can be stored: who can pause the peer should do so. */
  readonly isUnderPressure: boolean;
  readonly onDidChangePressure: Event<boolean>;
  /** The socket is gone: its slot may take the next one of its owner and path. */
  end(): void;
}

/** Gives each socket its slot. */
export type ObserveSocket = (origin: SocketOrigin, control?: SocketControl) => ObservedSocket;

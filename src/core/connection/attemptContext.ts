import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/logger.ts';
import type { HandshakeFacts } from '../record/handshakeFacts.ts';
import type { PongMemory } from './keepAlive.ts';
import type { DialLimiter } from './retry/dialLimiter.ts';
import type { RetryPolicy } from './retry/retryPolicy.ts';
import type { OnOpenPorts } from './send/onOpenMessages.ts';
import type { SendTarget } from './send/outbox.ts';
import type { Cause } from './state/cause.ts';
import type { ConnectionOptions } from './state/options.ts';
import type { ConnectionState } from './state/state.ts';
import type { ConnectionSink, Traffic } from './wire/traffic.ts';
import type { HandshakeRequestOptions, PreparedHandshake } from './wire/transport.ts';

/** What a connection needs from its surroundings. */
export interface ConnectionPorts {
  readonly clock: Clock;
  readonly log: Logger;
  /** Returns a number from 0 up to, not including, 1. */
  readonly random: () => number;
  /** Shared by all connections, so that they take turns. */
  readonly limiter: DialLimiter;
  /**
   * Prepares an opening handshake, with secrets and certificate files. Rejects with a `UserError` if
   * something is missing, or with `CancellationError`; nothing has been sent then.
   */
  readonly prepare: (options: HandshakeRequestOptions) => Promise<PreparedHandshake>;
  readonly traffic: ConnectionSink;
  readonly opening: OnOpenPorts;
  /** Adds a row to the list that says what happened to a message. */
  readonly notice: (sentence: string) => void;
  /** Masks the secrets that were sent in what the peer says. */
  readonly redact: (text: string) => string;
}

/** How an attempt reports to its connection. It reports nothing after it was disposed of. */
interface AttemptEvents {
  /** The handshake is ready and is about to be dialled. The connection may dispose of the attempt. */
  readonly onDial: (prepared: PreparedHandshake) => void;
  readonly onHandshake: (facts: HandshakeFacts) => void;
  /** Open or closing. The connection may dispose of the attempt. */
  readonly onState: (state: ConnectionState) => void;
  /** The messages of the setting `onOpen` have been sent, or will not be. */
  readonly onOnOpenSent: (open: SendTarget) => void;
  /** A message closes the connection, or the user has cancelled a prompt. */
  readonly onDisconnect: (code?: number, reason?: string, shown?: string) => void;
  /** The attempt has ended, for whatever reason. The connection disposes of it. */
  readonly onEnd: (cause: Cause) => void;
}

/** What all attempts of one connection share; the connection owns it. */
export interface AttemptContext {
  readonly ports: ConnectionPorts;
  readonly traffic: Traffic;
  readonly retries: RetryPolicy;
  readonly events: AttemptEvents;
  /** The current settings. */
  readonly options: () => ConnectionOptions;
  /** What is known of the endpoint's pongs. */
  readonly pongs: () => PongMemory;
  readonly isPaused: () => boolean;
  /** Whether the peer refused the login of the attempt before; true only once for each refusal. */
  readonly takeLoginRefused: () => boolean;
}

/** Which attempt it is. */
export interface AttemptNumber {
  /** Counts all attempts of the connection: tells the pongs of this one from those of older ones. */
  readonly epoch: number;
  /** Whether the connection was not open yet since the user connected. */
  readonly isFirstOpen: boolean;
}

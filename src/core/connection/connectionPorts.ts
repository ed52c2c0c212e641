import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/logger.ts';
import type { DialLimiter } from './retry/dialLimiter.ts';
import type { OnOpenPorts } from './send/onOpenMessages.ts';
import type { PreparedHandshake, HandshakeRequestOptions } from './prepared.ts';
import type { TrafficSink } from './wire/traffic.ts';

/** What a connection needs from the world. */
export interface ConnectionPorts {
  readonly clock: Clock;
  readonly log: Logger;
  /** Returns a number from 0 up to, not including, 1. */
  readonly random: () => number;
  /** Shared by all connections, so that they take turns. */
  readonly limiter: DialLimiter;
  /**
   * Puts an opening handshake together, with secrets and certificate files. Rejects with a
   * `UserError` where something is missing, or with `CancellationError`; nothing has gone on the wire
   * then.
   */
  readonly prepare: (wishes: HandshakeRequestOptions) => Promise<PreparedHandshake>;
  readonly traffic: TrafficSink;
  readonly opening: OnOpenPorts;
  /** Says in the list what became of something that was to be sent. */
  readonly notice: (sentence: string) => void;
  /** Takes secrets that were sent out of what the peer says. */
  readonly redact: (text: string) => string;
}

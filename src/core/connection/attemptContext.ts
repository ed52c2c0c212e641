import type { Cause } from './state/cause.ts';
import type { ConnectionPorts } from './connectionPorts.ts';
import type { Endpoint } from '../endpoint/endpoint.ts';
import type { HandshakeFacts } from '../record/handshakeFacts.ts';
import type { PongMemory } from './keepAlive.ts';
import type { ConnectionOptions } from './state/options.ts';
import type { RetryPolicy } from './retry/retryPolicy.ts';
import type { Session } from './session.ts';
import type { ConnectionState } from './state/state.ts';
import type { Traffic } from './wire/traffic.ts';

/** What one attempt at a connection leaves to the next, and to those who look at it. */
export interface AttemptMemory {
  /** How many attempts there were. The number of the last one tells its pongs from older ones. */
  attempts: number;
  /** How often it was open since the user wanted it. */
  opens: number;
  isPaused: boolean;
  /** Secrets went into the handshake that was dialled last. */
  isRefreshable: boolean;
  isLoginRefused: boolean;
  /** What was dialled last, where its URL holds variables. */
  dialled: Endpoint | undefined;
  handshake: HandshakeFacts | undefined;
  pongs: PongMemory;
}

/** That of a connection that has never been tried. */
export function newMemory(): AttemptMemory {
  return {
    attempts: 0,
    opens: 0,
    isPaused: false,
    isRefreshable: false,
    isLoginRefused: false,
    dialled: undefined,
    handshake: undefined,
    pongs: noPongs(),
  };
}

/** Of an endpoint that has never been open. */
export function noPongs(): PongMemory {
  return { hasPonged: false, lostToSilence: 0 };
}

/** How an attempt says what becomes of it. It says nothing once it has been disposed of. */
export interface AttemptEvents {
  /** A step towards being open or closed. What it says may end the attempt at once. */
  readonly onState: (state: ConnectionState) => void;
  /** The messages of the settings have been sent, or will not be. */
  readonly onGreeted: (session: Session) => void;
  /** A message of the settings closes the connection, or the user has left a prompt. */
  readonly onDisconnect: (code?: number, reason?: string, shown?: string) => void;
  /** It has ended, whichever way. The attempt is disposed of by whoever hears this. */
  readonly onEnd: (cause: Cause) => void;
}

/** What all attempts at one connection have in common. */
export interface AttemptContext {
  readonly ports: ConnectionPorts;
  /** Those of the settings as they are now. */
  readonly options: () => ConnectionOptions;
  readonly traffic: Traffic;
  readonly retries: RetryPolicy;
  readonly memory: AttemptMemory;
  readonly events: AttemptEvents;
}

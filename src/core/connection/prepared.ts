import type { Endpoint } from '../endpoint/endpoint.ts';
import type { Dial } from './wire/transport.ts';

/** An opening handshake that is ready to be made. */
export interface PreparedHandshake {
  readonly dial: Dial;
  /** Secrets went into it, which may be others the next time. */
  readonly isRefreshable: boolean;
  /** What is dialled, for people, where variables were filled in: no secret is in it. */
  readonly endpoint?: Endpoint;
}

/** What a connection wants of its next opening handshake. */
export interface HandshakeRequestOptions {
  readonly withoutCompression: boolean;
  /** The user asked for it just now, and so can be asked for something. */
  readonly byUser: boolean;
  /** Nobody asked for it: it is made because a window opened, and is not to ask for permissions. */
  readonly isUnasked?: boolean;
  /** The peer did not accept the login of the attempt before. */
  readonly isLoginRefused: boolean;
  /** Does what takes its own time, as a person or a program does: it is not timed. */
  readonly untimed: <T>(work: () => PromiseLike<T>) => Promise<T>;
}

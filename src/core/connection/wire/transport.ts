import type { Disposable } from '../../base/lifecycle.ts';
import type { FrameFacts } from '../../record/frameFacts.ts';
import type { TextRun } from '../../record/textRun.ts';
import type { Endpoint } from '../../endpoint/endpoint.ts';
import type { HandshakeFacts, Phase } from '../../record/handshakeFacts.ts';

/** TLS material, read already; absent members are the platform's own choice. */
export interface TlsMaterial {
  readonly rejectUnauthorized: boolean;
  /** PEM. */
  readonly ca?: Uint8Array;
  /** PEM, or PKCS #12 where `key` is absent. */
  readonly cert?: Uint8Array;
  readonly key?: Uint8Array;
  readonly passphrase?: string;
  readonly servername?: string;
}

/** What is asked of the peer in one opening handshake. Secrets are in it: never log or store it. */
export interface Handshake {
  readonly endpoint: Endpoint;
  readonly subprotocols: readonly string[];
  readonly headers: Readonly<Record<string, string>>;
  readonly tls: TlsMaterial;
  /** Offers permessage-deflate (RFC 7692). */
  readonly compression: boolean;
  readonly maxMessageBytes: number;
  readonly followRedirects: boolean;
  readonly closeTimeoutMs: number;
  /** The URL of a proxy of this connection's own, credentials included; absent: the editor decides. */
  readonly proxy?: string;
  /** The kind of the remote window that this runs in, as the editor names it. */
  readonly remoteName?: string;
  /** What was filled in and must not be shown, wherever it is in all of this. */
  readonly secrets?: readonly string[];
}

/** What the peer answered. */
export interface Opened {
  readonly subprotocol: string;
  readonly extensions: string;
}

/** An error as the platform reports it. `code` decides; `message` is only shown. */
export interface TransportError {
  readonly code?: string;
  readonly message: string;
  /** The machine that a host such as `localhost` means, if it is not the user's own. */
  readonly machine?: string;
}

/** An HTTP answer in place of the 101. */
export interface Refusal {
  readonly status: number;
  readonly statusText: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Its body says that the port speaks TLS, which was not asked for. */
  readonly wantsTls?: boolean;
}

/** How a transport ended. `error` and `refusal` say what the close code alone would hide. */
export interface Ended {
  /** As received, 1005 for a close frame without one, 1006 for none at all. */
  readonly code: number;
  readonly reason: string;
  /** How far the opening handshake had come; absent once it was through. */
  readonly phase?: Phase;
  readonly error?: TransportError;
  readonly refusal?: Refusal;
}

/**
 * Receives everything that happens on one transport, in order. Payloads are lent: they are valid only during the
 * call.
 */
export interface TransportListener {
  onPhase(phase: Phase): void;
  /** Once for each attempt that came to a handshake, right before `onOpen` or `onEnd`. */
  onHandshake(facts: HandshakeFacts): void;
  onOpen(opened: Opened): void;
  /** Bytes have arrived. Called before the messages that they complete are reported. */
  onInput(): void;
  /** @param frame absent if nothing is known, or if the message came in one piece */
  onMessage(payload: Uint8Array, isText: boolean, frame?: FrameFacts): void;
  /** Several texts at once, so that a flood needs no call for each. */
  onTexts(run: TextRun): void;
  onPing(payload: Uint8Array): void;
  /** A ping of the peer's was answered by the transport itself (RFC 6455, section 5.5.3). */
  onPongSent(payload: Uint8Array): void;
  onPong(payload: Uint8Array): void;
  /** Called exactly once, as the last, also if it never opened. */
  onEnd(ended: Ended): void;
}

/** One attempt at one connection. Disposing of it drops the socket; nothing is reported after that. */
export interface Transport extends Disposable {
  /** Bytes received so far, frame headers included: they tell a live connection from a dead one. */
  readonly bytesRead: number;
  /** Bytes that the peer has not taken yet. */
  readonly bufferedBytes: number;
  /** `done` is called once, with an error if the data was not written. */
  send(data: string | Uint8Array, done: (error?: Error) => void): void;
  ping(payload: Uint8Array): void;
  /** Starts the closing handshake. `onEnd` follows, at the latest after the close timeout. */
  close(code: number, reason: string): void;
  /** Stops or starts reading from the socket, so that TCP slows the peer. */
  setPaused(paused: boolean): void;
}

/**
 * Starts one attempt. Reports nothing before it has returned.
 *
 * @throws Error if no request can be made, for example because of a malformed header
 */
export type Dial = (listener: TransportListener) => Transport;

/** An opening handshake that is ready to be made. */
export interface PreparedHandshake {
  readonly dial: Dial;
  /** Secrets went into it, which may be others the next time. */
  readonly isRefreshable: boolean;
  /** What is dialled, with variables filled in but secrets masked; absent if there are none. */
  readonly endpoint?: Endpoint;
}

/** Options of one opening handshake. */
export interface HandshakeRequestOptions {
  readonly withoutCompression: boolean;
  /** The user asked for it just now, and can be prompted. */
  readonly byUser: boolean;
  /** It is made because a window opened, and must not prompt for permissions. */
  readonly isUnasked?: boolean;
  /** The peer did not accept the login of the attempt before. */
  readonly isLoginRefused: boolean;
  /** Runs work whose duration does not count against the connect timeout, such as a prompt. */
  readonly untimed: <T>(work: () => PromiseLike<T>) => Promise<T>;
}

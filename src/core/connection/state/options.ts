import type { Timing } from '../../library/library.ts';
import type { MessageBody } from '../../message/messageBody.ts';
import type { Origin } from '../../variables/value.ts';
import type { Endpoint } from '../../endpoint/endpoint.ts';

/** A rule of the user's, tried before the built-in ones. Exactly one of the first three is set. */
export interface UserRule {
  /** A close code, a range such as `4000-4099`, or `*`. */
  readonly close?: number | string;
  /** An HTTP status, a range such as `500-599`, or `*`. */
  readonly status?: number | string;
  /** An error code such as `ECONNREFUSED`, or `*`. */
  readonly error?: string;
  readonly action: 'retry' | 'stop';
  readonly delayMs?: number;
  /** `false`: the failure is not counted against the number of attempts. */
  readonly counts?: boolean;
}

/** Exponential back-off. All times in milliseconds. */
export interface BackoffPolicy {
  readonly initialMs: number;
  readonly factor: number;
  readonly maxMs: number;
  /** 0 to 1: the share of each delay that is random. */
  readonly jitter: number;
}

interface ReconnectOptions extends BackoffPolicy {
  readonly enabled: boolean;
  /** Failures in a row until the endpoint has once been stable; 0 is no limit. */
  readonly maxAttempts: number;
  /** Failures in a row afterwards, until the user connects again; 0 is no limit. */
  readonly maxAttemptsAfterSuccess: number;
  /** Open this long before failures are forgotten; `Infinity`: never. */
  readonly stableAfterMs: number;
  readonly rules: readonly UserRule[];
}

export interface HeartbeatOptions {
  /** Protocol pings (RFC 6455, section 5.5.2). */
  readonly ping: boolean;
  readonly intervalMs: number;
  readonly timeoutMs: number;
  /** A text that is sent at an interval; empty if there is none. */
  readonly message: string;
  readonly messageIntervalMs: number;
  /** What answers `message`: a text, or `/a regular expression/flags`; empty: nothing is expected. */
  readonly expect: string;
}

/** Of messages that wait for the connection to open. */
export interface QueueLimits {
  /** 0: nothing waits. */
  readonly maxMessages: number;
  readonly maxBytes: number;
  readonly maxAgeMs: number;
}

/** What is sent by itself when the connection opens. */
export interface OnOpenEntry {
  /** On each open, only after the user connected, or only after a loss. */
  readonly when: 'every' | 'first' | 'reconnect';
  /** A message, or the path of a sequence of the library. */
  readonly what: { readonly body: MessageBody } | { readonly sequence: string };
  /** Who wrote the setting. */
  readonly origin: Origin;
  readonly timing: Timing;
}

/** Everything that decides how one connection behaves, resolved from settings and presets. */
export interface ConnectionOptions {
  readonly endpoint: Endpoint;
  /** Sent in this order, before all else. */
  readonly onOpen: readonly OnOpenEntry[];
  readonly queue: QueueLimits;
  /** Over DNS, TCP, proxy, TLS, upgrade and redirects together. */
  readonly connectTimeoutMs: number;
  readonly closeTimeoutMs: number;
  readonly reconnect: ReconnectOptions;
  readonly heartbeat: HeartbeatOptions;
}

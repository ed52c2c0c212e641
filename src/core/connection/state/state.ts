import type { Cause } from './cause.ts';

/** Whether the peer gives signs of life: `suspect` after one ping without any. */
export type Health = 'ok' | 'suspect' | 'unverifiable';

/** Why nothing more is tried although the user has not asked to stop. */
export type StopReason = 'server-closed' | 'fatal' | 'exhausted' | 'disabled';

/** The settings that limit failures in a row. */
export type LimitKey = 'reconnect.maxAttempts' | 'reconnect.maxAttemptsAfterSuccess';

/** A failure and what was decided on it. */
export interface Failure {
  readonly cause: Cause;
  /** The name of the rule that decided. */
  readonly rule: string;
  readonly advice?: string | undefined;
  /** The setting that helps: one of ours, or one of the editor's by its full name. */
  readonly setting?: string | undefined;
  /** How long the connection had been open; absent if it never was. */
  readonly uptimeMs?: number | undefined;
  /** So many connections in a row were accepted and dropped. */
  readonly flaps?: number | undefined;
  /** On each of them the peer had sent something first. */
  readonly hadMessages?: boolean | undefined;
  /** The peer asked to be left alone: for so long, and so long it will be. */
  readonly hold?: { readonly askedMs: number; readonly delayMs: number } | undefined;
}

/** How far the retries have come. */
export interface Attempts {
  /** Failures in a row, this attempt not included. */
  readonly failures: number;
  /** How many end it; 0 is no limit. */
  readonly limit: number;
}

/** Which retry an attempt is; absent for one that the user asked for. */
interface Retry {
  readonly retry?: number | undefined;
}

/** How long a connection was lost before it opened again. */
export interface Reopened {
  /** When it opened, in milliseconds since 1970. */
  readonly at: number;
  readonly outageMs: number;
  /** The number of the retry; absent if the user asked for the attempt. */
  readonly attempt?: number;
  /** The messages a second that came before; absent if they did not come regularly. */
  readonly perSecond?: number;
}

/** Moments are of the monotonic clock. */
export type ConnectionState =
  | { readonly kind: 'idle'; readonly cause?: Cause }
  | ({ readonly kind: 'preparing' } & Attempts & Retry)
  | ({ readonly kind: 'connecting'; readonly startedAt: number } & Attempts & Retry)
  | {
      readonly kind: 'open';
      readonly openedAt: number;
      readonly subprotocol: string;
      readonly extensions: string;
      readonly health: Health;
      /** Absent if it was not lost before, and once its health has changed. */
      readonly again?: Reopened;
    }
  | { readonly kind: 'closing' }
  | ({ readonly kind: 'waiting'; readonly dueAt: number; readonly delayMs: number } & Attempts &
      Failure)
  | ({
      readonly kind: 'stopped';
      readonly why: StopReason;
      readonly failures: number;
      /** The setting whose limit was reached. */
      readonly limitedBy?: LimitKey | undefined;
      /** It is tried again when the user or the machine comes back. */
      readonly resumes?: boolean;
    } & Failure)
  | { readonly kind: 'disposed' };

/** The number of the next retry. A loss that is not counted is still followed by a first one. */
export function retryNumber({ failures }: Attempts): number {
  return Math.max(1, failures);
}

/** Whether the connection is trying to be, or is, open: what `disconnect` can end. */
export function isLive(state: ConnectionState): boolean {
  const { kind } = state;
  return kind !== 'idle' && kind !== 'stopped' && kind !== 'disposed';
}

/** Whether nothing more will happen unless somebody asks for it. */
export function isSettled(state: ConnectionState): boolean {
  return state.kind === 'open' || !isLive(state);
}

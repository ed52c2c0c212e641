import type { Socket } from 'node:net';
import type { Clock } from '../../core/base/clock.ts';
import { toDisposable } from '../../core/base/lifecycle.ts';

/**
 * Errors of an upstream that is about to come: nothing listens yet, its container has no name or no route
 * yet, or a forwarded port drops what it takes.
 */
const passing = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'EHOSTDOWN',
  'ENETUNREACH',
  'ENETDOWN',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
]);
/** How long an upstream that accepts no connection is left alone before it is tried again. */
export const retryPauseMs = 100;

/** A dial has taken longer than it may. */
export class DialTimeout extends Error {}

/** Whether it may help to dial again. */
export function mayPass(error: unknown): boolean {
  return error instanceof DialTimeout || passing.has(codeOf(error));
}

interface PatientDial {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** How long an upstream that accepts no connection is tried again; 0: not at all. */
  readonly waitMs: number;
  /** How long one dial may take. */
  readonly timeoutMs: number;
  /** Called once, when it is to be tried again. */
  readonly onWait: () => void;
  readonly dial: (signal: AbortSignal) => Promise<Socket>;
}

/** Dials until the upstream is there. Rejects as the last dial has, with a DialTimeout if it took too long. */
export async function dialPatiently(options: PatientDial): Promise<Socket> {
  const { clock, signal, waitMs, onWait } = options;
  const begin = clock.monotonic();
  let isFirst = true;
  for (;;) {
    try {
      return await dialOnce(options);
    } catch (error) {
      if (!mayPass(error) || signal.aborted || clock.monotonic() - begin >= waitMs) {
        throw error;
      }
      if (isFirst) {
        isFirst = false;
        onWait();
      }
      await pause(clock, signal);
    }
  }
}

async function dialOnce({ clock, signal, timeoutMs, dial }: PatientDial): Promise<Socket> {
  const control = new AbortController();
  const abort = () => control.abort();
  signal.addEventListener('abort', abort);
  const timer = clock.schedule(timeoutMs, () => control.abort(new DialTimeout()));
  try {
    const socket = await dial(control.signal);
    socket.on('close', () => signal.removeEventListener('abort', abort));
    return socket;
  } catch (error) {
    signal.removeEventListener('abort', abort);
    const reason: unknown = control.signal.reason;
    throw reason instanceof DialTimeout ? reason : error;
  } finally {
    timer.dispose();
  }
}

/** Happy eyeballs report an error for each address, and one code for all. */
function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

function pause(clock: Clock, signal: AbortSignal): Promise<void> {
  return new Promise(resolve => {
    const finish = () => {
      timer.dispose();
      signal.removeEventListener('abort', finish);
      resolve();
    };
    const timer = toDisposable(() => waiting.dispose());
    const waiting = clock.schedule(retryPauseMs, finish);
    signal.addEventListener('abort', finish);
  });
}

import { toDisposable, type Disposable } from './lifecycle.ts';

/** Makes a forgotten case of a union a type error; throws if a value contradicts its type. */
export function assertNever(value: never): never {
  throw new Error(`Unexpected value ${JSON.stringify(value)}`);
}

/**
 * What an error says, as one line. Node's error for several refused addresses has no message of its
 * own, so the messages of its parts are joined.
 */
export function messageOf(error: unknown): string {
  if (error instanceof AggregateError && error.message === '') {
    return error.errors.map(messageOf).join('; ');
  }
  return error instanceof Error ? error.message : String(error);
}

/** Thrown for what the user can put right. Its message is shown as it is. */
export class UserError extends Error {
  override readonly name = 'UserError';
}

/**
 * Thrown if the user cancels, or the window closes: nothing more is done, and nothing is shown. It has
 * the name of the editor's own error, so that `isCancellation` knows both.
 */
export class CancellationError extends Error {
  override readonly name = 'Canceled';

  constructor() {
    super('Canceled');
  }
}

/** Whether an error says that something was cancelled. */
export function isCancellation(error: unknown): boolean {
  return error instanceof Error && error.name === 'Canceled';
}

let report: (error: unknown) => void = error => {
  // Without a handler the process or page reports it, as a rejection that nothing handles.
  void Promise.resolve().then(() => {
    throw error;
  });
};

/** For errors that no caller can be given: a bug in a listener, for example. Never throws. */
export function onUnexpectedError(error: unknown): void {
  report(error);
}

/** Sends unexpected errors to `handler` from now on. The result restores the former handler. */
export function handleUnexpectedErrors(handler: (error: unknown) => void): Disposable {
  const former = report;
  report = handler;
  return toDisposable(() => (report = former));
}

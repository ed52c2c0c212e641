import { isCancellation, messageOf } from '../../core/base/errors.ts';
import type { Logger } from '../../core/base/logger.ts';
import { inform } from './notify.ts';

/**
 * For what nobody waits for, such as what a button of a notification does: a failure is logged and
 * shown, in place of an unhandled rejection that nobody sees.
 *
 * @param what for the log, such as `Open Setting`
 */
export function unwaited(what: string, log: Logger, task: Thenable<unknown>): void {
  task.then(undefined, (error: unknown) => {
    if (!isCancellation(error)) {
      log.error(`${what} failed`, error);
      inform('error', messageOf(error));
    }
  });
}

/** The same where the user asked for nothing, and can do nothing about it. */
export function logged(what: string, log: Logger, task: Thenable<unknown>): void {
  task.then(undefined, (error: unknown) => log.warn(`${what} failed`, error));
}

import { isCancellation, messageOf } from '../../core/base/errors.ts';
import type { Logger } from '../../core/base/logger.ts';
import { inform } from './notify.ts';

/**
 * Runs a task that no caller awaits, such as the action of a notification's button. A failure is
 * logged and shown; it would be an unhandled rejection otherwise.
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

/**
 * The same for a task that the user has not started and cannot influence: a failure is only logged.
 */
export function logged(what: string, log: Logger, task: Thenable<unknown>): void {
  task.then(undefined, (error: unknown) => log.warn(`${what} failed`, error));
}

import { messageOf } from '../../core/base/errors.ts';
import type { Disposable } from '../../core/base/lifecycle.ts';
import type { Logger } from '../../core/base/logger.ts';
import type { ReadSettings } from '../../core/settings/profile.ts';
import { onOpenNumbers, roundingProblems } from '../../core/settings/roundedNumbers.ts';
import type { SettingsService } from './settings.ts';

interface RoundedNumbersPorts {
  readonly settings: Pick<SettingsService, 'current' | 'onDidChange'>;
  readonly log: Logger;
  /** The numbers in JSON messages, as the settings files spell them. */
  readonly readWritten: () => Promise<readonly string[]>;
  readonly warn: (sentence: string) => void;
}

/** Warns about numbers that the editor has rounded, now and when the settings change. */
export function warnOfRoundedNumbers(ports: RoundedNumbersPorts): Disposable {
  const { settings, log, readWritten, warn } = ports;
  let warned: ReadonlySet<string> = new Set();
  const check = async (current: ReadSettings) => {
    const numbers = onOpenNumbers(current);
    let written: readonly string[] = [];
    if (numbers.length > 0) {
      try {
        written = await readWritten();
      } catch (error) {
        // The numbers themselves are still checked.
        log.warn(`The settings could not be read for their numbers: ${messageOf(error)}`);
      }
    }
    const problems = roundingProblems(numbers, written);
    for (const problem of problems.filter(each => !warned.has(each))) {
      log.warn(problem);
      warn(problem);
    }
    warned = new Set(problems);
  };
  const look = (current: ReadSettings) => {
    check(current).catch((error: unknown) =>
      log.warn('The numbers of the settings could not be checked', error),
    );
  };
  look(settings.current);
  return settings.onDidChange(look);
}

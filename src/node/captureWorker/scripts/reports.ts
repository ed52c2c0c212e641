import type { Clock } from '../../../core/base/clock.ts';
import { Coalescer } from '../../../core/base/coalescer.ts';
import type { ScriptReport } from '../../../core/decode/script/script.ts';

/** Errors of one file are told no sooner than this one after the other, the last of them always. */
const errorIntervalMs = 500;

/** Tells what users are told of one file of a decoder. */
export class ScriptReports {
  readonly #report: (report: ScriptReport) => void;
  readonly #errors: Coalescer;
  #error: ScriptReport | undefined;

  constructor(clock: Clock, report: (report: ScriptReport) => void) {
    this.#report = report;
    this.#errors = new Coalescer(clock, errorIntervalMs, () => this.#tellError());
  }

  tell(report: ScriptReport): void {
    if (report.is === 'error') {
      this.#error = report;
      this.#errors.request();
      return;
    }
    if (report.is !== 'log') {
      // What was wrong before is told before.
      this.#tellError();
    }
    this.#report(report);
  }

  dispose(): void {
    this.#errors.dispose();
  }

  #tellError(): void {
    const error = this.#error;
    this.#error = undefined;
    if (error) {
      this.#report(error);
    }
  }
}

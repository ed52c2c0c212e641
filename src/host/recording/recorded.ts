import type { Capture } from '../../core/capture/capture.ts';
import type { OnMatch, Watch, WatchOptions } from '../../core/connection/wire/messageTap.ts';
import type { Condition } from '../../core/filter/condition.ts';
import type { RunRow } from '../../core/library/runReport.ts';
import type { OnAnswer } from '../../core/library/sequenceRun.ts';
import type { RateMeter } from '../../core/metrics/rateMeter.ts';
import type { Recorder } from './recorder.ts';

/** What a connection and a slot have of their recorder. */
export abstract class Recorded {
  protected abstract readonly recorder: Recorder;

  /** The beginning of its capture, in milliseconds since 1970. */
  get startedAt(): number {
    return this.recorder.startedAt;
  }

  get capture(): Capture {
    return this.recorder.capture;
  }

  get received(): RateMeter {
    return this.recorder.received;
  }

  get sent(): RateMeter {
    return this.recorder.sent;
  }

  /** The number of the row that was added last; `undefined` if there is none. */
  get lastRow(): number | undefined {
    return this.recorder.lastRow;
  }

  /**
   * Calls `onMatch` with each matching message that is received from now on, until the result is disposed.
   * Each message is tested while this lasts.
   */
  watch(condition: Condition, onMatch: OnMatch, options?: WatchOptions): Watch {
    return this.recorder.watch(condition, onMatch, options);
  }

  /** Resolves when decoders have looked at what was received before, or that takes long. */
  settle(): Promise<void> {
    return this.recorder.settle();
  }

  /** The same, with the beginning of the message and its row. */
  watchForAnswer(condition: Condition, onAnswer: OnAnswer): Watch {
    return this.recorder.watchForAnswer(condition, onAnswer);
  }

  /** Adds a row for a run; see `Recorder.recordRun`. */
  recordRun(row: RunRow): number | undefined {
    return this.recorder.recordRun(row);
  }
}

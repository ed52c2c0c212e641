import type { Clock } from '../base/clock.ts';
import { messageOf, UserError } from '../base/errors.ts';
import { Emitter } from '../base/event.ts';
import { DisposableStore, type Disposable } from '../base/lifecycle.ts';
import type { Logger } from '../base/logger.ts';
import type { Step, WaitFor } from './library.ts';

/** The message that a step waited for. */
export interface Answer {
  /** Its row in the capture of the connection; absent if it was not stored. */
  readonly row?: number;
  /** Its beginning. */
  readonly text: string;
}

/** What came of a step so far. */
export interface StepOutcome {
  sent: number;
  /** The row that was sent last. */
  sentRow?: number;
  /** Of the message that was sent last, on the monotonic clock. */
  sentAt: number;
  answer?: Answer;
  answeredAfterMs?: number;
}

export interface SequencePorts {
  readonly clock: Clock;
  readonly log: Logger;
  /**
   * Resolves to the number of the row that was sent, if it is known. Rejects with a sentence if the
   * message was not sent.
   */
  readonly send: (step: Step) => Promise<number | undefined>;
  /**
   * Calls `onMatch` with the first received message that matches, from now on. Throws a UserError
   * if the text is not a filter.
   */
  readonly watch: (match: string, onMatch: OnAnswer) => Watching;
  /** Calls `onLost` with what happened, to be read after "the connection", if it goes down. */
  readonly watchLoss?: (onLost: (what: string) => void) => Disposable;
}

/** What waits for a message, until it is disposed of. */
export interface Watching extends Disposable {
  /** Why it may have missed a message, as a sentence. */
  readonly whyNot?: string | undefined;
}

export type OnAnswer = (answer: Answer) => void;

/** The progress of a run. `step` counts from 0; at the end it is the number of steps. */
export interface RunProgress {
  readonly state: 'waiting' | 'sending' | 'repeating' | 'done' | 'stopped' | 'failed';
  readonly step: number;
  readonly of: number;
  /** The name of the step, while one is on. */
  readonly name: string;
  /** Messages sent so far. */
  readonly sent: number;
  /** Why it failed, as a sentence. */
  readonly problem?: string;
}

/**
 * One run of a sequence: each step waits its delay, is sent, and waits for what it expects. A step
 * that repeats endlessly continues beside the later ones until the run is stopped.
 */
export class SequenceRun implements Disposable {
  readonly #store = new DisposableStore();
  readonly #steps: readonly Step[];
  readonly #ports: SequencePorts;
  readonly #onDidChange = this.#store.add(new Emitter<RunProgress>());
  /** What waits: timers and watches, given back when their time has come, or at the end. */
  readonly #waits = new Set<Disposable>();
  readonly #outcomes: readonly StepOutcome[];
  #progress: RunProgress;
  #end: ((end: 'stopped' | Error) => void) | undefined;
  #hasEnded = false;
  /** All steps are done but those that go on for ever. */
  #isRepeating = false;

  readonly onDidChange = this.#onDidChange.event;

  constructor(steps: readonly Step[], ports: SequencePorts) {
    this.#steps = steps;
    this.#ports = ports;
    this.#outcomes = steps.map(() => ({ sent: 0, sentAt: 0 }));
    this.#progress = { state: 'waiting', step: 0, of: steps.length, name: '', sent: 0 };
  }

  get progress(): RunProgress {
    return this.#progress;
  }

  /** What came of each step so far. */
  get outcomes(): readonly Readonly<StepOutcome>[] {
    return this.#outcomes;
  }

  get isRunning(): boolean {
    return ['waiting', 'sending', 'repeating'].includes(this.#progress.state);
  }

  /** Runs to the end. Never rejects: what went wrong is in the progress that it resolves to. */
  async run(): Promise<RunProgress> {
    const ended = new Promise<'stopped'>((resolve, reject) => {
      this.#end = end => {
        if (end === 'stopped') {
          resolve(end);
        } else {
          reject(end);
        }
      };
    });
    try {
      const end = await Promise.race([this.#all(), ended]);
      this.#report({ state: end, name: '' });
    } catch (error) {
      this.#report({ state: 'failed', problem: messageOf(error) });
    }
    this.#hasEnded = true;
    for (const wait of this.#waits) {
      wait.dispose();
    }
    this.#store.dispose();
    return this.#progress;
  }

  /** Sends nothing more. Does nothing if it has ended. */
  stop(): void {
    this.#end?.('stopped');
  }

  dispose(): void {
    this.stop();
  }

  async #all(): Promise<'done'> {
    let hasEndless = false;
    for (const [index, step] of this.#steps.entries()) {
      this.#report({ state: 'waiting', step: index, name: step.name });
      await this.#pause(step.timing.delayMs);
      const { repeat } = step.timing;
      if (repeat && repeat.times === undefined) {
        await this.#send(step, index);
        hasEndless = true;
        this.#repeatForEver(step, index, repeat.everyMs).catch((error: unknown) =>
          this.#end?.(error instanceof Error ? error : new Error(messageOf(error))),
        );
      } else {
        await this.#sendTimes(step, index, repeat?.times ?? 1, repeat?.everyMs ?? 0);
      }
    }
    this.#report({ step: this.#steps.length });
    if (hasEndless) {
      this.#isRepeating = true;
      this.#report({ state: 'repeating', name: '' });
      await new Promise(() => undefined); // until it is stopped, or a message is not sent
    }
    return 'done';
  }

  async #sendTimes(step: Step, index: number, times: number, everyMs: number): Promise<void> {
    for (let time = 0; time < times; time++) {
      if (time > 0) {
        await this.#pause(everyMs);
      }
      await this.#send(step, index);
    }
  }

  async #repeatForEver(step: Step, index: number, everyMs: number): Promise<never> {
    for (;;) {
      await this.#pause(everyMs);
      await this.#send(step, index);
    }
  }

  async #send(step: Step, index: number): Promise<void> {
    const { waitFor } = step.timing;
    if (this.#hasEnded) {
      await new Promise(() => undefined); // Whatever still runs after the end stops here.
    }
    this.#report(this.#isRepeating ? {} : { state: 'sending' });
    // Watched from before it is sent: the answer may be here before the send is reported done.
    const answer = waitFor && this.#watch(step, index, waitFor);
    const outcome = this.#outcomes[index] ?? { sent: 0, sentAt: 0 };
    outcome.sentAt = this.#ports.clock.monotonic();
    delete outcome.answer;
    delete outcome.answeredAfterMs;
    try {
      const row = await this.#ports.send(step);
      outcome.sent++;
      if (row !== undefined) {
        outcome.sentRow = row;
      }
      const state = this.#isRepeating ? 'repeating' : 'waiting';
      this.#report({ sent: this.#progress.sent + 1, state });
      await answer?.came;
    } finally {
      answer?.dispose();
    }
  }

  #watch(step: Step, index: number, { match, timeoutMs }: WaitFor) {
    const store = new DisposableStore();
    const { clock, watch, watchLoss } = this.#ports;
    const { promise: came, resolve, reject } = Promise.withResolvers<undefined>();
    let hasCome = false;
    const watching = store.add(
      watch(match, answer => {
        if (!hasCome) {
          hasCome = true;
          this.#noteAnswer(index, answer);
          resolve(undefined);
        }
      }),
    );
    const onLost = (what: string) =>
      reject(new UserError(`"${step.name}" waited for an answer, and the connection ${what}.`));
    if (watchLoss) {
      store.add(watchLoss(onLost));
    }
    const seconds = timeoutMs / 1000;
    const onLate = () => {
      const { whyNot } = watching;
      const sentence = `"${step.name}" waited ${seconds} s for a message that matches ${match}, and none came.`;
      reject(new UserError(whyNot === undefined ? sentence : `${sentence} ${whyNot}`));
    };
    store.add(clock.schedule(timeoutMs, onLate));
    this.#waits.add(store);
    // Until it is awaited, a timeout must not count as an unhandled rejection.
    came.catch(() => undefined);
    const dispose = () => {
      this.#waits.delete(store);
      store.dispose();
    };
    return { came, dispose };
  }

  #noteAnswer(index: number, answer: Answer): void {
    const outcome = this.#outcomes[index];
    if (outcome) {
      outcome.answer = answer;
      outcome.answeredAfterMs = this.#ports.clock.monotonic() - outcome.sentAt;
    }
  }

  #pause(ms: number): Promise<void> {
    if (ms <= 0) {
      return Promise.resolve();
    }
    return new Promise(resolve => {
      const timer = this.#ports.clock.schedule(ms, () => {
        this.#waits.delete(timer);
        resolve();
      });
      this.#waits.add(timer);
    });
  }

  #report(change: Partial<RunProgress>): void {
    if (this.#hasEnded) {
      return;
    }
    this.#progress = { ...this.#progress, ...change };
    this.#onDidChange.fire(this.#progress);
  }
}

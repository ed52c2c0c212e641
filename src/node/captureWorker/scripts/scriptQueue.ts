import { realpath } from 'node:fs/promises';
import type { Clock } from '../../../core/base/clock.ts';
import { messageOf } from '../../../core/base/errors.ts';
import { Timer } from '../../../core/base/timer.ts';
import type {
  Script,
  ScriptAnswer,
  ScriptBatch,
  ScriptError,
  ScriptReport,
} from '../../../core/decode/script/script.ts';
import { childRuntime, type RuntimeFacts } from './runtime.ts';
import { ScriptProcess, type PartAnswers } from './scriptProcess.ts';

/** A decoder whose process ends this often within the span is not run any more. */
const maxDeaths = 3;
const deathSpanMs = 60_000;
const idleMs = 60_000;

/** So long a batch that nobody waits for may go on, since a process takes as long to start. */
const uselessMs = 300;

/** So many sessions keep their state; of others it begins anew. */
const maxStates = 1024;

export interface ScriptQueueOptions {
  readonly execPath: string;
  readonly runtime: RuntimeFacts;
  /** The bundled `decoderChild/main.ts`. */
  readonly childPath: string;
  readonly clock: Clock;
  readonly report: (report: ScriptReport) => void;
  /** Called before a process is started: resolves when there may be one more. */
  readonly makeRoom: () => Promise<void>;
  /** Its process has ended, or has no work. */
  readonly onDidChange: (holdsProcess: boolean) => void;
}

interface Step {
  readonly message: ScriptBatch['messages'][number];
  /** Its place in the batch. */
  readonly index: number;
}

/** One file of a decoder: its process, while it has work, and the batches that wait for it. */
export class ScriptQueue {
  readonly #options: ScriptQueueOptions;
  readonly #idle: Timer;
  readonly #useless: Timer;
  #last: Promise<unknown> = Promise.resolve();
  readonly #given = new Set<ScriptBatch>();
  /** Those whose answers nobody waits for any more. */
  readonly #brokenOff = new WeakSet<ScriptBatch>();
  /** The one that its process is at. */
  #running: ScriptBatch | undefined;
  #version: number | undefined;
  #process: ScriptProcess | undefined;
  /** Absent: it is not loaded yet. */
  #isOrdered: boolean | undefined;
  /** Why it is not run until its file changes. */
  #refusal: ScriptError | undefined;
  #isProven = false;
  /** Why its process has ended, if no message was found to be the reason. */
  #unclearEnd: string | undefined;
  #deaths: number[] = [];
  #states = new Map<number, string>();
  #hasClosed = false;

  constructor(options: ScriptQueueOptions) {
    this.#options = options;
    this.#idle = new Timer(options.clock);
    this.#useless = new Timer(options.clock);
  }

  get isIdle(): boolean {
    return this.#given.size === 0;
  }

  /** One batch after the other. Never rejects. */
  async run(batch: ScriptBatch): Promise<readonly ScriptAnswer[]> {
    this.#given.add(batch);
    this.#idle.dispose();
    const answers = this.#last.then(() => this.#answers(batch));
    this.#last = answers;
    try {
      return await answers;
    } finally {
      this.#given.delete(batch);
      if (this.isIdle) {
        this.#idle.start(idleMs, () => void this.endProcess());
        this.#options.onDidChange(this.#holdsProcess());
      }
    }
  }

  endSession(id: number): void {
    this.#states.delete(id);
    this.#process?.forget(id);
    this.#giveUp(id);
  }

  /** An ordered decoder goes on, for what it knows of the session comes of all its messages. */
  breakOff(session: number): void {
    if (this.#isOrdered === false) {
      this.#giveUp(session);
    }
  }

  #giveUp(id: number): void {
    for (const batch of this.#given) {
      if (batch.session.id === id) {
        this.#brokenOff.add(batch);
      }
    }
    if (this.#running?.session.id === id) {
      this.#useless.start(uselessMs, () => this.#process?.kill());
    }
  }

  /** Another one is started with the next batch, and goes on with the states of the sessions. */
  async endProcess(): Promise<void> {
    const process = this.#process;
    this.#process = undefined;
    if (process) {
      process.kill();
      await process.ended;
      this.#options.onDidChange(this.#holdsProcess());
    }
  }

  async close(): Promise<void> {
    this.#hasClosed = true;
    this.#idle.dispose();
    this.#useless.dispose();
    await this.endProcess();
  }

  #mayNotRun(): boolean {
    return this.#refusal !== undefined || this.#hasClosed;
  }

  #holdsProcess(): boolean {
    return this.#process !== undefined;
  }

  async #answers(batch: ScriptBatch): Promise<readonly ScriptAnswer[]> {
    const answers: ScriptAnswer[] = [];
    try {
      await this.#turnTo(batch.script);
      await this.#fill(batch, answers);
    } catch (error) {
      this.#refuse(batch.script, { message: messageOf(error), file: batch.script.file });
    }
    const error = this.#refusal ?? { message: 'The decoder was not run' };
    const result = batch.messages.map(
      (_, index) => answers[index] ?? ({ is: 'failed', error } as const),
    );
    if (!this.#brokenOff.has(batch)) {
      this.#tell(batch.script, result);
    }
    return result;
  }

  async #turnTo({ version }: Script): Promise<void> {
    if (version !== this.#version) {
      this.#version = version;
      this.#refusal = undefined;
      this.#isProven = false;
      this.#isOrdered = undefined;
      this.#deaths = [];
      this.#states.clear();
      await this.endProcess();
    }
  }

  /** Puts in the answer to each message, if it can. */
  async #fill(batch: ScriptBatch, answers: ScriptAnswer[]): Promise<void> {
    const { script, session } = batch;
    let steps: readonly Step[] = batch.messages.map((message, index) => ({ message, index }));
    let isStepped = false;
    let isPatient = false;
    while (steps.length > 0) {
      const process = await this.#ready(script);
      if (!process || this.#brokenOff.has(batch)) {
        return;
      }
      this.#running = batch;
      const part = await process.run({
        session,
        messages: steps.map(({ message }) => message),
        state: process.has(session.id) ? undefined : this.#states.get(session.id),
        isStepped,
        isPatient,
      });
      this.#running = undefined;
      this.#useless.dispose();
      part.answers.forEach((answer, at) => {
        answers[steps[at]?.index ?? 0] ??= answer;
      });
      if (part.end === 'done') {
        this.#keepState(session.id, part.state);
        return;
      }
      await this.endProcess();
      if (this.#brokenOff.has(batch)) {
        return;
      }
      const guilt = guiltOf(part, process, isStepped);
      const isUnclear = guilt === undefined && part.end !== 'starved';
      this.#unclearEnd = isUnclear ? reasonOf(part, process) : undefined;
      const reached = part.answers.length;
      const culprit = steps[reached];
      if (guilt !== undefined && culprit) {
        answers[culprit.index] ??= { is: 'failed', error: { message: guilt, file: script.file } };
        steps = steps.filter(step => step !== culprit);
      }
      // The state of the session is made again by all that were read before.
      steps = this.#isOrdered ? steps : steps.slice(reached);
      const isNew = part.end !== 'starved' && !(isStepped && guilt !== undefined);
      isStepped = guilt === undefined && (part.end === 'crash' || part.end === 'silent');
      isPatient = part.end === 'starved';
      if (isNew && this.#noteDeath(script, guilt ?? reasonOf(part, process))) {
        return;
      }
    }
  }

  /** Its process, with the decoder loaded; `undefined` if it cannot be. */
  async #ready(script: Script): Promise<ScriptProcess | undefined> {
    if (this.#mayNotRun()) {
      return undefined;
    }
    if (this.#process && !this.#process.hasEnded) {
      return this.#process;
    }
    if (this.#process) {
      this.#unclearEnd = this.#process.crash;
      await this.endProcess();
      if (this.#noteDeath(script, this.#unclearEnd)) {
        return undefined;
      }
    }
    const { childPath, clock, execPath, report, runtime, makeRoom } = this.#options;
    const file = await this.#realPath(script);
    if (file === undefined) {
      return undefined;
    }
    const started = childRuntime(runtime, await realpath(childPath), file);
    if ('problem' in started) {
      this.#refuse(script, { message: started.problem });
      return undefined;
    }
    await makeRoom();
    if (this.#mayNotRun()) {
      return undefined;
    }
    const process = new ScriptProcess({
      execPath,
      ...started,
      file,
      clock,
      report: each => report({ ...each, file: script.file }),
    });
    this.#process = process;
    const loaded = await process.load();
    if ('broken' in loaded) {
      await this.endProcess();
      this.#refuse(script, loaded.broken);
      return undefined;
    }
    this.#isOrdered = loaded.isOrdered;
    return process;
  }

  /** Of its file, which is where it was found, and nowhere else. */
  async #realPath(script: Script): Promise<string | undefined> {
    const file = await realpath(script.file).catch(() => undefined);
    if (file === script.file) {
      return file;
    }
    const message =
      file === undefined
        ? 'The file of the decoder is not there any more'
        : 'The file of the decoder has become a link to another, or its folder has';
    this.#refuse(script, { message, file: script.file });
    return undefined;
  }

  #keepState(session: number, state: string | undefined): void {
    if (state !== undefined) {
      this.#states.delete(session);
      this.#states.set(session, state);
      const [oldest] = this.#states.keys();
      if (this.#states.size > maxStates && oldest !== undefined) {
        this.#states.delete(oldest);
      }
    }
  }

  /** @returns whether it was once too often */
  #noteDeath({ file }: Script, reason: string): boolean {
    const now = this.#options.clock.monotonic();
    this.#deaths = [...this.#deaths.filter(at => now - at < deathSpanMs), now];
    if (this.#deaths.length < maxDeaths) {
      return false;
    }
    const message = `${reason}. It is not run again until its file changes, since its process ended ${maxDeaths} times within a minute`;
    this.#refusal = { message, file };
    this.#options.report({ is: 'stopped', file, reason: message });
    return true;
  }

  #refuse({ file }: Script, error: ScriptError): void {
    this.#refusal = error;
    this.#options.report({ is: 'error', file, error });
  }

  #tell({ file }: Script, answers: readonly ScriptAnswer[]): void {
    const failed = answers.findLast(answer => answer.is === 'failed');
    if (failed && failed.error !== this.#refusal) {
      this.#options.report({ is: 'error', file, error: failed.error });
    }
    if (!this.#isProven && answers.some(answer => answer.is !== 'failed')) {
      this.#isProven = true;
      this.#options.report({ is: 'loaded', file });
    }
    const why = this.#unclearEnd;
    this.#unclearEnd = undefined;
    if (why !== undefined && !this.#refusal) {
      const message = `${why}, and no message alone is the reason. It was started again`;
      this.#options.report({ is: 'error', file, error: { message, file } });
    }
  }
}

/** Why the message at which it ended is the guilty one; `undefined` if that is not known. */
function guiltOf({ end }: PartAnswers, process: ScriptProcess, isStepped: boolean) {
  const isKnown = end === 'slow' || (isStepped && (end === 'crash' || end === 'silent'));
  return isKnown ? reasonOf({ end }, process) : undefined;
}

function reasonOf({ end }: Pick<PartAnswers, 'end'>, process: ScriptProcess): string {
  switch (end) {
    case 'memory':
      return 'The decoder took too much memory';
    case 'crash':
      return process.crash;
    case 'done':
    case 'silent':
    case 'slow':
    case 'starved':
      return 'The decoder took too long';
  }
}

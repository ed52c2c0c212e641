import { l10n } from 'vscode';
import type { Clock } from '../../../core/base/clock.ts';
import { isCancellation, UserError } from '../../../core/base/errors.ts';
import { Emitter } from '../../../core/base/event.ts';
import { DisposableStore, type Disposable } from '../../../core/base/lifecycle.ts';
import type { Logger } from '../../../core/base/logger.ts';
import type { Condition } from '../../../core/filter/condition.ts';
import { parseAwaitedFilter, type FilterClock } from '../../../core/filter/parseFilter.ts';
import type { Runnable, Step } from '../../../core/library/library.ts';
import {
  isWorthRows,
  runEndRow,
  runStartRow,
  type RunRow,
  type RunSubject,
} from '../../../core/library/runReport.ts';
import {
  SequenceRun,
  type OnAnswer,
  type RunProgress,
  type Watching,
} from '../../../core/library/sequenceRun.ts';
import type { Origin } from '../../../core/variables/value.ts';

/** How long a run stays in `all` after its end. */
const shownAfterEndMs = 8000;
/** The limit of runs on one connection; more are a mistake, such as a key that is held down. */
const maxRuns = 20;

export interface RunnerPorts {
  readonly clock: Clock;
  readonly log: Logger;
  readonly filterClock: () => FilterClock;
  /**
   * Sends on a connection, after asking the user if needed. Resolves to the number of the row, if it
   * is known. Rejects with a UserError if the message was not sent.
   */
  readonly send: (connection: string, step: Step) => Promise<number | undefined>;
  /** Calls `onMatch` for each received message that matches, from now on. */
  readonly watch: (connection: string, condition: Condition, onMatch: OnAnswer) => Watching;
  /** Calls `onLost` with what happened, to be read after "the connection", if it goes down. */
  readonly watchLoss: (connection: string, onLost: (what: string) => void) => Disposable;
  /** Adds a row to the list of a connection, if that is still there. Returns its number. */
  readonly record: (connection: string, row: RunRow) => number | undefined;
  /** Leaves out the secrets that were used in this window. */
  readonly redact: (text: string) => string;
}

/** How the last run of an item ended. */
export interface LastRun {
  readonly connection: string;
  readonly progress: RunProgress;
  /** Milliseconds since 1970. */
  readonly endedAt: number;
  readonly elapsedMs: number;
  /** The sentence of its row in the list. */
  readonly sentence: string;
}

/** A run that has failed. */
export interface FailedRun {
  readonly connection: string;
  readonly sentence: string;
  /** The row of the list that tells of it, if it is known. */
  readonly row: number | undefined;
}

export interface RunOptions {
  /** The caller learns of a failure, so that the user need not be told of it. */
  readonly isAwaited?: boolean;
}

/** A run of a saved message or sequence on a connection. */
export interface LibraryRun {
  readonly id: string;
  readonly connection: string;
  readonly origin: Origin;
  readonly path: string;
  readonly progress: RunProgress;
}

interface Entry extends Omit<LibraryRun, 'progress'> {
  readonly run: SequenceRun;
  readonly subject: RunSubject;
  /** On the monotonic clock. */
  readonly startedAt: number;
  readonly startRow: number | undefined;
}

/** The runs of saved messages and sequences, up to 20 at a time on each connection. */
export class SequenceRunner implements Disposable {
  readonly #store = new DisposableStore();
  readonly #ports: RunnerPorts;
  readonly #entries = new Map<string, Entry>();
  readonly #timers = new Set<Disposable>();
  readonly #onDidChange = this.#store.add(new Emitter<undefined>());
  readonly #onDidFail = this.#store.add(new Emitter<FailedRun>());
  /** By origin and path. */
  readonly #last = new Map<string, LastRun>();
  #count = 0;

  /** A run started, progressed, ended, or is no longer shown. */
  readonly onDidChange = this.#onDidChange.event;
  /** A run has failed whose caller does not learn of it. */
  readonly onDidFail = this.#onDidFail.event;

  constructor(ports: RunnerPorts) {
    this.#ports = ports;
  }

  /** The current runs and those that ended recently, oldest first. */
  get all(): readonly LibraryRun[] {
    return [...this.#entries.values()].map(({ id, connection, origin, path, run }) => ({
      id,
      connection,
      origin,
      path,
      progress: run.progress,
    }));
  }

  /** How the last run of an item in this window ended; `undefined` while one is on. */
  lastOf(origin: Origin, path: string): LastRun | undefined {
    const key = keyOf(origin, path);
    const isOn = [...this.#entries.values()].some(
      entry => keyOf(entry.origin, entry.path) === key && entry.run.isRunning,
    );
    return isOn ? undefined : this.#last.get(key);
  }

  /**
   * Starts a run. The result resolves at its end, and never rejects.
   *
   * @throws UserError if it cannot start; then nothing was sent
   */
  start(
    item: Runnable,
    origin: Origin,
    connection: string,
    options: RunOptions = {},
  ): Promise<RunProgress> {
    const steps = item.kind === 'sequence' ? item.steps : [item];
    this.#check(item, steps, connection);
    const { clock, log, send, watch, watchLoss, record } = this.#ports;
    const run = new SequenceRun(steps, {
      clock,
      log,
      send: async step => {
        try {
          return await send(connection, step);
        } catch (error) {
          if (isCancellation(error)) {
            run.stop();
          }
          throw error;
        }
      },
      watch: (match, onMatch) => watch(connection, this.#condition(match, item.path), onMatch),
      watchLoss: onLost => watchLoss(connection, onLost),
    });
    const { kind, path } = item;
    const subject = { kind, path, steps };
    const id = `run${++this.#count}`;
    const entry = {
      id,
      connection,
      origin,
      path,
      run,
      subject,
      startedAt: clock.monotonic(),
      startRow: isWorthRows(subject) ? record(connection, runStartRow(subject)) : undefined,
    };
    this.#entries.set(id, entry);
    run.onDidChange(() => this.#onDidChange.fire(undefined));
    this.#onDidChange.fire(undefined);
    return this.#follow(entry, options);
  }

  /** Stops a run, which sends nothing more. Does nothing if it has ended. */
  stop(id: string): void {
    this.#entries.get(id)?.run.stop();
  }

  /** Stops all runs of an item. */
  stopItem(origin: Origin, path: string): void {
    this.#stopWhere(entry => entry.origin === origin && entry.path === path);
  }

  /** Stops the runs on a connection that is removed. */
  stopOn(connection: string): void {
    this.#stopWhere(entry => entry.connection === connection);
  }

  dispose(): void {
    this.#stopWhere(() => true);
    this.#entries.clear();
    for (const timer of this.#timers) {
      timer.dispose();
    }
    this.#store.dispose();
  }

  async #follow(entry: Entry, { isAwaited = false }: RunOptions): Promise<RunProgress> {
    const { id, run, path } = entry;
    const progress = await run.run();
    if (progress.problem !== undefined) {
      this.#ports.log.warn(`${path}: ${progress.problem}`);
    }
    if (!this.#store.isDisposed) {
      this.#noteEnd(entry, progress, isAwaited);
      this.#onDidChange.fire(undefined);
      const timer = this.#ports.clock.schedule(shownAfterEndMs, () => {
        this.#timers.delete(timer);
        this.#entries.delete(id);
        this.#onDidChange.fire(undefined);
      });
      this.#timers.add(timer);
    }
    return progress;
  }

  #noteEnd(entry: Entry, progress: RunProgress, isAwaited: boolean): void {
    const { connection, origin, path, run, subject, startedAt, startRow } = entry;
    const { clock, record, redact } = this.#ports;
    const elapsedMs = clock.monotonic() - startedAt;
    const { outcomes } = run;
    const end = { progress, outcomes, elapsedMs, startRow, stoppedBy: 'user' } as const;
    const row = runEndRow(subject, end);
    const isFailure = progress.state === 'failed';
    const seq = isFailure || isWorthRows(subject) ? record(connection, row) : undefined;
    const sentence = redact(row.text);
    const last = { connection, progress, elapsedMs, endedAt: clock.now(), sentence };
    this.#last.set(keyOf(origin, path), last);
    if (isFailure && !isAwaited) {
      this.#onDidFail.fire({ connection, sentence, row: seq });
    }
  }

  /** Reports errors before the start that would stop the run halfway. */
  #check(item: Runnable, steps: readonly Step[], connection: string): void {
    if (steps.length === 0) {
      throw new UserError(l10n.t('"{0}" has no steps to run.', item.path));
    }
    const running = [...this.#entries.values()].filter(({ run }) => run.isRunning);
    if (running.filter(entry => entry.connection === connection).length >= maxRuns) {
      throw new UserError(
        l10n.t('{0} messages and sequences are running already. Stop some first.', maxRuns),
      );
    }
    for (const { timing } of steps) {
      if (timing.waitFor) {
        this.#condition(timing.waitFor.match, item.path);
      }
    }
  }

  #condition(match: string, path: string): Condition {
    const { condition, problems } = parseAwaitedFilter(match, this.#ports.filterClock());
    if (!condition) {
      const why = problems[0]?.message ?? l10n.t('It is empty.');
      throw new UserError(
        l10n.t('"{0}" cannot wait for {1}, which is not a valid filter. {2}', path, match, why),
      );
    }
    return condition;
  }

  #stopWhere(isMeant: (entry: Entry) => boolean): void {
    for (const entry of this.#entries.values()) {
      if (isMeant(entry)) {
        entry.run.stop();
      }
    }
  }
}

function keyOf(origin: Origin, path: string): string {
  return `${origin} ${path}`;
}

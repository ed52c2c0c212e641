import { l10n } from 'vscode';
import type { Clock } from '../../core/base/clock.ts';
import { isCancellation, UserError } from '../../core/base/errors.ts';
import { Emitter } from '../../core/base/event.ts';
import { DisposableStore, type Disposable } from '../../core/base/lifecycle.ts';
import type { Logger } from '../../core/base/logger.ts';
import type { Condition } from '../../core/filter/condition.ts';
import { parseFilter, type FilterClock } from '../../core/filter/parseFilter.ts';
import type { Runnable, Step } from '../../core/library/library.ts';
import { SequenceRun, type RunProgress } from '../../core/library/sequenceRun.ts';
import type { Origin } from '../../core/variables/value.ts';

/** How long a run stays visible after its end. */
const shownAfterEndMs = 8000;
/** The limit of runs on one connection; more are a mistake, such as a key that is held down. */
const maxRuns = 20;

export interface RunnerPorts {
  readonly clock: Clock;
  readonly log: Logger;
  readonly filterClock: () => FilterClock;
  /**
   * Sends on a connection, after asking the user if needed. Rejects with a UserError if the message
   * was not sent.
   */
  readonly send: (connection: string, step: Step) => Promise<void>;
  /** Calls `onMatch` for each received message that matches, from now on. */
  readonly watch: (connection: string, condition: Condition, onMatch: () => void) => Disposable;
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
}

/** The runs of saved messages and sequences, up to 20 at a time on each connection. */
export class SequenceRunner implements Disposable {
  readonly #store = new DisposableStore();
  readonly #ports: RunnerPorts;
  readonly #entries = new Map<string, Entry>();
  readonly #timers = new Set<Disposable>();
  readonly #onDidChange = this.#store.add(new Emitter<undefined>());
  #count = 0;

  /** A run started, progressed, ended, or is no longer shown. */
  readonly onDidChange = this.#onDidChange.event;

  constructor(ports: RunnerPorts) {
    this.#ports = ports;
  }

  /** The current runs and those that ended recently, oldest first. */
  get all(): readonly LibraryRun[] {
    return [...this.#entries.values()].map(({ run, ...entry }) => ({
      ...entry,
      progress: run.progress,
    }));
  }

  /**
   * Starts a run. The result resolves at its end, and never rejects.
   *
   * @throws UserError if it cannot start; then nothing was sent
   */
  start(item: Runnable, origin: Origin, connection: string): Promise<RunProgress> {
    const steps = item.kind === 'sequence' ? item.steps : [item];
    this.#check(item, steps, connection);
    const { clock, log, send, watch } = this.#ports;
    const run = new SequenceRun(steps, {
      clock,
      log,
      send: async step => {
        try {
          await send(connection, step);
        } catch (error) {
          if (isCancellation(error)) {
            run.stop();
          }
          throw error;
        }
      },
      watch: (match, onMatch) => watch(connection, this.#condition(match, item.path), onMatch),
    });
    const id = `run${++this.#count}`;
    this.#entries.set(id, { id, connection, origin, path: item.path, run });
    run.onDidChange(() => this.#onDidChange.fire(undefined));
    this.#onDidChange.fire(undefined);
    return this.#follow(id, run);
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

  async #follow(id: string, run: SequenceRun): Promise<RunProgress> {
    const progress = await run.run();
    if (progress.problem !== undefined) {
      this.#ports.log.warn(`${this.#entries.get(id)?.path ?? 'A run'}: ${progress.problem}`);
    }
    if (!this.#store.isDisposed) {
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
    const { condition, problems } = parseFilter(match, this.#ports.filterClock());
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

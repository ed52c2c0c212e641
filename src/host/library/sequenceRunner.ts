import type { Clock } from '../../core/base/clock.ts';
import { isCancellation, UserError } from '../../core/base/errors.ts';
import { Emitter } from '../../core/base/event.ts';
import { DisposableStore, type Disposable } from '../../core/base/lifecycle.ts';
import type { Logger } from '../../core/base/logger.ts';
import type { Condition } from '../../core/filter/condition.ts';
import { parseFilter, type FilterClock } from '../../core/filter/parseFilter.ts';
import type { Runnable, Step } from '../../core/library/library.ts';
import { SequenceRun, type RunProgress } from '../../core/library/sequenceRun.ts';
import type { Origin } from './origin.ts';

/** How long a run that has ended is still shown. */
const shownAfterEndMs = 8000;
/** On one connection; more is a mistake, such as a key that is held down. */
const mostRuns = 20;

export interface RunnerPorts {
  readonly clock: Clock;
  readonly log: Logger;
  readonly filterClock: () => FilterClock;
  /**
   * Sends on a connection, after the questions that must be asked first. Rejects with a sentence
   * where the message was not sent.
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

/** The runs of saved messages and sequences: any number at a time, on any connections. */
export class SequenceRunner implements Disposable {
  readonly #store = new DisposableStore();
  readonly #ports: RunnerPorts;
  readonly #entries = new Map<string, Entry>();
  readonly #timers = new Set<Disposable>();
  readonly #onDidChange = this.#store.add(new Emitter<undefined>());
  #count = 0;

  /** A run began, went on, ended, or is shown no longer. */
  readonly onDidChange = this.#onDidChange.event;

  constructor(ports: RunnerPorts) {
    this.#ports = ports;
  }

  /** Those that run, and those that ended a short while ago, oldest first. */
  get all(): readonly LibraryRun[] {
    return [...this.#entries.values()].map(({ run, ...entry }) => ({
      ...entry,
      progress: run.progress,
    }));
  }

  /**
   * Begins a run. The result resolves at its end, and never rejects.
   *
   * @throws UserError where it cannot begin, before anything is sent
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

  /** Sends nothing more of it. Does nothing where it has ended. */
  stop(id: string): void {
    this.#entries.get(id)?.run.stop();
  }

  /** Stops all runs of an item. */
  stopItem(origin: Origin, path: string): void {
    this.#stopWhere(entry => entry.origin === origin && entry.path === path);
  }

  /** Stops what runs on a connection that goes away. */
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

  /** Whatever would fail halfway fails now. */
  #check(item: Runnable, steps: readonly Step[], connection: string): void {
    if (steps.length === 0) {
      throw new UserError(`"${item.path}" has no steps to run.`);
    }
    const running = [...this.#entries.values()].filter(({ run }) => run.isRunning);
    if (running.filter(entry => entry.connection === connection).length >= mostRuns) {
      throw new UserError(`${mostRuns} messages and sequences run already. Stop some first.`);
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
      const why = problems[0]?.message ?? 'It asks for nothing.';
      throw new UserError(`"${path}" cannot wait for ${match}: that is no filter. ${why}`);
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

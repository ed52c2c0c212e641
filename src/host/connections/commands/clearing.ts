import { l10n } from 'vscode';
import type { Clock } from '../../../core/base/clock.ts';
import { UserError } from '../../../core/base/errors.ts';
import { Emitter } from '../../../core/base/event.ts';
import { DisposableStore, type Disposable } from '../../../core/base/lifecycle.ts';
import { undoMs, type Capture } from '../../../core/capture/capture.ts';

/** A connection or a slot. */
export interface Clearable {
  readonly name: string;
  readonly capture: Capture;
}

/** Connections that were cleared together. */
interface Clearance {
  readonly rowsOf: ReadonlyMap<Clearable, number>;
  readonly timer: Disposable;
}

/** What was cleared last, as far as it can be brought back. */
export interface LastCleared {
  readonly names: readonly string[];
  readonly rows: number;
}

/** Clears connections, and brings back what was cleared in the last ten seconds. */
export class Clearing implements Disposable {
  readonly #store = new DisposableStore();
  readonly #clock: Clock;
  readonly #onDidChange = this.#store.add(new Emitter<undefined>());
  /** Oldest first; a connection is in one of them. */
  #clearances: readonly Clearance[] = [];

  /** `last` has changed. */
  readonly onDidChange = this.#onDidChange.event;
  /** Whether the user sees `last` somewhere; the one that shows it sets this. */
  isShown: () => boolean = () => false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get last(): LastCleared | undefined {
    const rowsOf = this.#clearances.at(-1)?.rowsOf;
    return (
      rowsOf && {
        names: [...rowsOf.keys()].map(({ name }) => name),
        rows: [...rowsOf.values()].reduce((sum, rows) => sum + rows, 0),
      }
    );
  }

  /** Clears all messages of these connections. */
  async clear(connections: readonly Clearable[]): Promise<void> {
    const cleared = await Promise.all(
      connections.map(async connection => {
        const { capture } = connection;
        const { first } = capture.extent;
        const canRestore = await capture.clear();
        return [connection, canRestore ? capture.extent.first - first : 0] as const;
      }),
    );
    const found = cleared.filter(([, rows]) => rows > 0);
    if (found.length > 0) {
      // What was cleared of them before comes back with it.
      const rowsOf = new Map(
        found.map(([connection, rows]) => [connection, rows + this.#take(connection)]),
      );
      const timer = this.#clock.schedule(undoMs, () => this.#remove(clearance));
      const clearance: Clearance = { rowsOf, timer };
      this.#clearances = [...this.#clearances, clearance];
      this.#onDidChange.fire(undefined);
    }
  }

  /**
   * Brings back what was cleared last.
   *
   * @throws UserError if it is gone
   */
  async undo(): Promise<void> {
    const clearance = this.#clearances.at(-1);
    if (clearance) {
      this.#remove(clearance);
    }
    const connections = [...(clearance?.rowsOf.keys() ?? [])];
    const areBack = await Promise.all(connections.map(({ capture }) => capture.restore()));
    if (areBack.length === 0 || areBack.includes(false)) {
      throw new UserError(
        l10n.t('The cleared messages are gone: they can be brought back for ten seconds only.'),
      );
    }
  }

  dispose(): void {
    this.#clearances.forEach(({ timer }) => timer.dispose());
    this.#clearances = [];
    this.#store.dispose();
  }

  /** Takes a connection out of what was cleared; returns its rows. */
  #take(connection: Clearable): number {
    const rows = this.#clearances.reduce(
      (sum, { rowsOf }) => sum + (rowsOf.get(connection) ?? 0),
      0,
    );
    this.#clearances = this.#clearances.flatMap(clearance => {
      const others = [...clearance.rowsOf].filter(([each]) => each !== connection);
      if (others.length === 0) {
        clearance.timer.dispose();
        return [];
      }
      return [{ ...clearance, rowsOf: new Map(others) }];
    });
    return rows;
  }

  #remove({ timer }: Clearance): void {
    timer.dispose();
    this.#clearances = this.#clearances.filter(each => each.timer !== timer);
    this.#onDidChange.fire(undefined);
  }
}

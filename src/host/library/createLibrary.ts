import type { ExtensionContext, TreeView } from 'vscode';
import type { Clock } from '../../core/base/clock.ts';
import { DisposableStore, type Disposable } from '../../core/base/lifecycle.ts';
import type { Formats } from '../../core/base/format.ts';
import { withinTime } from '../../core/base/withinTime.ts';
import type { Logger } from '../../core/base/logger.ts';
import type { Profile } from '../../core/settings/profile.ts';
import type { FilterClock } from '../../core/filter/parseFilter.ts';
import type { Targets } from '../connections/targets.ts';
import type { Consent } from '../consent/consent.ts';
import { logged } from '../ui/unwaited.ts';
import { LibraryTree, type LibraryNode } from './libraryTree.ts';
import { Environments } from './environments.ts';
import { ExtractedValues, type ExtractedPorts } from './extractedValues.ts';
import { LibraryRuns, type LibraryRunsParts } from './runs/libraryRuns.ts';
import { LibraryStore } from './files/libraryStore.ts';
import { notifyOfMoves } from './moveNotices.ts';
import { notifyOfFailures, type RunPanel } from './runs/runNotices.ts';
import { SequenceRunner, type RunnerPorts } from './runs/sequenceRunner.ts';

export interface LibraryParts {
  readonly context: Pick<ExtensionContext, 'globalStorageUri' | 'workspaceState'>;
  readonly clock: Clock;
  readonly log: Logger;
  readonly targets: Targets;
  readonly consent: Consent;
  readonly destinationOf: LibraryRunsParts['destinationOf'];
  readonly view: TreeView<LibraryNode>;
  readonly filterClock: () => FilterClock;
  /** Fills in references, asks the user if needed, and sends. */
  readonly send: RunnerPorts['send'];
  /** Leaves out the secrets that were used in this window. */
  readonly redact: (text: string) => string;
  readonly originOf: ExtractedPorts['originOf'];
  /** Shows an error as a command does. */
  readonly onError: (error: unknown) => void;
  readonly formats: Formats;
  /** The configured connections. */
  readonly profiles: () => readonly Profile[];
  /** The monitor's panel, whether it is open or not. */
  readonly panel: () => Promise<RunPanel>;
}

/** A folder on another machine may never answer. */
const maxReadMs = 5000;

/** Creates the library and the services that use it. */
export function createLibrary(parts: LibraryParts) {
  const { context, clock, log, targets, consent, view, filterClock } = parts;
  const { send, originOf, destinationOf, onError, formats } = parts;
  const state = context.workspaceState;
  const store = new DisposableStore();
  const library = store.add(new LibraryStore({ globalStorageUri: context.globalStorageUri, log }));
  const extracted = store.add(
    new ExtractedValues({
      filterClock,
      originOf,
      watch: (connection, ...given) => targets.get(connection).watch(...given),
      settle: async connection => targets.find(connection)?.settle(),
    }),
  );
  const environments = store.add(new Environments({ library, extracted, state, log }));
  const runner = store.add(
    new SequenceRunner({
      clock,
      log,
      filterClock,
      send,
      watch: (connection, condition, onMatch) =>
        targets.get(connection).watchForAnswer(condition, onMatch),
      watchLoss: (connection, onLost) => targets.get(connection).watchLoss(onLost),
      record: (connection, row) => targets.find(connection)?.recordRun(row),
      redact: parts.redact,
    }),
  );
  const named = (name: string, connection: string) => environments.named(name, connection);
  const runs = new LibraryRuns({ library, runner, consent, targets, named, destinationOf });
  const tree = store.add(new LibraryTree({ library, runner, view, clock, formats, log, onError }));
  store.add(
    library.onDidMove(({ origin, moved }) => {
      if (origin === 'workspace') {
        logged('Keeping permissions', log, consent.noteRenamed(moved));
      }
    }),
  );
  store.add(notifyOfMoves(library, parts.profiles, log));
  store.add(notifyOfFailures(runner, targets, parts.panel, log));
  store.add(followTargets(targets, extracted, runner));
  /**
   * Waits until variables and extractors are known; needed before connecting and sending.
   *
   * @param connection the id of the connection that they are for
   */
  const ready = async (connection: string | undefined) => {
    if (!library.isRead && !(await withinTime(library.ready(), maxReadMs, clock))) {
      const seconds = maxReadMs / 1000;
      log.warn(`The saved messages and environments were not read within ${seconds} s.`);
    }
    if (connection !== undefined) {
      await extracted.settle(connection);
    }
  };
  return {
    ready,
    library,
    consent,
    environments,
    extracted,
    runner,
    runs,
    tree,
    dispose: () => store.dispose(),
  };
}

/**
 * Extractors watch each connection from its beginning; runs on a removed connection are stopped.
 */
function followTargets(
  targets: Targets,
  extracted: ExtractedValues,
  runner: SequenceRunner,
): Disposable {
  const followed = new Set<string>();
  const follow = () => {
    const ids = new Set(targets.all.map(({ id }) => id));
    for (const { id, name } of targets.all) {
      if (!followed.has(id)) {
        followed.add(id);
        extracted.follow(id, name);
      }
    }
    for (const id of [...followed].filter(each => !ids.has(each))) {
      followed.delete(id);
      extracted.forget(id);
      runner.stopOn(id);
    }
  };
  follow();
  return targets.onDidChange(follow);
}

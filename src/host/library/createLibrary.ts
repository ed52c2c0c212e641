import type { ExtensionContext, TreeView } from 'vscode';
import type { Clock } from '../../core/base/clock.ts';
import { DisposableStore, type Disposable } from '../../core/base/lifecycle.ts';
import { withinTime } from '../../core/base/withinTime.ts';
import type { Logger } from '../../core/base/logger.ts';
import type { FilterClock } from '../../core/filter/parseFilter.ts';
import type { Connections } from '../connections/connections.ts';
import type { Consent } from '../consent/consent.ts';
import { LibraryTree, type LibraryNode } from './libraryTree.ts';
import { Environments } from './environments.ts';
import { ExtractedValues, type ExtractedPorts } from './extractedValues.ts';
import { LibraryRuns } from './libraryRuns.ts';
import { LibraryStore } from './libraryStore.ts';
import { SequenceRunner, type RunnerPorts } from './sequenceRunner.ts';

export interface LibraryParts {
  readonly context: Pick<ExtensionContext, 'globalStorageUri' | 'workspaceState'>;
  readonly clock: Clock;
  readonly log: Logger;
  readonly connections: Connections;
  readonly consent: Consent;
  readonly view: TreeView<LibraryNode>;
  readonly filterClock: () => FilterClock;
  /** Fills in references, asks the user if needed, and sends. */
  readonly send: RunnerPorts['send'];
  readonly originOf: ExtractedPorts['originOf'];
  /** Shows an error as a command does. */
  readonly onError: (error: unknown) => void;
}

/** A folder on another machine may never answer. */
const maxReadMs = 5000;

/** Creates the library and the services that use it. */
export function createLibrary(parts: LibraryParts) {
  const { context, clock, log, connections, consent, view, filterClock } = parts;
  const { send, originOf, onError } = parts;
  const state = context.workspaceState;
  const store = new DisposableStore();
  const library = store.add(new LibraryStore({ globalStorageUri: context.globalStorageUri, log }));
  const extracted = store.add(
    new ExtractedValues({
      filterClock,
      originOf,
      watch: (connection, condition, onMatch) =>
        connections.get(connection).watch(condition, onMatch),
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
        connections.get(connection).watch(condition, onMatch),
    }),
  );
  const named = (name: string, connection: string) => environments.named(name, connection);
  const runs = new LibraryRuns({ library, runner, consent, connections, named });
  const tree = store.add(new LibraryTree({ library, runner, view, clock, onError }));
  store.add(followConnections(connections, extracted, runner));
  /** Waits until variables and extractors are known; needed before connecting and sending. */
  const ready = async () => {
    if (!library.isRead && !(await withinTime(library.ready(), maxReadMs, clock))) {
      const seconds = maxReadMs / 1000;
      log.warn(`The saved messages and environments were not read within ${seconds} s.`);
    }
  };
  return {
    ready,
    library,
    environments,
    extracted,
    runner,
    runs,
    tree,
    selected: () => tree.selected,
    dispose: () => store.dispose(),
  };
}

/**
 * Extractors watch each connection from its beginning; runs on a removed connection are stopped.
 */
function followConnections(
  connections: Connections,
  extracted: ExtractedValues,
  runner: SequenceRunner,
): Disposable {
  const followed = new Set<string>();
  const follow = () => {
    const ids = new Set(connections.all.map(({ id }) => id));
    for (const { id, name } of connections.all) {
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
  return connections.onDidChange(follow);
}

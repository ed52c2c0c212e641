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
  /** Fills in references, asks where it must, and sends. */
  readonly send: RunnerPorts['send'];
  readonly originOf: ExtractedPorts['originOf'];
  /** Shows an error as a command would. */
  readonly onError: (error: unknown) => void;
}

/** In milliseconds. A folder of another machine may not answer at all. */
const longestReadMs = 5000;

/** The library with all that stands behind it. */
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
  /** Waits for variables and extractors, as who is about to connect or to send must. */
  const ready = async () => {
    if (!library.isRead && !(await withinTime(library.ready(), longestReadMs, clock))) {
      const seconds = longestReadMs / 1000;
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

/** Extractors look at each connection from its beginning; nothing runs on one that is gone. */
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

import type { ExtensionContext, TreeView } from 'vscode';
import type { Clock } from '../core/base/clock.ts';
import { DisposableStore } from '../core/base/lifecycle.ts';
import type { Logger } from '../core/base/logger.ts';
import type { OpenCapture } from '../core/capture/capture.ts';
import type { CaptureView, ViewQuery } from '../core/capture/view.ts';
import { Governor } from '../core/connection/governor.ts';
import type { Dial, Handshake } from '../core/connection/transport.ts';
import { Connections } from './connections.ts';
import { filterClock } from './filterClock.ts';
import { Handshakes, type HandshakeHostPorts } from './handshake.ts';
import { createLibrary } from './library/createLibrary.ts';
import type { MessageOutput } from './monitoredConnection.ts';
import type { Secrets } from './secrets.ts';
import { createSending } from './sending/sending.ts';
import type { MessagesNode } from './trees/messagesTree.ts';

export interface ConnectingParts {
  readonly context: Pick<ExtensionContext, 'globalStorageUri' | 'workspaceState'>;
  readonly clock: Clock;
  /** Leaves out the secrets that went into handshakes and messages. */
  readonly log: Logger;
  readonly random: () => number;
  readonly secrets: Secrets;
  readonly output: MessageOutput;
  readonly captures: {
    readonly open: OpenCapture;
    readonly openView: (query: ViewQuery) => CaptureView;
  };
  /** Loaded with the first attempt, because it is most of what there is to load. */
  readonly loadDial: () => Promise<(handshake: Handshake) => Dial>;
  readonly runCommand: HandshakeHostPorts['runCommand'];
  readonly messagesView: TreeView<MessagesNode>;
  /** Shows an error as a command would. */
  readonly onError: (error: unknown) => void;
}

/** The connections of this window, what is sent on them, and the library that it comes from. */
export function createConnecting(parts: ConnectingParts) {
  const { context, clock, log, random, secrets, output, captures } = parts;
  const store = new DisposableStore();
  const governor = store.add(new Governor(clock));
  const handshakes: Handshakes = new Handshakes({
    ...{ secrets, random, now: () => clock.now(), state: context.workspaceState },
    environment: {
      named: name => library.environments.named(name),
      get names() {
        return library.environments.names;
      },
    },
    runCommand: parts.runCommand,
  });
  // Connections send what the library holds, and the library sends on connections: each of the three
  // asks the others no sooner than somebody connects.
  const connections: Connections = store.add(
    new Connections({
      ...{ clock, log, random, governor, output, openCapture: captures.open },
      redact: secrets.registry.redact,
      prepare: async (profile, wishes) => {
        const [dialWith, { handshake, shown, isRefreshable }] = await Promise.all([
          parts.loadDial(),
          handshakes.prepare(profile, wishes),
        ]);
        return { dial: dialWith(handshake), isRefreshable, endpoint: shown };
      },
      opening: {
        write: (monitored, body) => sending.opening.write(monitored, body),
        stepsOf: path => sending.opening.stepsOf(path),
      },
    }),
  );
  const library: ReturnType<typeof createLibrary> = store.add(
    createLibrary({
      ...{ context, clock, log, connections, view: parts.messagesView, onError: parts.onError },
      filterClock: () => filterClock(clock.now()),
      send: async (connection, body, origin) => {
        const { sender, files } = sending;
        // What a shared file names is read only where the page could have it read, too.
        const readFile = (path: string) => files.readGiven(path);
        const restricted = origin === 'workspace' ? [readFile] : [];
        await sender.send(connections.get(connection), body, ...restricted);
      },
    }),
  );
  const { environments, runs } = library;
  const sending: ReturnType<typeof createSending> = createSending({
    ...{ context, clock, log, random, secrets, registry: secrets.registry },
    openView: captures.openView,
    library: {
      named: (name, connection) => environments.named(name, connection),
      names: () => environments.names,
      environment: () => environments.active,
      stepsOf: path => runs.stepsOf(path),
    },
  });
  return { connections, library, sending, dispose: () => store.dispose() };
}

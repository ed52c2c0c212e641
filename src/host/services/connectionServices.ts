import { env, type ExtensionContext, type TreeView } from 'vscode';
import type { Clock } from '../../core/base/clock.ts';
import { DisposableStore } from '../../core/base/lifecycle.ts';
import type { Logger } from '../../core/base/logger.ts';
import type { OpenCapture } from '../../core/capture/capture.ts';
import type { CaptureView, ViewQuery } from '../../core/capture/view.ts';
import type { ReadFileWithin } from '../../core/message/fileAccess.ts';
import { originOf } from '../../core/endpoint/endpoint.ts';
import { DialLimiter } from '../../core/connection/retry/dialLimiter.ts';
import type { Dial, Handshake } from '../../core/connection/wire/transport.ts';
import { Connections } from '../connections/connections.ts';
import { Consent } from '../consent/consent.ts';
import { PermissionStore } from '../consent/permissionStore.ts';
import { DialOrigins } from '../connections/dialOrigins.ts';
import { filterClock } from '../ui/userZone.ts';
import { Handshakes, type HandshakeHostPorts } from '../connections/handshakes.ts';
import { createLibrary } from '../library/createLibrary.ts';
import type { ConnectionPlaces, MessageOutput } from '../connections/monitoredConnection.ts';
import type { Secrets } from '../secrets/secrets.ts';
import { createSending } from '../sending/sending.ts';
import type { LibraryNode } from '../library/libraryTree.ts';

export interface ConnectionServiceParts {
  readonly context: Pick<ExtensionContext, 'globalStorageUri' | 'workspaceState'>;
  readonly clock: Clock;
  /** Masks the secrets that were used in handshakes and messages. */
  readonly log: Logger;
  readonly random: () => number;
  readonly secrets: Secrets;
  readonly output: MessageOutput;
  readonly captures: {
    readonly open: OpenCapture;
    readonly openView: (query: ViewQuery) => CaptureView;
  };
  /** Loaded with the first attempt, because it is most of the code. */
  readonly loadDial: () => Promise<(handshake: Handshake) => Dial>;
  readonly runCommand: HandshakeHostPorts['runCommand'];
  readonly readFile: ReadFileWithin;
  readonly messagesView: TreeView<LibraryNode>;
  /** The relation of connections to the settings; called when there is a connection. */
  readonly places: () => ConnectionPlaces;
  /** Shows an error as a command does. */
  readonly onError: (error: unknown) => void;
}

/** Creates the connections of this window, the library, and what sends messages. */
export function createConnectionServices(parts: ConnectionServiceParts) {
  const { context, clock, log, random, secrets, output, captures } = parts;
  const store = new DisposableStore();
  const limiter = store.add(new DialLimiter(clock));
  const permissions = store.add(new PermissionStore(context.workspaceState));
  const consent = new Consent({
    permissions,
    hostsOf: name => secrets.hostsOf(name),
    now: () => clock.now(),
  });
  const dialled = new DialOrigins((id, origin) => {
    consent.noteMove(id, origin);
    library.extracted.clear(id);
    // Queued messages were filled in for another destination.
    connections.get(id).connection.cancelQueued('the connection leads elsewhere now');
  });
  const handshakes: Handshakes = new Handshakes({
    secrets,
    random,
    consent,
    now: () => clock.now(),
    itemOf: (path, by) => library.runs.itemOf(path, by),
    readFile: (...given) => sending.files.read(...given),
    environment: {
      named: (name, connection) =>
        library.environments.named(
          name,
          connections.all.find(each => each.name === connection)?.id,
        ),
      get names() {
        return library.environments.names;
      },
    },
    runCommand: parts.runCommand,
  });
  // Connections send items of the library, and the library sends on connections: the three are used
  // by each other only after a connection was opened.
  const connections: Connections = store.add(
    new Connections({
      clock,
      log,
      random,
      limiter,
      output,
      openCapture: captures.open,
      redact: secrets.registry.redact,
      places: parts.places,
      prepare: async (profile, wishes, { id }) => {
        // A window that has just opened may still be reading its files.
        await wishes.untimed(() => library.ready());
        const [dialWith, { handshake, shown, isRefreshable }] = await Promise.all([
          parts.loadDial(),
          handshakes.prepare({ id, profile }, wishes),
        ]);
        // In a remote window `localhost` is another machine, which the transport takes into
        // account.
        const { remoteName } = env;
        const dial = dialWith(remoteName === undefined ? handshake : { ...handshake, remoteName });
        return {
          dial: listener => {
            dialled.note(id, originOf(handshake.endpoint), clock.now());
            return dial(dialled.following(id, listener, () => clock.now()));
          },
          isRefreshable,
          endpoint: shown,
        };
      },
      opening: {
        write: (...given) => sending.opening.write(...given),
        stepsOf: (...given) => sending.opening.stepsOf(...given),
        assertAllowed: (...given) => sending.opening.assertAllowed(...given),
      },
    }),
  );
  store.add(
    connections.onDidRemove(({ id, name }) => {
      handshakes.forget(name);
      dialled.forget(id);
    }),
  );
  const library: ReturnType<typeof createLibrary> = store.add(
    createLibrary({
      context,
      clock,
      log,
      connections,
      consent,
      view: parts.messagesView,
      onError: parts.onError,
      filterClock: () => filterClock(clock.now()),
      originOf: id => dialled.originOf(id),
      send: async (connection, { body, origin }) => {
        await sending.sender.send(connections.get(connection), body, origin);
      },
    }),
  );
  const { environments, runs } = library;
  const sending: ReturnType<typeof createSending> = createSending({
    context,
    clock,
    log,
    random,
    secrets,
    consent,
    registry: secrets.registry,
    openView: captures.openView,
    readFile: parts.readFile,
    sinceOf: id => dialled.sinceOf(id),
    originOf: id => dialled.originOf(id),
    library: {
      named: (name, connection) => environments.named(name, connection),
      names: () => environments.names,
      ready: () => library.ready(),
      environment: () => environments.toSendWith(),
      stepsOf: (path, origin, on) => runs.stepsOf(path, origin, on),
    },
  });
  return { connections, library, sending, permissions, dispose: () => store.dispose() };
}

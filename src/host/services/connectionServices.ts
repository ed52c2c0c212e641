import { env, type ExtensionContext, type TreeView } from 'vscode';
import type { Clock } from '../../core/base/clock.ts';
import type { Formats } from '../../core/base/format.ts';
import { DisposableStore } from '../../core/base/lifecycle.ts';
import type { Logger } from '../../core/base/logger.ts';
import type { OpenCapture } from '../../core/capture/capture.ts';
import type { CaptureView, ViewQuery } from '../../core/capture/view.ts';
import type { ReadFileWithin } from '../../core/message/fileAccess.ts';
import { originOf } from '../../core/endpoint/endpoint.ts';
import { DialLimiter } from '../../core/connection/retry/dialLimiter.ts';
import type { Profile } from '../../core/settings/profile.ts';
import type { Dial, Handshake } from '../../core/connection/wire/transport.ts';
import { Clearing } from '../connections/commands/clearing.ts';
import { Connections } from '../connections/connections.ts';
import { destinationOfSlot } from '../sending/destinationOfSlot.ts';
import { Targets, type Target } from '../connections/targets.ts';
import { Consent } from '../consent/consent.ts';
import { PermissionStore } from '../consent/permissionStore.ts';
import { DialOrigins } from '../connections/dial/dialOrigins.ts';
import { filterClock } from '../ui/userZone.ts';
import { Handshakes, type HandshakeHostPorts } from '../connections/dial/handshakes.ts';
import { createLibrary } from '../library/createLibrary.ts';
import type { ConnectionPlaces } from '../connections/monitoredConnection.ts';
import type { MessageOutput } from '../recording/recorder.ts';
import type { Secrets } from '../secrets/secrets.ts';
import { createSending } from '../sending/sending.ts';
import type { SettingsService } from '../settings/settings.ts';
import { Slots } from '../slots/slots.ts';
import type { LibraryNode } from '../library/libraryTree.ts';
import type { ConnectDebugger } from '../watch/targetWatch.ts';
import { WatchService, type WatchableSessions } from '../watch/watchService.ts';
import type { RunPanel } from '../library/runs/runNotices.ts';

export interface ConnectionServiceParts {
  readonly context: Pick<ExtensionContext, 'extensionUri' | 'globalStorageUri' | 'workspaceState'>;
  readonly clock: Clock;
  /** Masks the secrets that were used in handshakes and messages. */
  readonly log: Logger;
  readonly random: () => number;
  readonly secrets: Secrets;
  readonly settings: Pick<SettingsService, 'current' | 'onDidChange'>;
  readonly output: MessageOutput;
  readonly captures: {
    readonly open: OpenCapture;
    readonly openView: (query: ViewQuery) => CaptureView;
  };
  /** Loaded with the first attempt, because it is most of the code. */
  readonly loadDial: () => Promise<(handshake: Handshake) => Dial>;
  readonly runCommand: HandshakeHostPorts['runCommand'];
  readonly readFile: ReadFileWithin;
  readonly debugSessions: WatchableSessions;
  readonly connectDebugger: ConnectDebugger;

  readonly messagesView: TreeView<LibraryNode>;
  /** The relation of connections to the settings; called when there is a connection. */
  readonly places: () => ConnectionPlaces;
  /** Called when the user has sent a message. */
  readonly onSent: () => void;
  /** Shows an error as a command does. */
  readonly onError: (error: unknown) => void;
  readonly formats: Formats;
  readonly panel: () => Promise<RunPanel>;
  /** The configured connections. */
  readonly profiles: () => readonly Profile[];
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
        library.environments.named(name, targets.all.find(each => each.name === connection)?.id),
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
        await wishes.untimed(() => library.ready(id));
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
  const slots = store.add(
    new Slots({
      clock,
      log,
      output,
      openCapture: captures.open,
      redact: secrets.registry.redact,
      settings: parts.settings,
      named: () => [...parts.profiles(), ...connections.all],
    }),
  );
  const targets = store.add(new Targets(connections, slots));
  const destinationOf = (target: Target) =>
    'connection' in target ? consent.destinationOf(target) : destinationOfSlot(target);
  const originBehind = (id: string) => slots.find(id)?.serverOrigin ?? dialled.originOf(id);
  connections.order.configured = () => parts.profiles().map(({ name }) => name);
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
      targets,
      consent,
      destinationOf,
      view: parts.messagesView,
      onError: parts.onError,
      formats: parts.formats,
      panel: parts.panel,
      redact: secrets.registry.redact,
      profiles: parts.profiles,
      filterClock: () => filterClock(clock.now()),
      originOf: originBehind,
      send: async (connection, { body, origin }) => {
        let sent: number | undefined;
        await sending.sender.send(targets.get(connection), body, origin, row => (sent = row));
        return sent;
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
    onSent: parts.onSent,
    sinceOf: id => slots.find(id)?.originSince ?? dialled.sinceOf(id),
    originOf: originBehind,
    destinationOf,
    library: {
      named: (name, connection) => environments.named(name, connection),
      names: () => environments.names,
      ready: ({ id }) => library.ready(id),
      environment: () => environments.toSendWith(),
      stepsOf: (path, origin, on) => runs.stepsOf(path, origin, on),
    },
  });
  const watch = store.add(
    new WatchService({
      clock,
      log,
      settings: parts.settings,
      sessions: parts.debugSessions,
      connect: parts.connectDebugger,
      hookExpression: parts.debugSessions.nodeHook.expression,
      observe: slots.observe,
      wantsCloseCodes: () => parts.settings.current.values['debug.closeCodes'],
    }),
  );
  const clearing = store.add(new Clearing(clock));
  const dispose = () => store.dispose();
  return {
    connections,
    slots,
    targets,
    watch,
    library,
    sending,
    permissions,
    clearing,
    /** Asks for the permissions that a handshake needs, and fills it in. */
    prepareHandshake: async (...[subject, wishes]: Parameters<Handshakes['prepare']>) => {
      await library.ready(subject.id);
      return handshakes.prepare(subject, wishes);
    },
    dispose,
  };
}

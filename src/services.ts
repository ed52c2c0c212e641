import { randomUUID } from 'node:crypto';
import {
  env,
  UIKind,
  Uri,
  window,
  type ExtensionContext,
  type TreeView,
  type WebviewPanel,
} from 'vscode';
import { UnmaskedHandshakes } from './core/secrets/unmaskedHandshakes.ts';
import { WakeWatch } from './core/connection/wakeWatch.ts';
import { DisposableStore } from './core/base/lifecycle.ts';
import { Formats } from './core/base/format.ts';
import { handleUnexpectedErrors } from './core/base/errors.ts';
import { once } from './core/base/once.ts';
import type { Profile } from './core/settings/profile.ts';
import { notifyRemoved, offerAbandonedCaptures } from './host/captures/captureNotices.ts';
import { connectShown, connectUnasked } from './host/connections/connect.ts';
import { commandHandlers } from './host/services/commandHandlers.ts';
import { reportError } from './host/ui/commands.ts';
import { createSettingsServices } from './host/services/settingsServices.ts';
import { createConnectionServices } from './host/services/connectionServices.ts';
import { ContextKeys } from './host/connections/contextKeys.ts';
import { followLink } from './host/connections/deepLinks.ts';
import { Demo } from './host/connections/demo.ts';
import { keepingLimits } from './host/settings/keepingLimits.ts';
import { MessagesChannel } from './host/connections/messageOutput.ts';
import { RecentUrls } from './host/connections/recentUrls.ts';
import { redactedLog } from './host/secrets/redactedLog.ts';
import { SecretRegistry } from './host/secrets/secretRegistry.ts';
import { Secrets } from './host/secrets/secrets.ts';
import type { SettingsService } from './host/settings/settings.ts';
import { SettingsFollower } from './host/connections/settingsFollower.ts';
import { StatusBar } from './host/connections/statusBar.ts';
import { CapturesTree, type CaptureNode } from './host/captures/capturesTree.ts';
import { ConnectionsTree } from './host/connections/connectionsTree.ts';
import type { LibraryNode } from './host/library/libraryTree.ts';
import { unwaited } from './host/ui/unwaited.ts';
import type { ShownLog } from './host/ui/plainLog.ts';
import { userZone } from './host/ui/userZone.ts';
import { createCaptureService } from './node/capture/captureService.ts';
import * as loadedLater from './node/onFirstUse.ts';
import { systemClock } from './node/systemClock.ts';
import { ContextKey } from './shared/ids.ts';

export interface MonitoringParts {
  readonly context: ExtensionContext;
  readonly log: ShownLog;
  readonly settings: SettingsService;
  /** The folder of capture files. */
  readonly capturesFolder: string;
  /** The views of trees whose data is provided here. */
  readonly views: {
    readonly captures: TreeView<CaptureNode>;
    readonly messages: TreeView<LibraryNode>;
  };
}

/** Creates all services of the extension and connects them with each other. */
export function startMonitoring({
  context,
  log,
  settings,
  capturesFolder,
  views,
}: MonitoringParts) {
  const { extensionUri, globalState } = context;
  const clock = systemClock;
  const registry = new SecretRegistry();
  // The user may be on another machine than this one.
  userZone.begin(globalState, env.remoteName !== undefined || env.uiKind === UIKind.Web);
  const formats = new Formats(env.language, () => userZone.timeZone);
  const output = new MessagesChannel(clock, settings, registry.redact);
  const logWithoutSecrets = redactedLog(log, registry.redact);
  const unexpectedErrors = handleUnexpectedErrors(error =>
    logWithoutSecrets.error('Unexpected error', error),
  );
  const secrets = new Secrets(context, registry);
  const captures = createCaptureService({
    workerPath: Uri.joinPath(extensionUri, 'dist', 'captureWorker.cjs').fsPath,
    folder: capturesFolder,
    retentionLimits: keepingLimits,
    onDidRemove: notifyRemoved(views.captures, formats, log),
    clock,
    log,
  });
  const plainHandshakes = new UnmaskedHandshakes(() => randomUUID());
  const connecting = createConnectionServices({
    context,
    clock,
    random: Math.random,
    secrets,
    output,
    captures,
    log: logWithoutSecrets,
    loadDial: async () => {
      const { openWsTransport } = await import('./node/transport/wsTransport.ts');
      return handshake => listener =>
        openWsTransport(handshake, listener, { keepUnmasked: plainHandshakes.keep });
    },
    ...loadedLater,
    messagesView: views.messages,
    places: () => configuring.configured,
    onError: error => unwaited('The tree', log, reportError('The tree', error, log)),
  });
  const { connections, library, sending, permissions } = connecting;
  const keys = new ContextKeys(log);
  const demo = new Demo(
    async () => (await import('./node/demo/demoServer.ts')).startDemoServer(),
    isRunning => keys.set(ContextKey.DemoRunning, isRunning),
    log,
  );
  const shown = new DisposableStore();
  const monitor = once(async () => {
    const { createMonitorServices } = await import('./host/services/monitorServices.ts');
    return shown.add(
      createMonitorServices({
        context,
        clock,
        log,
        connections,
        library,
        sending,
        secrets,
        formats,
        captures,
        plainHandshakes,
        showMessages: () => output.show(),
        onDidChangeOpen: isOpen => keys.set(ContextKey.PanelOpen, isOpen),
      }),
    );
  });
  const showMonitor = async (source?: string) => (await monitor()).panel.show(source);
  const recent = new RecentUrls(globalState, context.secrets, log);
  const target = { connections, settings, recent, demo, showMonitor };
  const connect = (entry: object | string) => connectShown(target, entry);
  const configuring = createSettingsServices({
    ...library,
    context,
    log,
    settings,
    secrets,
    connect,
  });
  const { archive } = captures;
  const { configured } = configuring;
  const trees = {
    connections: new ConnectionsTree({ connections, settings, configured, clock, formats }),
    captures: new CapturesTree(archive, formats, views.captures),
    messages: library.tree,
  };
  const parts = {
    ...target,
    ...configuring,
    ...library,
    monitor,
    secrets,
    permissions,
    output,
    log,
    sender: sending.sender,
    refresh: () => trees.captures.refresh(),
  };
  context.subscriptions.push(
    secrets,
    output,
    connecting,
    demo,
    shown,
    configuring,
    trees.captures,
    trees.connections,
    new WakeWatch(clock, () => connections.wake()),
    window.onDidChangeWindowState(({ focused }) => focused && connections.hint()),
    new StatusBar(connections, settings, clock, formats),
    connections.onDidChange(() => keys.setFrom(connections)),
    settings.onDidChange(new SettingsFollower({ connections, settings, log }).follow),
    // Last: listeners may fail while the others are disposed of.
    unexpectedErrors,
  );
  return {
    trees,
    handlers: commandHandlers(parts),
    connect: (profiles: readonly Profile[]) => connectUnasked(connections, profiles),
    restorePanel: async (tab: WebviewPanel, state: unknown) =>
      (await monitor()).panel.restore(tab, state),
    payloadText: async (uri: Uri) => (await monitor()).documents.textAt(uri),
    followLink: (uri: Uri) => followLink({ connections, settings, connect, log }, uri),
    offerAbandonedCaptures: () => offerAbandonedCaptures({ archive, formats, log }),
    /**
     * Ends the connections and the capture worker within about four seconds; the editor waits five.
     */
    end: async () => {
      await connections.end();
      await captures.dispose();
    },
  };
}

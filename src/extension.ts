import { env, Uri, window, workspace, type ExtensionContext } from 'vscode';
import { WakeWatch } from './core/connection/wakeWatch.ts';
import { Formats } from './core/format.ts';
import { offerAbandonedCaptures } from './host/abandonedCaptures.ts';
import { connectShown, connectUnasked } from './host/commands/connect.ts';
import { commandHandlers } from './host/commands/handlers.ts';
import { registerCommands, reportError } from './host/commands.ts';
import { createConfiguring } from './host/configuring.ts';
import { createConnecting } from './host/connecting.ts';
import { ContextKeys } from './host/contextKeys.ts';
import { registerDeepLinks } from './host/deepLinks.ts';
import { Demo } from './host/demo.ts';
import { MessagesChannel } from './host/messageOutput.ts';
import { createMonitor } from './host/monitor.ts';
import { RecentUrls } from './host/recentUrls.ts';
import { redactedLog } from './host/redactedLog.ts';
import { SecretRegistry } from './host/secretRegistry.ts';
import { Secrets } from './host/secrets.ts';
import { SettingsService } from './host/settings.ts';
import { followSettings } from './host/settingsFollower.ts';
import { StatusBar } from './host/statusBar.ts';
import { CapturesTree } from './host/trees/capturesTree.ts';
import { ConnectionsTree } from './host/trees/connectionsTree.ts';
import { createCaptureService } from './node/captureClient.ts';
import { systemClock } from './node/systemClock.ts';
import { ContextKey } from './shared/ids.ts';

/** Ends what outlives a window only by accident; set while the extension is active. */
let end: (() => Promise<void>) | undefined;

/** Puts the parts together and hands them to each other. */
export function activate(context: ExtensionContext): void {
  const { extensionUri, globalState } = context;
  const log = window.createOutputChannel('WebSocket Monitor', { log: true });
  const settings = new SettingsService(log);
  const registry = new SecretRegistry();
  const output = new MessagesChannel(systemClock, settings, registry.redact);
  const secrets = new Secrets(context, registry, error => log.error('A listener failed', error));
  const captures = createCaptureService({
    workerPath: Uri.joinPath(extensionUri, 'dist', 'captureWorker.cjs').fsPath,
    folder: Uri.joinPath(context.globalStorageUri, 'captures').fsPath,
    maxArchiveBytes: () => settings.current.values['history.maxMegabytes'] * 1024 * 1024,
    clock: systemClock,
    log,
  });
  const connecting = createConnecting({
    ...{ context, clock: systemClock, random: Math.random, secrets, output, captures },
    log: redactedLog(log, registry.redact),
    loadDial: async () => {
      const { openWsTransport } = await import('./node/wsTransport.ts');
      return handshake => listener => openWsTransport(handshake, listener);
    },
    runCommand: async (command, folder) =>
      (await import('./node/commandToken.ts')).runTokenCommand(command, folder),
    onError: error => void reportError('The tree', error, log),
  });
  const { connections, library, sending } = connecting;
  const keys = new ContextKeys();
  const demo = new Demo(
    async () => (await import('./node/demoServer.ts')).startDemoServer(),
    isRunning => keys.set(ContextKey.DemoRunning, isRunning),
  );
  const formats = new Formats(env.language);
  const monitor = createMonitor({
    ...{ context, clock: systemClock, log, connections, library, sending, secrets },
    ...{ formats, captures },
    showMessages: () => output.show(),
    onDidChangeOpen: isOpen => keys.set(ContextKey.PanelOpen, isOpen),
  });
  const { panel } = monitor;
  const recent = new RecentUrls(globalState);
  const target = { connections, settings, recent, demo, panel };
  const connect = (entry: object | string) => connectShown(target, entry);
  const configuring = createConfiguring({ context, log, settings, secrets, connect });
  const { archive } = captures;
  const capturesTree = new CapturesTree(archive, formats);
  const { configured } = configuring;
  const parts = {
    ...{ ...target, ...monitor.exporting, ...configuring, ...library },
    ...{ output, log, sender: sending.sender, refresh: () => capturesTree.refresh() },
  };
  context.subscriptions.push(
    ...[log, settings, secrets, output, connecting, demo, monitor, configuring, capturesTree],
    new ConnectionsTree({ connections, settings, configured, clock: systemClock, formats }),
    new WakeWatch(systemClock, () => connections.wake()),
    window.onDidChangeWindowState(({ focused }) => focused && connections.hint()),
    new StatusBar(connections, settings, systemClock, formats),
    connections.onDidChange(() => keys.setFrom(connections)),
    settings.onDidChange(() => followSettings(connections, settings)),
    workspace.onDidGrantWorkspaceTrust(() => connectUnasked(target)),
    registerDeepLinks({ connections, settings, connect, log }),
    registerCommands(commandHandlers(parts), log),
  );
  end = () => {
    connections.dispose();
    return captures.dispose();
  };
  connectUnasked(target);
  void offerAbandonedCaptures({ archive, state: globalState, formats, log });
}

/** The editor waits for the result, so that the last messages are stored. */
export function deactivate(): Promise<void> | undefined {
  return end?.();
}

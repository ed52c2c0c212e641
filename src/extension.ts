import { env, Uri, window, workspace, type ExtensionContext } from 'vscode';
import { Governor } from './core/connection/governor.ts';
import { WakeWatch } from './core/connection/wakeWatch.ts';
import { Formats } from './core/format.ts';
import { offerAbandonedCaptures } from './host/abandonedCaptures.ts';
import { connectUnasked } from './host/commands/connect.ts';
import { commandHandlers } from './host/commands/handlers.ts';
import { registerCommands } from './host/commands.ts';
import { Connections } from './host/connections.ts';
import { ContextKeys } from './host/contextKeys.ts';
import { Demo } from './host/demo.ts';
import { prepareHandshake } from './host/handshake.ts';
import { MessagesChannel } from './host/messageOutput.ts';
import { createMonitor } from './host/monitor.ts';
import { RecentUrls } from './host/recentUrls.ts';
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
  const output = new MessagesChannel(systemClock, settings);
  const secrets = new Secrets(context);
  const captures = createCaptureService({
    workerPath: Uri.joinPath(extensionUri, 'dist', 'captureWorker.cjs').fsPath,
    folder: Uri.joinPath(context.globalStorageUri, 'captures').fsPath,
    maxArchiveBytes: () => settings.current.values['history.maxMegabytes'] * 1024 * 1024,
    clock: systemClock,
    log,
  });
  const governor = new Governor(systemClock);
  const connections = new Connections({
    clock: systemClock,
    log,
    random: Math.random,
    openCapture: captures.open,
    // Loaded with the first attempt, because it is most of what there is to load.
    prepare: async (profile, { withoutCompression }) => {
      const [{ openWsTransport }, { handshake, isRefreshable }] = await Promise.all([
        import('./node/wsTransport.ts'),
        prepareHandshake(profile, secrets),
      ]);
      const asked = withoutCompression ? { ...handshake, compression: false } : handshake;
      return { dial: listener => openWsTransport(asked, listener), isRefreshable };
    },
    governor,
    output,
  });
  const keys = new ContextKeys();
  const demo = new Demo(
    async () => (await import('./node/demoServer.ts')).startDemoServer(),
    isRunning => keys.set(ContextKey.DemoRunning, isRunning),
  );
  const formats = new Formats(env.language);
  const { archive } = captures;
  const monitor = createMonitor({
    ...{ context, clock: systemClock, log, connections, secrets, formats, captures },
    showMessages: () => output.show(),
    onDidChangeOpen: isOpen => keys.set(ContextKey.PanelOpen, isOpen),
  });
  const { panel } = monitor;
  const capturesTree = new CapturesTree(archive, formats);
  const refresh = () => capturesTree.refresh();
  const recent = new RecentUrls(globalState);
  const parts = {
    ...{ connections, settings, recent, demo, panel, output, log, refresh },
    ...monitor.exporting,
  };
  context.subscriptions.push(
    ...[log, settings, output, governor, connections, demo, monitor, capturesTree],
    new ConnectionsTree({ connections, settings, clock: systemClock, formats }),
    new WakeWatch(systemClock, () => connections.wake()),
    window.onDidChangeWindowState(({ focused }) => focused && connections.hint()),
    new StatusBar(connections, settings, systemClock, formats),
    connections.onDidChange(() => keys.setFrom(connections)),
    settings.onDidChange(() => followSettings(connections, settings)),
    workspace.onDidGrantWorkspaceTrust(() => connectUnasked(parts)),
    registerCommands(commandHandlers(parts), log),
  );
  end = () => {
    connections.dispose();
    return captures.dispose();
  };
  connectUnasked(parts);
  void offerAbandonedCaptures({ archive, state: globalState, formats, log });
}

/** The editor waits for the result, so that the last messages are stored. */
export function deactivate(): Promise<void> | undefined {
  return end?.();
}

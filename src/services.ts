import { randomUUID } from 'node:crypto';
import { env, UIKind, Uri, window, type ExtensionContext, type WebviewPanel } from 'vscode';
import { UnmaskedHandshakes } from './core/secrets/unmaskedHandshakes.ts';
import { DisposableStore } from './core/base/lifecycle.ts';
import { Formats } from './core/base/format.ts';
import { handleUnexpectedErrors } from './core/base/errors.ts';
import { once } from './core/base/once.ts';
import type { Profile } from './core/settings/profile.ts';
import { notifyRemoved, offerAbandonedCaptures } from './host/captures/captureNotices.ts';
import { connectShown, connectUnasked } from './host/connections/commands/connect.ts';
import { commandHandlers } from './host/services/commandHandlers.ts';
import { reportError } from './host/ui/commands.ts';
import { createSettingsServices } from './host/services/settingsServices.ts';
import { createConnectionServices } from './host/services/connectionServices.ts';
import { createSurfaces, type SurfaceParts } from './host/services/surfaces.ts';
import { createTapServices } from './host/services/tapServices.ts';
import type { ContextKeys } from './host/connections/commands/contextKeys.ts';
import { followLink } from './host/connections/commands/deepLinks.ts';
import { Demo } from './host/connections/commands/demo.ts';
import { keepingLimits } from './host/settings/keepingLimits.ts';
import { MessagesChannel } from './host/connections/output/messageOutput.ts';
import { RecentUrls } from './host/connections/commands/recentUrls.ts';
import { redactedLog } from './host/secrets/redactedLog.ts';
import { SecretRegistry } from './host/secrets/secretRegistry.ts';
import { Secrets } from './host/secrets/secrets.ts';
import type { SettingsService } from './host/settings/settings.ts';
import { SettingsFollower } from './host/connections/settingsFollower.ts';
import { unwaited } from './host/ui/unwaited.ts';
import type { ShownLog } from './host/ui/plainLog.ts';
import type { DebugSessions } from './host/watch/debugSessions.ts';
import { userZone } from './host/ui/userZone.ts';
import { createCaptureService } from './node/capture/captureService.ts';
import * as loadedLater from './node/onFirstUse.ts';
import { systemClock } from './node/systemClock.ts';
import { ContextKey } from './shared/ids.ts';

export interface MonitoringParts {
  readonly context: ExtensionContext;
  readonly log: ShownLog;
  readonly settings: SettingsService;
  readonly keys: ContextKeys;
  readonly debugSessions: DebugSessions;
  /** Whether there are captures of closed windows. */
  readonly hasCaptures: () => Promise<boolean>;
  /** The folder of capture files. */
  readonly capturesFolder: string;
  /** The views of trees whose data is provided here. */
  readonly views: SurfaceParts['views'];
}

/** Creates all services of the extension and connects them with each other. */
export function startMonitoring({
  context,
  log,
  settings,
  keys,
  debugSessions,
  hasCaptures,
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
  const common = { context, clock, log, settings, secrets, captures, formats, keys, debugSessions };
  const connecting = createConnectionServices({
    ...common,
    random: Math.random,
    output,
    log: logWithoutSecrets,
    loadDial: async () => {
      const { openWsTransport } = await import('./node/transport/wsTransport.ts');
      return handshake => listener =>
        openWsTransport(handshake, listener, { keepUnmasked: plainHandshakes.keep });
    },
    ...loadedLater,
    messagesView: views.messages,
    profiles: () => settings.current.profiles,
    panel: async () => (await monitor()).panel,
    onSent: () => keys.set(ContextKey.HasSent, true),
    places: () => configuring.configured,
    onError: error => unwaited('The tree', log, reportError('The tree', error, log)),
  });
  const { connections, slots, library, sending } = connecting;
  const demo = new Demo(
    async () => (await import('./node/demo/demoServer.ts')).startDemoServer(),
    isRunning => keys.set(ContextKey.DemoRunning, isRunning),
    log,
  );
  const ruleParts = () => ({ taps: tapping.taps, files: configuring.files });
  const shown = new DisposableStore();
  const monitor = once(async () => {
    const { createMonitorServices } = await import('./host/services/monitorServices.ts');
    return shown.add(
      createMonitorServices({
        ...common,
        ...connecting,
        plainHandshakes,
        redact: registry.redact,
        filePorts: loadedLater,
        ruleParts,
        showMessages: () => output.show(),
        onDidChangeOpen: isOpen => keys.set(ContextKey.PanelOpen, isOpen),
        onFilter: () => keys.set(ContextKey.HasFiltered, true),
        onDidOpenCaptures: areOpen => keys.set(ContextKey.HasOpenCaptures, areOpen),
      }),
    );
  });
  const showMonitor = async (source?: string) => (await monitor()).panel.show(source);
  const recent = new RecentUrls(globalState, context.secrets, log);
  const target = { connections, settings, recent, demo, showMonitor };
  const connect = (entry: object | string) => connectShown(target, entry);
  const configuring = createSettingsServices({ ...library, ...common, connect });
  const tapping = createTapServices({
    ...common,
    ...connecting,
    log: logWithoutSecrets,
    listen: (options, listening, ports) => {
      const { keep: keepUnmasked } = plainHandshakes;
      const all = { ...ports, clock, log: logWithoutSecrets, keepUnmasked };
      return loadedLater.startTap(options, listening, all);
    },
  });
  const own = { ...common, ...connecting, ...configuring, ...tapping };
  const surfaces = createSurfaces({ ...own, hasCaptures, views });
  const parts = {
    ...own,
    ...target,
    ...library,
    views,
    monitor,
    ruleParts,
    output,
    sender: sending.sender,
    refresh: surfaces.refresh,
  };
  context.subscriptions.push(
    secrets,
    output,
    connecting,
    demo,
    shown,
    tapping,
    configuring,
    surfaces,
    window.onDidChangeWindowState(({ focused }) => focused && connections.hint()),
    settings.onDidChange(new SettingsFollower({ connections, settings, log }).follow),
    // Last: listeners may fail while the others are disposed of.
    unexpectedErrors,
  );
  return {
    trees: surfaces.trees,
    watch: connecting.watch,
    handlers: commandHandlers(parts),
    connect: (profiles: readonly Profile[]) => connectUnasked(connections, profiles),
    restorePanel: async (tab: WebviewPanel, state: unknown) =>
      (await monitor()).panel.restore(tab, state),
    payloadText: async (uri: Uri) => (await monitor()).documents.textAt(uri),
    followLink: (uri: Uri) => followLink({ connections, settings, connect, log }, uri),
    offerAbandonedCaptures: () => offerAbandonedCaptures({ ...captures, formats, log }),
    /**
     * Ends the connections, the taps and the capture worker within about four seconds; the editor
     * waits five.
     */
    end: async () => {
      await Promise.all([connections.end(), tapping.taps.end()]);
      slots.dispose();
      await captures.dispose();
    },
  };
}

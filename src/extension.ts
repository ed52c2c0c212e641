import { commands, Uri, workspace, type ExtensionContext } from 'vscode';
import { CancellationError } from './core/base/errors.ts';
import { once } from './core/base/once.ts';
import { registerCommands, reportError } from './host/ui/commands.ts';
import { registerProviders } from './host/ui/registrations.ts';
import { watchForLibrary } from './host/library/files/libraryWatch.ts';
import { hasPermissions } from './host/consent/permissionStore.ts';
import { hasSecrets } from './host/secrets/secrets.ts';
import { ContextKeys } from './host/connections/commands/contextKeys.ts';
import { SettingsService } from './host/settings/settings.ts';
import type { CaptureNode } from './host/captures/capturesTree.ts';
import type { ConnectionsNode } from './host/connections/views/connectionsTree.ts';
import { DebugSessions } from './host/watch/debugSessions.ts';
import { createNodeHook } from './host/watch/nodeHook.ts';
import { draggable, LazyTree, takingFiles, type DraggableTree } from './host/ui/trees.ts';
import type { LibraryNode } from './host/library/libraryTree.ts';
import { logged, unwaited } from './host/ui/unwaited.ts';
import { openLog } from './host/ui/plainLog.ts';
import type { startMonitoring } from './services.ts';
import { hasAbandonedFile, hasEndedCapture } from './node/files/captureFiles.ts';
import { closeFolderToOthers } from './node/files/privateFiles.ts';
import { CommandId, ContextKey, ViewType } from './shared/ids.ts';

type Monitoring = ReturnType<typeof startMonitoring>;

/** Ends connections and the capture worker; set once there is something to end. */
let end: Monitoring['end'] | undefined;

/**
 * Registers commands, views and providers. Everything else is loaded when the first of them is
 * used.
 */
export function activate(context: ExtensionContext): void {
  const log = openLog('WebSocket Monitor');
  const settings = new SettingsService(log);
  const capturesFolder = Uri.joinPath(context.globalStorageUri, 'captures').fsPath;
  const keys = new ContextKeys(log);
  const hasCaptures = () => hasEndedCapture(capturesFolder);
  let isEnded = false;

  const load = once(async () => {
    const { startMonitoring } = await import('./services.ts');
    if (isEnded) {
      throw new CancellationError();
    }
    const views = {
      connections: connections.view,
      captures: captures.view,
      messages: messages.view,
    };
    const started = startMonitoring({
      context,
      log,
      settings,
      keys,
      debugSessions,
      hasCaptures,
      capturesFolder,
      views,
    });
    end = started.end;
    return started;
  });
  const unasked = async (task: (started: Monitoring) => unknown) => {
    try {
      await task(await load());
    } catch (error) {
      if (!isEnded) {
        await reportError('The start', error, log);
      }
    }
  };
  const connectUnasked = () => {
    const wanted = settings.autoConnected;
    if (wanted.length > 0) {
      unwaited(
        'Connecting',
        log,
        unasked(({ connect }) => connect(wanted)),
      );
    }
  };

  const debugSessions = new DebugSessions({
    log,
    nodeHook: createNodeHook(context, settings),
    isWatched: () => workspace.isTrusted && settings.current.values['debug.watch'] !== 'off',
    load: async () => (await load()).watch,
    onDidChange: ({ targets }) => keys.set(ContextKey.Debugging, targets.length > 0),
  });
  const connections = new LazyTree<ConnectionsNode, DraggableTree<ConnectionsNode>>(
    ViewType.Connections,
    async () => (await load()).trees.connections,
    draggable(ViewType.Connections),
  );
  const captures = new LazyTree<CaptureNode>(
    ViewType.Captures,
    async () => (await load()).trees.captures,
    takingFiles(file => commands.executeCommand(CommandId.OpenFile, file)),
  );
  const messages = new LazyTree<LibraryNode, DraggableTree<LibraryNode>>(
    ViewType.Messages,
    async () => (await load()).trees.messages,
    tree => ({ ...draggable<LibraryNode>(ViewType.Messages)(tree), showCollapseAll: true }),
  );
  context.subscriptions.push(
    { dispose: () => (isEnded = true) },
    log,
    settings,
    connections,
    captures,
    messages,
    debugSessions,
    registerProviders(load),
    registerCommands(async () => (await load()).handlers, log),
    workspace.onDidGrantWorkspaceTrust(connectUnasked),
    settings.onDidChange(current => keys.setFromSettings(current)),
    watchForLibrary(context.globalStorageUri, () =>
      unwaited(
        'The library',
        log,
        unasked(() => undefined),
      ),
    ),
  );
  // The palette offers what can do something, also before anything else is loaded.
  keys.setFromSettings(settings.current);
  keys.set(ContextKey.HasSecrets, hasSecrets(context.globalState));
  keys.set(ContextKey.HasPermissions, hasPermissions(context.workspaceState));
  connectUnasked();
  // An early version made it readable for other users.
  closeFolderToOthers(capturesFolder);
  const lookForCaptures = async () => {
    keys.set(ContextKey.HasCaptures, await hasCaptures());
    if (await hasAbandonedFile(capturesFolder)) {
      await unasked(started => started.offerAbandonedCaptures());
    }
  };
  logged('Looking for captures', log, lookForCaptures());
}

/** The editor waits for the result, so that the last messages are stored. */
export function deactivate(): Promise<void> | undefined {
  return end?.();
}

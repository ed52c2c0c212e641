import type { TreeView } from 'vscode';
import { DisposableStore, type Disposable } from '../../core/base/lifecycle.ts';
import type { Logger } from '../../core/base/logger.ts';
import type { RunProgress } from '../../core/library/sequenceRun.ts';
import { ContextKey } from '../../shared/ids.ts';
import type { Connections } from '../connections/connections.ts';
import type { Targets } from '../connections/targets.ts';
import type { ContextKeys } from '../connections/commands/contextKeys.ts';
import type { PermissionStore } from '../consent/permissionStore.ts';
import type { createLibrary } from '../library/createLibrary.ts';
import type { Secrets } from '../secrets/secrets.ts';
import type { WatchService } from '../watch/watchService.ts';
import { logged } from '../ui/unwaited.ts';

export interface PaletteKeyParts {
  readonly keys: ContextKeys;
  readonly connections: Connections;
  readonly targets: Targets;
  readonly library: Pick<ReturnType<typeof createLibrary>, 'library' | 'environments' | 'runner'>;
  readonly watch: Pick<WatchService, 'isWatching' | 'onDidChange'>;
  readonly secrets: Secrets;
  readonly permissions: PermissionStore;
  readonly views: { readonly captures: Pick<TreeView<unknown>, 'onDidChangeVisibility'> };
  readonly hasCaptures: () => Promise<boolean>;
  readonly log: Logger;
}

const ended: readonly string[] = [
  'done',
  'stopped',
  'failed',
] satisfies readonly RunProgress['state'][];

/** Keeps the context keys right by which the palette offers what can do something. */
export class PaletteKeys implements Disposable {
  readonly #store = new DisposableStore();
  readonly #parts: PaletteKeyParts;

  constructor(parts: PaletteKeyParts) {
    this.#parts = parts;
    const { keys, connections, targets, watch, secrets, permissions, views } = parts;
    const { library, environments, runner } = parts.library;
    const followLibrary = () => {
      keys.set(ContextKey.HasSaved, library.runnables.length > 0 || library.isHeldBack);
      keys.set(ContextKey.HasEnvironments, environments.all.length > 0);
      const isRunning = runner.all.some(({ progress: { state } }) => !ended.includes(state));
      keys.set(ContextKey.Running, isRunning);
    };
    for (const { onDidChange } of [library, environments, runner]) {
      this.#store.add(onDidChange(followLibrary));
    }
    this.#store.add(targets.onDidChange(() => keys.setFrom(connections, targets)));
    this.#store.add(watch.onDidChange(() => keys.set(ContextKey.Watching, watch.isWatching)));
    this.#store.add(
      secrets.onDidChange(() => keys.set(ContextKey.HasSecrets, secrets.names.length > 0)),
    );
    this.#store.add(
      permissions.onDidChange(() =>
        keys.set(ContextKey.HasPermissions, permissions.all.length > 0),
      ),
    );
    this.#store.add(views.captures.onDidChangeVisibility(() => this.lookForCaptures()));
  }

  /** To be called when captures of closed windows may have come or gone. */
  lookForCaptures(): void {
    const { keys, hasCaptures, log } = this.#parts;
    const look = async () => keys.set(ContextKey.HasCaptures, await hasCaptures());
    logged('Looking for captures', log, look());
  }

  dispose(): void {
    this.#store.dispose();
  }
}

import { workspace, type Memento } from 'vscode';
import { onUnexpectedError } from '../../core/base/errors.ts';
import { Emitter } from '../../core/base/event.ts';
import type { Disposable } from '../../core/base/lifecycle.ts';
import type { Wanted } from '../../core/consent/disclosure.ts';
import {
  allowing,
  missingIn,
  readPermissions,
  recordOf,
  revoking,
  type Permission,
} from '../../core/consent/permissions.ts';

const key = 'permissions';

/** The keys of earlier versions, whose permissions also covered later changes of a workspace. */
const formerKeys = ['library.maySend', 'allowedAuthCommands'];

/** Whether anything was ever allowed and not revoked; the store removes what counts for nothing. */
export function hasPermissions(workspaceState: Memento): boolean {
  return workspaceState.get(key) !== undefined;
}

/** The permissions of the workspace of this window. */
export class PermissionStore implements Disposable {
  readonly #state: Memento;
  readonly #onDidChange = new Emitter<undefined>();
  readonly onDidChange = this.#onDidChange.event;

  /** @param state the workspace's state */
  constructor(state: Memento) {
    this.#state = state;
    this.#forgetFormer().catch(onUnexpectedError);
  }

  get all(): readonly Permission[] {
    return readPermissions(this.#state.get(key), workspaceId());
  }

  missing(wanted: readonly Wanted[]): readonly Wanted[] {
    return missingIn(this.all, wanted);
  }

  /** @param at in milliseconds since 1970 */
  async allow(wanted: readonly Wanted[], at: number): Promise<void> {
    await this.#keep(allowing(this.all, wanted, at));
  }

  async revoke(revoked: readonly Wanted[]): Promise<void> {
    await this.#keep(revoking(this.all, revoked));
  }

  dispose(): void {
    this.#onDidChange.dispose();
  }

  async #keep(permissions: readonly Permission[]): Promise<void> {
    const kept = permissions.length === 0 ? undefined : recordOf(permissions, workspaceId());
    await this.#state.update(key, kept);
    this.#onDidChange.fire(undefined);
  }

  async #forgetFormer(): Promise<void> {
    for (const former of formerKeys) {
      if (this.#state.get(former) !== undefined) {
        await this.#state.update(former, undefined);
      }
    }
    if (this.#state.get(key) !== undefined && this.all.length === 0) {
      await this.#state.update(key, undefined);
    }
  }
}

/** Identifies a workspace; empty if no folder is open. */
function workspaceId(): string {
  const { workspaceFile, workspaceFolders } = workspace;
  return (workspaceFile ?? workspaceFolders?.[0]?.uri)?.toString() ?? '';
}

import { commands } from 'vscode';
import type { Logger } from '../../../core/base/logger.ts';
import { ContextKey } from '../../../shared/ids.ts';
import type { ReadSettings } from '../../../core/settings/profile.ts';
import type { Connections } from '../connections.ts';
import type { Targets } from '../targets.ts';
import { logged } from '../../ui/unwaited.ts';

type Key = (typeof ContextKey)[keyof typeof ContextKey];

/** Sets the context keys of `when` clauses, each only if it has changed. */
export class ContextKeys {
  readonly #log: Logger;
  readonly #values = new Map<Key, boolean>();

  constructor(log: Logger) {
    this.#log = log;
  }

  set(key: Key, value: boolean): void {
    // What was never set is false for the editor.
    if ((this.#values.get(key) ?? false) !== value) {
      this.#values.set(key, value);
      logged('Setting a context key', this.#log, commands.executeCommand('setContext', key, value));
    }
  }

  setFrom({ all, live }: Connections, targets: Targets): void {
    this.set(ContextKey.Known, all.length > 0);
    this.set(ContextKey.Live, live.length > 0);
    this.set(
      ContextKey.Open,
      targets.all.some(({ isOpen, takes }) => isOpen && takes !== undefined),
    );
    this.set(
      ContextKey.Holding,
      targets.all.some(target => 'heldCount' in target && target.heldCount > 0),
    );
    this.set(
      ContextKey.HasMessages,
      targets.all.some(({ capture: { extent } }) => extent.next > extent.first),
    );
  }

  setFromSettings({ profiles }: Pick<ReadSettings, 'profiles'>): void {
    const inFiles = profiles.filter(({ folder }) => folder === undefined);
    this.set(ContextKey.Configured, profiles.length > 0);
    this.set(ContextKey.Changeable, inFiles.length > 0);
    this.set(
      ContextKey.Movable,
      (['user', 'workspace'] as const).some(scope => {
        const listed = inFiles.filter(each => each.scope === scope && each.isListed);
        return listed.length > 1;
      }),
    );
  }
}

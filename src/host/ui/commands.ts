import { commands, l10n } from 'vscode';
import { isCancellation, messageOf, UserError } from '../../core/base/errors.ts';
import { DisposableStore, type Disposable } from '../../core/base/lifecycle.ts';
import { CommandId, InternalCommandId } from '../../shared/ids.ts';
import { TreeTarget } from './trees.ts';
import type { ShownLog } from './plainLog.ts';
import { showError } from './notify.ts';

/** A handler for every command; a command without one is a compile error. */
export type CommandHandlers = Readonly<
  Record<CommandId | InternalCommandId, (target?: unknown, detail?: unknown) => unknown>
>;

/**
 * Run by the editor for `${input:…}`, with arguments or without. The task or debug session ends if they
 * reject, which shows the error; with `undefined` it would go on with an empty value.
 */
const forInputs: ReadonlySet<string> = new Set([CommandId.TapUrl]);

/**
 * Registers all commands; their handlers are loaded when the first one is run. If a command that
 * was run without arguments, as from the palette or a tree, fails, the error is shown; one that was
 * run with arguments, as from code, rejects with the error.
 */
export function registerCommands(load: () => Promise<CommandHandlers>, log: ShownLog): Disposable {
  const store = new DisposableStore();
  for (const id of [...Object.values(CommandId), ...Object.values(InternalCommandId)]) {
    store.add(
      commands.registerCommand(id, async (target?: unknown, detail?: unknown) => {
        try {
          const handlers = await load();
          return await handlers[id](target, detail);
        } catch (error) {
          if (forInputs.has(id)) {
            throw error;
          }
          if (isCancellation(error)) {
            return undefined;
          }
          if (target !== undefined && !(target instanceof TreeTarget)) {
            throw error;
          }
          await reportError(id, error, log);
          return undefined;
        }
      }),
    );
  }
  return store;
}

/** Shows an error, and logs it unless it is a UserError; `what` names the task in the log. */
export async function reportError(what: string, error: unknown, log: ShownLog): Promise<void> {
  if (error instanceof UserError) {
    await showError(error.message);
    return;
  }
  log.error(`${what} failed`, error);
  const showLog = l10n.t('Show Log');
  const sentence = [l10n.t('WebSocket Monitor: {0}'), messageOf(error)] as const;
  if ((await showError(sentence, showLog)) === showLog) {
    log.show();
  }
}

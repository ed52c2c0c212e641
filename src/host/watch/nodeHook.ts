import { Uri, workspace, type ExtensionContext } from 'vscode';
import { once } from '../../core/base/once.ts';
import { hookExpression } from '../../core/watch/hookExpression.ts';
import type { SettingsService } from '../settings/settings.ts';
import { isSet } from '../settings/settingValues.ts';
import { NodeChoice } from './nodeChoice.ts';

/** The name that no program has, by which the hook tells what it sees. */
export const hookBinding = '__websocketMonitorHook';

/** What is put into Node programs, and whether it may be. */
export interface NodeHook {
  readonly choice: Pick<NodeChoice, 'isWanted' | 'ask'>;
  readonly expression: () => Promise<string>;
}

export function createNodeHook(
  context: Pick<ExtensionContext, 'extensionUri' | 'workspaceState'>,
  settings: Pick<SettingsService, 'current'>,
): NodeHook {
  return {
    choice: new NodeChoice({
      storage: context.workspaceState,
      isSet: () => isSet('debug.watch'),
      isSetToAll: () => settings.current.values['debug.watch'] === 'all',
    }),
    expression: once(async () => {
      const file = Uri.joinPath(context.extensionUri, 'dist', 'nodeHook.js');
      return hookExpression(
        new TextDecoder().decode(await workspace.fs.readFile(file)),
        hookBinding,
      );
    }),
  };
}

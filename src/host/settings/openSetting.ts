import { commands, env } from 'vscode';
import type { SettingsScope } from '../../core/settings/settingLayers.ts';
import { settingKeys, settingsSection } from '../../core/settings/settingsTable.ts';
import { isSetByWorkspace } from './settingValues.ts';

const ours: ReadonlySet<string> = new Set([
  ...settingKeys,
  'url',
  'connections',
  'taps',
  'decoders',
]);

/**
 * Opens the settings editor at one of our settings, or at one of the editor's by its full name, in
 * the scope that its value comes from.
 *
 * @param scope that of the connection: both the user and the workspace may have some
 */
export async function openSetting(name: string, scope?: SettingsScope): Promise<void> {
  const id = ours.has(name) ? `${settingsSection}.${name}` : name;
  const isListed =
    name === 'url' || name === 'connections' || name === 'taps' || name === 'decoders';
  const whose = (isListed ? scope : undefined) ?? (isSetByWorkspace(id) ? 'workspace' : 'user');
  // A search for words would also find settings whose description has them.
  await commands.executeCommand(commandFor(whose), { query: `@id:${id}` });
}

/** In a remote window the user settings do not show machine settings, which ours are. */
function commandFor(whose: SettingsScope): string {
  const user = env.remoteName === undefined ? 'openGlobalSettings' : 'openRemoteSettings';
  return `workbench.action.${whose === 'workspace' ? 'openWorkspaceSettings' : user}`;
}

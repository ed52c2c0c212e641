import { commands, env, Uri, window, workspace } from 'vscode';
import { settingKeys, settingsSection } from '../../core/settings/settingsTable.ts';
import type { SettingsScope } from '../../core/settings/settingLayers.ts';
import { isSetByWorkspace } from './settingValues.ts';

const ours: ReadonlySet<string> = new Set([...settingKeys, 'url', 'connections']);

/**
 * Opens the settings editor at one of our settings, or at one of the editor's by its full name, in
 * the scope that its value comes from.
 */
export async function openSetting(name: string): Promise<void> {
  const id = ours.has(name) ? `${settingsSection}.${name}` : name;
  // A search for words would also find settings whose description has them.
  await commands.executeCommand(commandFor(id), { query: `@id:${id}` });
}

/** In a remote window the user settings do not show machine settings, which ours are. */
function commandFor(id: string): string {
  const user = env.remoteName === undefined ? 'openGlobalSettings' : 'openRemoteSettings';
  return `workbench.action.${isSetByWorkspace(id) ? 'openWorkspaceSettings' : user}`;
}

/** Opens the user's or the workspace's settings.json at our connections. */
export async function openSettingsFile(scope: SettingsScope): Promise<void> {
  const whose = { user: 'openSettingsJson', workspace: 'openWorkspaceSettingsFile' }[scope];
  const revealSetting = { key: `${settingsSection}.connections` };
  await commands.executeCommand(`workbench.action.${whose}`, { revealSetting });
}

/** Opens the settings.json of a folder of the workspace. */
export async function openFolderSettings(name: string): Promise<void> {
  const folder = workspace.workspaceFolders?.find(each => each.name === name);
  if (folder) {
    await window.showTextDocument(Uri.joinPath(folder.uri, '.vscode', 'settings.json'));
  }
}

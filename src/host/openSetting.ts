import { commands } from 'vscode';
import { settingKeys, settingsSection } from '../core/settings/settingsTable.ts';
import type { SettingsScope } from '../shared/formProtocol.ts';

/** Opens the settings editor at one of our settings, or at one of the editor's by its full name. */
export async function openSetting(name: string | undefined): Promise<void> {
  const isOurs = name === 'url' || settingKeys.some(key => key === name);
  const query = isOurs ? `${settingsSection}.${name}` : (name ?? settingsSection);
  await commands.executeCommand('workbench.action.openSettings', query);
}

/** Opens the settings of the user or of the workspace as text, at our connections. */
export async function openSettingsFile(scope: SettingsScope): Promise<void> {
  const whose = { user: 'openSettingsJson', workspace: 'openWorkspaceSettingsFile' }[scope];
  const revealSetting = { key: `${settingsSection}.connections` };
  await commands.executeCommand(`workbench.action.${whose}`, { revealSetting });
}

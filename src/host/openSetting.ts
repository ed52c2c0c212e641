import { commands } from 'vscode';
import { settingKeys, settingsSection } from '../core/settings/settingsTable.ts';
import type { SettingsScope } from '../shared/formProtocol.ts';

const ours: ReadonlySet<string> = new Set([...settingKeys, 'url', 'connections']);

/** Opens the settings editor at one of our settings, or at one of the editor's by its full name. */
export async function openSetting(name: string): Promise<void> {
  const id = ours.has(name) ? `${settingsSection}.${name}` : name;
  // Words would find whatever is described with them; an id finds the one.
  await commands.executeCommand('workbench.action.openSettings', `@id:${id}`);
}

/** Opens the settings of the user or of the workspace as text, at our connections. */
export async function openSettingsFile(scope: SettingsScope): Promise<void> {
  const whose = { user: 'openSettingsJson', workspace: 'openWorkspaceSettingsFile' }[scope];
  const revealSetting = { key: `${settingsSection}.connections` };
  await commands.executeCommand(`workbench.action.${whose}`, { revealSetting });
}

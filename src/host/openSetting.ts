import { commands } from 'vscode';
import { settingKeys, settingsSection } from '../core/settings/settingsTable.ts';

/** Opens the settings editor at one of our settings, or at one of the editor's by its full name. */
export async function openSetting(name: string | undefined): Promise<void> {
  const isOurs = name === 'url' || settingKeys.some(key => key === name);
  const query = isOurs ? `${settingsSection}.${name}` : (name ?? settingsSection);
  await commands.executeCommand('workbench.action.openSettings', query);
}

import { workspace } from 'vscode';
import { isObject } from '../core/settings/jsonEdit.ts';
import {
  settingKeys,
  settingOf,
  settingsSection,
  type SettingKey,
} from '../core/settings/settingsTable.ts';
import type { SettingsScope } from '../shared/formProtocol.ts';

/** About data of all workspaces: no workspace decides on them, whatever it says and is trusted with. */
const usersKeys = new Set<string>(settingKeys.filter(key => settingOf(key).isUsers));

/**
 * What the user set below `websocketMonitor`, the most specific first; defaults do not count. The
 * editor is asked once for all, since each question takes it long.
 */
export function explicitSettings(): (key: string) => unknown {
  const inspected = workspace.getConfiguration().inspect(settingsSection);
  const scopes = [
    inspected?.workspaceFolderValue,
    inspected?.workspaceValue,
    inspected?.globalValue,
  ];
  return key =>
    (usersKeys.has(key) ? [inspected?.globalValue] : scopes)
      .map(scope => memberAt(scope, key.split('.')))
      .find(value => value !== undefined && value !== null);
}

function memberAt(value: unknown, [first, ...rest]: readonly string[]): unknown {
  if (first === undefined) {
    return value;
  }
  return isObject(value) ? memberAt(value[first], rest) : undefined;
}

/** The settings of ours that name connections. */
export type ConnectionSetting = 'url' | 'connections';

/** What is set in a scope, without defaults; `undefined` where nothing is. */
export function settingIn(scope: SettingsScope, setting: ConnectionSetting): unknown {
  const inspected = workspace.getConfiguration(settingsSection).inspect(setting);
  return scope === 'user' ? inspected?.globalValue : inspected?.workspaceValue;
}

/** What the user's own settings say of a key, whatever a workspace says of it. */
export function usersSetting(key: SettingKey): unknown {
  return workspace.getConfiguration(settingsSection).inspect(key)?.globalValue;
}

/** Whether the workspace has a value for a setting, given by its full name. */
export function isSetByWorkspace(id: string): boolean {
  const { workspaceValue, workspaceFolderValue } = workspace.getConfiguration().inspect(id) ?? {};
  return workspaceValue !== undefined || workspaceFolderValue !== undefined;
}

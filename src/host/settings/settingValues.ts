import { ConfigurationTarget, workspace, type Uri } from 'vscode';
import {
  settingsIn,
  sourcesOf,
  type SettingLayer,
  type SettingSources,
  type SettingsScope,
} from '../../core/settings/settingLayers.ts';
import { settingsSection, type SettingKey } from '../../core/settings/settingsTable.ts';

// The only file that reads configuration from the editor, so that settings of an untrusted
// workspace cannot bypass `settingsIn`.

/**
 * What is set below `websocketMonitor`, without defaults. One `inspect` reads everything, because
 * each call is slow.
 */
export function settingSources(): SettingSources {
  const { isTrusted, workspaceFile, workspaceFolders = [] } = workspace;
  // Without a workspace file, the settings of the only folder are the workspace's.
  const folders = workspaceFile === undefined ? [] : workspaceFolders;
  const ofFolders = folders.map(({ name, uri }): SettingLayer => {
    return { scope: 'workspace', folder: name, values: inspect(uri)?.workspaceFolderValue };
  });
  return sourcesOf([...ofFolders, ...windowLayers()], isTrusted);
}

/** The settings that are lists, or define connections. */
export type ConnectionSetting = 'url' | 'connections' | 'taps' | 'decoders';

/**
 * The value that is set in a scope, without defaults; `undefined` if none is set, or if the scope
 * is an untrusted workspace.
 */
export function settingIn(scope: SettingsScope, setting: ConnectionSetting): unknown {
  const layers = windowLayers().filter(layer => layer.scope === scope);
  return settingsIn(layers, workspace.isTrusted)(setting)?.value;
}

/** Writes a setting through the editor's API. */
export function writeSetting(
  scope: SettingsScope,
  setting: ConnectionSetting,
  value: unknown,
): Thenable<void> {
  const target = scope === 'user' ? ConfigurationTarget.Global : ConfigurationTarget.Workspace;
  return workspace.getConfiguration(settingsSection).update(setting, value, target);
}

function windowLayers(): readonly SettingLayer[] {
  const inspected = inspect();
  return [
    { scope: 'workspace', values: inspected?.workspaceValue },
    { scope: 'user', values: inspected?.globalValue },
  ];
}

function inspect(folder?: Uri) {
  return workspace.getConfiguration(undefined, folder).inspect(settingsSection);
}

/** The value in the user's own settings, whatever the workspace sets. */
export function usersSetting(key: SettingKey): unknown {
  return workspace.getConfiguration(settingsSection).inspect(key)?.globalValue;
}

/** Whether the user or the workspace sets a setting. */
export function isSet(key: SettingKey): boolean {
  return usersSetting(key) !== undefined || isSetByWorkspace(`${settingsSection}.${key}`);
}

/** Whether the workspace sets a setting, given by its full name. */
export function isSetByWorkspace(id: string): boolean {
  const { workspaceValue, workspaceFolderValue } = workspace.getConfiguration().inspect(id) ?? {};
  return workspaceValue !== undefined || workspaceFolderValue !== undefined;
}

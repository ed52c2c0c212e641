import { ConfigurationTarget, workspace, type Uri } from 'vscode';
import {
  settingsIn,
  type SettingLayer,
  type SettingSources,
  type SettingsScope,
} from '../../core/settings/settingLayers.ts';
import { settingsSection, type SettingKey } from '../../core/settings/settingsTable.ts';

// The one file that asks the editor for settings, so that nothing of a workspace that is not trusted
// gets around `settingsIn`.

/**
 * What is set below `websocketMonitor`; defaults do not count. The editor is asked once for all, since
 * each question takes it long.
 */
export function settingSources(): SettingSources {
  const { isTrusted, workspaceFile, workspaceFolders = [] } = workspace;
  const layers = windowLayers();
  // Without a workspace file the settings of the only folder are those of the workspace.
  const folders = workspaceFile === undefined ? [] : workspaceFolders;
  return {
    window: settingsIn(layers, isTrusted),
    folders: folders.map(({ name, uri }) => {
      const values = inspect(uri)?.workspaceFolderValue;
      const own: SettingLayer = { scope: 'workspace', folder: name, values };
      return { name, get: settingsIn([own, ...layers], isTrusted) };
    }),
  };
}

/** The settings of ours that name connections. */
export type ConnectionSetting = 'url' | 'connections';

/**
 * What is set in a scope, without defaults; `undefined` where nothing is, or where it is a workspace's
 * that is not trusted.
 */
export function settingIn(scope: SettingsScope, setting: ConnectionSetting): unknown {
  const layers = windowLayers().filter(layer => layer.scope === scope);
  return settingsIn(layers, workspace.isTrusted)(setting)?.value;
}

/** Writes a setting by the editor's own means. */
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

/** What the user's own settings say of a key, whatever a workspace says of it. */
export function usersSetting(key: SettingKey): unknown {
  return workspace.getConfiguration(settingsSection).inspect(key)?.globalValue;
}

/** Whether the workspace has a value for a setting, given by its full name. */
export function isSetByWorkspace(id: string): boolean {
  const { workspaceValue, workspaceFolderValue } = workspace.getConfiguration().inspect(id) ?? {};
  return workspaceValue !== undefined || workspaceFolderValue !== undefined;
}

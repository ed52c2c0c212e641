import { isObject } from '../json/json.ts';
import { problemWith, settingKeys, settingOf } from './settingsTable.ts';

/** Who wrote a setting: the user, or the author of the workspace's files. */
export type SettingsScope = 'user' | 'workspace';

/** What one place sets below `websocketMonitor`, as an object of objects. */
export interface SettingLayer {
  readonly scope: SettingsScope;
  /** The name of the folder whose settings these are, if the workspace has several. */
  readonly folder?: string | undefined;
  readonly values: unknown;
}

export interface FoundSetting {
  readonly value: unknown;
  readonly scope: SettingsScope;
  readonly folder?: string | undefined;
}

/** Reads a key below `websocketMonitor`; `undefined` if it is not set. */
export type GetSetting = (key: string) => FoundSetting | undefined;

/** One place whose settings can define connections: the workspace, one of its folders, or the user. */
export interface SettingPlace {
  readonly scope: SettingsScope;
  /** The name of the folder, if the workspace has several. */
  readonly folder?: string | undefined;
  /** What is set there, without what any other place sets. */
  readonly own: GetSetting;
}

/** All that is set in a window. */
export interface SettingSources {
  /** What holds in the window. */
  readonly window: GetSetting;
  /** The first has the first choice of a name: the workspace, its folders, the user. */
  readonly places: readonly SettingPlace[];
}

/**
 * The settings of a window.
 *
 * @param layers the most specific first; those of folders, which hold for their connections only, have
 *   a name
 */
export function sourcesOf(layers: readonly SettingLayer[], isTrusted: boolean): SettingSources {
  const ofWindow = layers.filter(({ folder }) => folder === undefined);
  const ofFolders = layers.filter(({ folder }) => folder !== undefined);
  const isUsers = ({ scope }: SettingLayer) => scope === 'user';
  const inOrder = [
    ...ofWindow.filter(layer => !isUsers(layer)),
    ...ofFolders,
    ...ofWindow.filter(isUsers),
  ];
  return {
    window: settingsIn(ofWindow, isTrusted),
    places: inOrder.map(layer => {
      const { scope, folder } = layer;
      return {
        scope,
        own: settingsIn([layer], isTrusted),
        ...(folder !== undefined && { folder }),
      };
    }),
  };
}

/**
 * The value of each key in the first layer that has one. In Restricted Mode a workspace may set only
 * what the table calls unrestricted, and only to a valid value of exactly that key.
 *
 * @param layers the most specific first
 */
export function settingsIn(layers: readonly SettingLayer[], isTrusted: boolean): GetSetting {
  return key => {
    for (const { values, ...place } of layers) {
      const value = memberAt(values, key.split('.'));
      const isUsed = place.scope === 'user' || mayWorkspaceSet(key, value, isTrusted);
      if (value !== undefined && value !== null && isUsed) {
        return { value, ...place };
      }
    }
    return undefined;
  };
}

function mayWorkspaceSet(written: string, value: unknown, isTrusted: boolean): boolean {
  const key = settingKeys.find(each => each === written);
  const setting = key && settingOf(key);
  if (isTrusted) {
    return setting?.isUserOnly !== true; // It is about data of all workspaces.
  }
  return setting?.isUnrestricted === true && problemWith(setting, value) === undefined;
}

/** The value for a dotted key, which `entry` writes as a path or as one name with dots. */
export function settingAt(entry: object, key: string): unknown {
  return Object.hasOwn(entry, key)
    ? (entry as Readonly<Record<string, unknown>>)[key]
    : memberAt(entry, key.split('.'));
}

function memberAt(value: unknown, [first, ...rest]: readonly string[]): unknown {
  if (first === undefined) {
    return value;
  }
  return isObject(value) && Object.hasOwn(value, first) ? memberAt(value[first], rest) : undefined;
}

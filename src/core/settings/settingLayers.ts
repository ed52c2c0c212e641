import { isObject } from '../json/json.ts';
import { problemWith, settingKeys, settingOf } from './settingsTable.ts';

/** Who wrote a setting: the user, or whoever wrote the files of the workspace. */
export type SettingsScope = 'user' | 'workspace';

/** All that one place says below `websocketMonitor`, as an object of objects. */
export interface SettingLayer {
  readonly scope: SettingsScope;
  /** The name of the folder whose settings these are, of several. */
  readonly folder?: string | undefined;
  readonly values: unknown;
}

export interface FoundSetting {
  readonly value: unknown;
  readonly scope: SettingsScope;
  readonly folder?: string | undefined;
}

/** What is set for a key below `websocketMonitor`; `undefined` where nothing is. */
export type GetSetting = (key: string) => FoundSetting | undefined;

/** All that is set in a window. */
export interface SettingSources {
  readonly window: GetSetting;
  /** Of a workspace file: what each of its folders says, with the window's where it says nothing. */
  readonly folders: readonly { readonly name: string; readonly get: GetSetting }[];
}

/**
 * The value of each key in the first layer that has one. Of a workspace that is not trusted only
 * what the table calls harmless counts, and only where it is a valid value of exactly that key.
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

function memberAt(value: unknown, [first, ...rest]: readonly string[]): unknown {
  if (first === undefined) {
    return value;
  }
  return isObject(value) && Object.hasOwn(value, first) ? memberAt(value[first], rest) : undefined;
}

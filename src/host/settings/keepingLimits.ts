import type { RetentionLimits } from '../../core/capture/archiveRetention.ts';
import { problemWith, settingOf, type SettingKey } from '../../core/settings/settingsTable.ts';
import { usersSetting } from './settingValues.ts';

const dayMs = 86_400_000;
const megabyte = 1024 * 1024;

/**
 * What the captures of ended windows may take. They are of all workspaces, so that the user's own
 * settings are asked and nothing else, whatever scope the manifest gives them. A value that will not
 * do deletes nothing: it is no limit.
 */
export function keepingLimits(): RetentionLimits {
  return {
    maxAgeMs: usersNumber('history.keepDays') * dayMs,
    maxByteLength: usersNumber('history.keepMegabytes') * megabyte,
  };
}

function usersNumber(key: SettingKey): number {
  const own = settingOf(key);
  const wanted = usersSetting(key) ?? own.fallback;
  return typeof wanted === 'number' && problemWith(own, wanted) === undefined ? wanted : Infinity;
}

import type { RetentionLimits } from '../../core/capture/archiveRetention.ts';
import { problemWith, settingOf, type SettingKey } from '../../core/settings/settingsTable.ts';
import { usersSetting } from './settingValues.ts';

const dayMs = 86_400_000;
const megabyte = 1024 * 1024;

/**
 * The limits for captures of closed windows. These belong to all workspaces, so only the user's own
 * settings are read, whatever scope the manifest gives them. An invalid value is no limit, so that
 * it deletes nothing.
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

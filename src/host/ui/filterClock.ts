import { clockIn } from '../../core/filter/filterTime.ts';
import type { FilterClock } from '../../core/filter/parseFilter.ts';
import { userZone } from './userZone.ts';

/** The user's today, for filters that come without it. */
export function filterClock(now: number): FilterClock {
  return clockIn(now, userZone.timeZone);
}

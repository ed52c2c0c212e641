import type { FilterClock } from '../core/filter/parseFilter.ts';

/** The host's own idea of today, for filters that come without the user's. */
export function filterClock(now: number): FilterClock {
  return { now, startOfDay: new Date(now).setHours(0, 0, 0, 0) };
}

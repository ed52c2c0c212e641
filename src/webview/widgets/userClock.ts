import type { Params } from '../../shared/monitorProtocol.ts';

type ViewChange = Params<'view.set'>;

/**
 * Times in a filter are the user's. The host may run on a machine of another time zone, so a filter
 * takes the user's day and zone along.
 */
export function withClock(change: ViewChange): ViewChange {
  if (change.filter === undefined) {
    return change;
  }
  const startOfDay = new Date().setHours(0, 0, 0, 0);
  return { ...change, clock: { startOfDay, timeZone: userTimeZone() } };
}

export function userTimeZone(): string {
  return new Intl.DateTimeFormat().resolvedOptions().timeZone;
}

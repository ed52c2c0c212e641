/** The greatest time of a `Date`, in milliseconds before and after 1970. */
const maxTime = 8.64e15;

/** What stands for a time that no `Date` can have. */
export const noDate = 'Invalid Date';

/** Whether it is a time that a `Date` can have, in milliseconds since 1970. */
export function isTime(value: unknown): value is number {
  return typeof value === 'number' && Math.abs(value) <= maxTime;
}

/**
 * A moment as ISO 8601 in UTC: `2026-11-16T10:30:00.250Z`.
 *
 * @param at milliseconds since 1970; fractions are cut
 */
export function isoTime(at: number): string {
  const whole = Math.floor(at);
  return isTime(whole) ? new Date(whole).toISOString() : noDate;
}

/** When a day begins in UTC, in milliseconds since 1970; `undefined` if there is no such day. */
export function startOfDay(year: number, month: number, day: number): number | undefined {
  // Date.UTC would take a year below 100 for one of the 20th century.
  const at = new Date(0).setUTCFullYear(year, month - 1, day);
  const date = new Date(at);
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day ? at : undefined;
}

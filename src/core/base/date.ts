/**
 * A moment as ISO 8601 in UTC: `2026-11-16T10:30:00.250Z`.
 *
 * @param at milliseconds since 1970; fractions are cut
 */
export function isoTime(at: number): string {
  const date = new Date(Math.floor(at));
  return Number.isNaN(date.getTime()) ? 'Invalid Date' : date.toISOString();
}

/** When a day begins in UTC, in milliseconds since 1970; `undefined` if there is no such day. */
export function startOfDay(year: number, month: number, day: number): number | undefined {
  // Date.UTC would take a year below 100 for one of the 20th century.
  const at = new Date(0).setUTCFullYear(year, month - 1, day);
  const date = new Date(at);
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day ? at : undefined;
}

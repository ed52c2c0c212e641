import { startOfDay } from '../../base/date.ts';

/** The longest wait that a server can ask for; the user sees it if it asked for more. */
export const maxHoldMs = 600_000;

/**
 * What a `Retry-After` header asks for, in milliseconds (RFC 9110, section 10.2.3): seconds, or a
 * date, which is read against the server's own `Date` if there is one. `undefined` if it is neither.
 *
 * @param headers by lower-case name
 * @param now of the wall clock, in milliseconds
 */
export function retryAfterMs(
  headers: Readonly<Record<string, string>>,
  now: number,
): number | undefined {
  const value = headers['retry-after']?.trim();
  if (value === undefined || value === '') {
    return undefined;
  }
  if (/^\d+$/.test(value)) {
    return Number(value) * 1000;
  }
  const at = parseHttpDate(value);
  const serverNow = parseHttpDate(headers['date'] ?? '');
  const waitMs = at - (Number.isNaN(serverNow) ? now : serverNow);
  return waitMs > 0 ? waitMs : undefined;
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const httpDate = /^\w{3}, (\d\d) (\w{3}) (\d{4}) (\d\d):(\d\d):(\d\d) GMT$/;

/** Milliseconds since 1970 of a date as HTTP writes it (RFC 9110, section 5.6.7), or NaN. */
function parseHttpDate(text: string): number {
  const [, day, month = '', year, hours, minutes, seconds] = httpDate.exec(text) ?? [];
  const midnight = startOfDay(Number(year), months.indexOf(month) + 1, Number(day)) ?? NaN;
  return midnight + ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1000;
}

/** Close codes whose reason may hold JSON that says when to come back. */
const codesWithRetryAfter: ReadonlySet<number> = new Set([1013, 4429]);

/** The same from a close frame's reason that is JSON with `retryAfter` in seconds. */
export function retryAfterOfClose(code: number, reason: string): number | undefined {
  if (!codesWithRetryAfter.has(code) || !reason.startsWith('{')) {
    return undefined;
  }
  let value: unknown;
  try {
    value = JSON.parse(reason);
  } catch {
    return undefined; // Words, not JSON.
  }
  const { retryAfter } = value as { readonly retryAfter?: unknown };
  return typeof retryAfter === 'number' && retryAfter > 0 ? retryAfter * 1000 : undefined;
}

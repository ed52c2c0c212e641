import { startOfDay } from '../base/date.ts';

/** What times in a filter are measured by. */
export interface FilterClock {
  /** Milliseconds since 1970. */
  readonly now: number;
  /** When the user's day began, in milliseconds since 1970. */
  readonly startOfDay: number;
  /** An IANA name; the local time zone if it is not given. */
  readonly timeZone?: string;
}

/** @param timeZone an IANA name; the local time zone if it is not given */
export function clockIn(now: number, timeZone?: string): FilterClock {
  const local = now + zoneOffset(now, timeZone);
  const midnight = fromLocal(Math.floor(local / dayMs) * dayMs, timeZone);
  return { now, startOfDay: midnight, ...(timeZone === undefined ? {} : { timeZone }) };
}

const unitMs: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};
const dayMs = 86_400_000;

const relative = /^-(\d{1,12}(?:\.\d{1,6})?)(ms|s|m|h|d)$/i;
const timeOfDay = /^(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?$/;
const isoDate = /^(\d{4})-(\d{2})-(\d{2})(?:[T ](.+?)(Z|[+-]\d{2}:?\d{2})?)?$/i;

/**
 * A moment in milliseconds since 1970: `-5m` before now, `10:30` or `10:30:05.250` of today, or an ISO
 * date with or without a time, which is local if it names no zone.
 */
export function parseTime(text: string, clock: FilterClock): number | undefined {
  const ago = relative.exec(text);
  if (ago) {
    return clock.now - Number(ago[1]) * (unitMs[(ago[2] ?? '').toLowerCase()] ?? 0);
  }
  const time = parseTimeOfDay(text);
  return time === undefined ? parseIso(text, clock) : today(time, clock);
}

/** Milliseconds since midnight. */
function parseTimeOfDay(text: string): number | undefined {
  const match = timeOfDay.exec(text);
  if (!match) {
    return undefined;
  }
  const [hour = 0, minute = 0, second = 0] = match.slice(1, 4).map(part => Number(part || 0));
  const isTime = hour < 24 && minute < 60 && second < 60;
  const ms = Number(`0.${match[4] ?? '0'}`) * 1000;
  return isTime ? ((hour * 60 + minute) * 60 + second) * 1000 + ms : undefined;
}

/** On the two days a year on which clocks are changed, midnight has another offset than later. */
function today(time: number, { startOfDay: midnight, timeZone }: FilterClock): number {
  const at = midnight + time;
  return at - zoneOffset(at, timeZone) + zoneOffset(midnight, timeZone);
}

function parseIso(text: string, { timeZone }: FilterClock): number | undefined {
  const match = isoDate.exec(text);
  if (!match) {
    return undefined;
  }
  const day = startOfDay(Number(match[1]), Number(match[2]), Number(match[3]));
  const time = match[4] === undefined ? 0 : parseTimeOfDay(match[4]);
  if (day === undefined || time === undefined) {
    return undefined;
  }
  const at = day + time;
  const zone = match[5];
  return zone === undefined ? fromLocal(at, timeZone) : at - namedOffset(zone);
}

/** `Z`, `+01:00` or `-0530` in milliseconds. */
function namedOffset(zone: string): number {
  const digits = zone.replace(/\D/g, '');
  const minutes = Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2));
  return (zone.startsWith('-') ? -minutes : minutes) * 60_000;
}

/** The offset is that of the result, which is not known before; the second look gets it right. */
function fromLocal(local: number, timeZone: string | undefined): number {
  const guess = local - zoneOffset(local, timeZone);
  return local - zoneOffset(guess, timeZone);
}

/** How far the clocks of the zone are ahead of UTC at that moment, in milliseconds. */
export function zoneOffset(at: number, timeZone: string | undefined): number {
  const format = new Intl.DateTimeFormat('en-US', {
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hourCycle: 'h23',
    era: 'short',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
    calendar: 'gregory',
    numberingSystem: 'latn',
    ...(timeZone === undefined ? {} : { timeZone }),
  });
  const parts = new Map(format.formatToParts(at).map(({ type, value }) => [type, value]));
  const part = (name: Intl.DateTimeFormatPartTypes) => Number(parts.get(name) ?? 0);
  const day = startOfDay(part('year'), part('month'), part('day')) ?? 0;
  const seconds = (part('hour') * 60 + part('minute')) * 60 + part('second');
  return day + seconds * 1000 - Math.floor(at / 1000) * 1000;
}

/** Whether a name of IANA's is known here. */
export function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

const msPerDay = 86_400_000;
const daysPerEra = 146_097;

/**
 * A moment of the Gregorian calendar as ISO 8601 in UTC: `2026-11-16T10:30:00.250Z`. Core has no
 * `Date`; the days are counted in eras of 400 years that begin with March, so that a leap day comes
 * last.
 *
 * @param at milliseconds since 1970, of years 0 to 9999; fractions are cut
 */
export function isoTime(at: number): string {
  const ms = Math.floor(at);
  const day = Math.floor(ms / msPerDay);
  return `${isoDay(day)}T${isoClock(ms - day * msPerDay)}`;
}

function isoDay(daysSince1970: number): string {
  const days = daysSince1970 + 719_468; // since the 1st of March of year 0
  const era = Math.floor(days / daysPerEra);
  const dayOfEra = days - era * daysPerEra;
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  );
  const dayOfYear =
    dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const monthFromMarch = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * monthFromMarch + 2) / 5) + 1;
  const month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  return `${padded(year, 4)}-${padded(month, 2)}-${padded(day, 2)}`;
}

function isoClock(msOfDay: number): string {
  const seconds = Math.floor(msOfDay / 1000);
  const hour = padded(Math.floor(seconds / 3600), 2);
  const minute = padded(Math.floor(seconds / 60) % 60, 2);
  return `${hour}:${minute}:${padded(seconds % 60, 2)}.${padded(msOfDay % 1000, 3)}Z`;
}

function padded(value: number, digits: number): string {
  return String(value).padStart(digits, '0');
}

import { isTime, noDate } from './date.ts';

const prefixes = ['', 'k', 'M', 'G', 'T'];

/** What formats one kind of value; made together, when the first of them is needed. */
interface Formatters {
  readonly count: Intl.NumberFormat;
  readonly oneDigit: Intl.NumberFormat;
  readonly clock: Intl.DateTimeFormat;
  readonly day: Intl.DateTimeFormat;
  readonly moment: Intl.DateTimeFormat;
  readonly units: Readonly<Record<'day' | 'hour' | 'minute' | 'second', Intl.NumberFormat>>;
}

function makeFormatters(locale: string, timeZone: string | undefined): Formatters {
  const numberingSystem = 'latn';
  const zone = timeZone === undefined ? {} : { timeZone };
  const time: Intl.DateTimeFormatOptions = {
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    fractionalSecondDigits: 3,
    ...zone,
    numberingSystem,
    hourCycle: 'h23',
  };
  const unit = (unit: string) =>
    new Intl.NumberFormat(locale, {
      numberingSystem,
      style: 'unit',
      unit,
      unitDisplay: 'narrow',
    });
  return {
    count: new Intl.NumberFormat(locale, { numberingSystem, maximumFractionDigits: 0 }),
    oneDigit: new Intl.NumberFormat(locale, {
      numberingSystem,
      minimumFractionDigits: 1,
      maximumFractionDigits: 1,
    }),
    clock: new Intl.DateTimeFormat(locale, time),
    day: new Intl.DateTimeFormat(locale, {
      ...zone,
      numberingSystem,
      hourCycle: 'h23',
      month: 'short',
      day: 'numeric',
      hour: '2-digit',
      minute: '2-digit',
    }),
    moment: new Intl.DateTimeFormat(locale, {
      ...time,
      year: 'numeric',
      month: 'short',
      day: 'numeric',
      timeZoneName: 'short',
    }),
    units: {
      day: unit('day'),
      hour: unit('hour'),
      minute: unit('minute'),
      second: unit('second'),
    },
  };
}

/**
 * Numbers, sizes and times as users read them, in the manner of one locale but always with 0-9. No number
 * makes them throw.
 */
export class Formats {
  readonly #locale: string;
  readonly #timeZone: () => string | undefined;
  #second:
    | {
        readonly of: Intl.DateTimeFormat;
        readonly second: number;
        readonly before: string;
        readonly after: string;
      }
    | undefined;
  #made: { readonly zone: string | undefined; readonly formatters: Formatters } | undefined;

  /** @param timeZone an IANA name, which may change; the local time zone if it is not given */
  constructor(locale: string, timeZone?: string | (() => string | undefined)) {
    this.#locale = locale;
    this.#timeZone = typeof timeZone === 'function' ? timeZone : () => timeZone;
  }

  /** Not made before they are needed: it takes tens of milliseconds, in which an editor starts. */
  get #formatters(): Formatters {
    const zone = this.#timeZone();
    if (!this.#made || this.#made.zone !== zone) {
      this.#made = { zone, formatters: makeFormatters(this.#locale, zone) };
    }
    return this.#made.formatters;
  }

  /** `1,204` */
  count(value: number): string {
    return this.#formatters.count.format(value);
  }

  /** `87 B`, `1.2 kB`, `5.0 MB`: powers of 1000. */
  bytes(byteLength: number): string {
    const { digits, prefix } = this.#scaled(byteLength);
    return `${digits} ${prefix}B`;
  }

  /** `12`, `1.2k`, `35.0k`: per second or whatever the caller says after it. */
  rate(perSecond: number): string {
    const { digits, prefix } = this.#scaled(perSecond);
    return digits + prefix;
  }

  /** A short span: `0.4 ms`, `23 ms`, `1.2 s`. */
  latency(ms: number): string {
    if (ms >= 999.5) {
      return `${this.#formatters.oneDigit.format(ms / 1000)} s`;
    }
    return `${ms < 9.95 ? this.#formatters.oneDigit.format(ms) : this.count(ms)} ms`;
  }

  /** A span in its two largest units, cut, not rounded: `4s`, `1m 20s`, `3d 4h`. */
  span(ms: number): string {
    const seconds = Math.max(0, Math.floor(ms / 1000));
    const { day, hour, minute, second } = this.#formatters.units;
    const parts = [
      { value: Math.floor(seconds / 86_400), unit: day },
      { value: Math.floor(seconds / 3600) % 24, unit: hour },
      { value: Math.floor(seconds / 60) % 60, unit: minute },
      { value: seconds % 60, unit: second },
    ];
    const largest = parts.findIndex(({ value }, at) => value > 0 || at === parts.length - 1);
    return parts
      .slice(largest, largest + 2)
      .filter(({ value }, at) => at === 0 || value > 0)
      .map(({ value, unit }) => unit.format(value))
      .join(' ');
  }

  /**
   * The time of day to the millisecond: `12:03:04.123`. What is around the fraction is kept for as long
   * as a second lasts, because to write all of it takes twenty times as long.
   */
  clock(at: number): string {
    if (!isTime(at)) {
      return noDate;
    }
    const { clock } = this.#formatters;
    const ms = Math.trunc(at);
    const second = Math.floor(ms / 1000);
    if (this.#second?.of !== clock || this.#second.second !== second) {
      const parts = clock.formatToParts(1000 * second);
      const fraction = parts.findIndex(({ type }) => type === 'fractionalSecond');
      const textOf = (some: typeof parts) => some.map(({ value }) => value).join('');
      const [before, after] = [parts.slice(0, fraction), parts.slice(fraction + 1)].map(textOf);
      this.#second = { of: clock, second, before: before ?? '', after: after ?? '' };
    }
    const { before, after } = this.#second;
    return before + String(ms - 1000 * second).padStart(3, '0') + after;
  }

  /** Date and time to the minute, as short as it can be: `Nov 22, 10:30`. */
  day(at: number): string {
    return isTime(at) ? this.#formatters.day.format(at) : noDate;
  }

  /** Date, time and time zone, in full. */
  moment(at: number): string {
    return isTime(at) ? this.#formatters.moment.format(at) : noDate;
  }

  #scaled(value: number): { digits: string; prefix: string } {
    if (value < 999.5) {
      return { digits: this.count(value), prefix: '' };
    }
    let scaled = value / 1000;
    let power = 1;
    // 999.95 would be written as 1000.0, which the next prefix says shorter.
    while (scaled >= 999.95 && power < prefixes.length - 1) {
      scaled /= 1000;
      power++;
    }
    return { digits: this.#formatters.oneDigit.format(scaled), prefix: prefixes[power] ?? '' };
  }
}

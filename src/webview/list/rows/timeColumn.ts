import type { Formats } from '../../../core/base/format.ts';
import type { PageRow } from '../../../shared/monitorProtocol.ts';
import type { TimeMode } from './columns.ts';

/** The text of a row's time, in the way that the user has chosen. */
export class TimeColumn {
  mode: TimeMode = 'clock';
  /** When the capture began, in milliseconds since 1970. */
  startedAt = 0;
  /** When the active row came, in milliseconds since 1970. */
  activeAt: number | undefined;
  readonly #formats: Formats;

  constructor(formats: Formats) {
    this.#formats = formats;
  }

  /** The moment from which the time of a row is counted; `undefined` while it is not known. */
  baseOf(position: number, find: (position: number) => PageRow | undefined): number | undefined {
    switch (this.mode) {
      case 'clock':
        return 0;
      case 'start':
        return this.startedAt;
      case 'previous':
        return find(position - 1)?.at;
      case 'selected':
        return this.activeAt;
    }
  }

  words(at: number, base: number | undefined): string {
    if (this.mode === 'clock') {
      return this.#formats.clock(at);
    }
    return base === undefined ? '' : elapsed(at - base);
  }
}

/** `+0.037`, `−1:14.250`, `+2:03:04.123`: to the millisecond, in as many units as it needs. */
function elapsed(ms: number): string {
  const whole = Math.round(Math.abs(ms));
  const sign = whole === 0 ? '' : ms < 0 ? '−' : '+';
  const seconds = Math.floor(whole / 1000);
  const fraction = String(whole % 1000).padStart(3, '0');
  if (seconds < 60) {
    return `${sign}${seconds}.${fraction}`;
  }
  const two = (value: number) => String(value).padStart(2, '0');
  const minutes = Math.floor(seconds / 60);
  const rest = `${two(seconds % 60)}.${fraction}`;
  return minutes < 60
    ? `${sign}${minutes}:${rest}`
    : `${sign}${Math.floor(minutes / 60)}:${two(minutes % 60)}:${rest}`;
}

import { startOfDay } from '../base/date.ts';
import { originOf, type Endpoint } from './endpoint.ts';

interface Cookie {
  readonly name: string;
  readonly value: string;
  readonly origin: string;
  readonly path: string;
  readonly isSecure: boolean;
  /** Milliseconds since 1970, or `Infinity` as long as the jar exists. */
  readonly expiresAt: number;
}

/** As browsers have it for a name and its value together. */
const longestCookie = 4096;
const mostCookies = 50;

/**
 * Cookies that the answers of one opening handshake set (RFC 6455, section 4.1, RFC 6265). They go
 * along within their origin only, which is narrower than RFC 6265: no other port, scheme or host.
 */
export class CookieJar {
  #cookies: readonly Cookie[] = [];

  /**
   * Takes the cookies of one answer.
   *
   * @param lines the values of its `Set-Cookie` headers
   * @param now milliseconds since 1970
   */
  take(endpoint: Endpoint, lines: readonly string[], now: number): void {
    for (const line of lines) {
      const cookie = parseCookie(endpoint, line, now);
      if (cookie) {
        const others = this.#cookies.filter(other => !isSame(other, cookie));
        // What has expired stays, since it takes away what the user wrote.
        this.#cookies = [...others, cookie].slice(-mostCookies);
      }
    }
  }

  /**
   * The value of the `Cookie` header of a request; `undefined` if there are none.
   *
   * @param own what the user wrote; a cookie of the same name takes its place
   * @param now milliseconds since 1970
   */
  header(endpoint: Endpoint, own: string | undefined, now: number): string | undefined {
    const cookies = this.#cookies.filter(cookie => goesTo(cookie, endpoint));
    if (cookies.length === 0) {
      return own;
    }
    const names = new Set(cookies.map(({ name }) => name));
    const kept = (own ?? '')
      .split(';')
      .map(pair => pair.trim())
      .filter(pair => pair !== '' && !names.has(nameOf(pair)));
    const set = cookies
      .filter(({ expiresAt }) => expiresAt > now)
      // The longer path first (RFC 6265, section 5.4).
      .sort((a, b) => b.path.length - a.path.length)
      .map(({ name, value }) => (name === '' ? value : `${name}=${value}`));
    const all = [...kept, ...set];
    return all.length === 0 ? undefined : all.join('; ');
  }
}

function nameOf(pair: string): string {
  const at = pair.indexOf('=');
  return at < 0 ? '' : pair.slice(0, at).trim();
}

function isSame(a: Cookie, b: Cookie): boolean {
  return a.name === b.name && a.origin === b.origin && a.path === b.path;
}

function goesTo({ origin, path, isSecure }: Cookie, endpoint: Endpoint): boolean {
  const { pathname } = new URL(endpoint.url);
  const isBelow = pathname === path || pathname.startsWith(path.endsWith('/') ? path : `${path}/`);
  return origin === originOf(endpoint) && isBelow && (!isSecure || isTrustworthy(endpoint));
}

/** What is on this machine counts as secure for browsers, too. */
function isTrustworthy({ secure, loopback }: Endpoint): boolean {
  return secure || loopback;
}

/** Reads a `Set-Cookie` (RFC 6265, section 5.2); `undefined` if it is not to be kept. */
function parseCookie(endpoint: Endpoint, line: string, now: number): Cookie | undefined {
  const [pair = '', ...parts] = line.split(';');
  const name = nameOf(pair);
  const value = pair.slice(pair.indexOf('=') + 1).trim();
  const attributes = new Map(
    parts.map(part => {
      const at = part.indexOf('=');
      const key = (at < 0 ? part : part.slice(0, at)).trim().toLowerCase();
      return [key, at < 0 ? '' : part.slice(at + 1).trim()];
    }),
  );
  const { hostname, pathname } = new URL(endpoint.url);
  const domain = attributes.get('domain')?.replace(/^\./, '').toLowerCase() ?? '';
  const isOfHost = domain === '' || hostname === domain || hostname.endsWith(`.${domain}`);
  const isEmpty = name === '' && value === '';
  const isText = !/[\0-\x08\n-\x1f\x7f]/.test(pair);
  if (isEmpty || !isText || !isOfHost || name.length + value.length > longestCookie) {
    return undefined;
  }
  const isSecure = attributes.has('secure');
  const path = attributes.get('path') ?? '';
  const cookie = {
    name,
    value,
    isSecure,
    origin: originOf(endpoint),
    path: path.startsWith('/') ? path : defaultPath(pathname),
    expiresAt: expiryOf(attributes, now),
  };
  return isAllowed(cookie, endpoint, attributes.has('domain')) ? cookie : undefined;
}

/** Whether it may be called so, and may be set from there (RFC 6265bis, section 4.1.3). */
function isAllowed({ name, isSecure, path }: Cookie, endpoint: Endpoint, hasDomain: boolean) {
  const lower = name.toLowerCase();
  if (isSecure && !isTrustworthy(endpoint)) {
    return false;
  }
  return lower.startsWith('__host-')
    ? isSecure && path === '/' && !hasDomain
    : !lower.startsWith('__secure-') || isSecure;
}

/** RFC 6265, section 5.1.4. */
function defaultPath(pathname: string): string {
  return pathname.slice(0, Math.max(1, pathname.lastIndexOf('/')));
}

function expiryOf(attributes: ReadonlyMap<string, string>, now: number): number {
  const age = attributes.get('max-age') ?? '';
  if (/^-?\d+$/.test(age)) {
    const seconds = Number(age);
    return seconds <= 0 ? -Infinity : now + seconds * 1000;
  }
  return parseCookieDate(attributes.get('expires') ?? '') ?? Infinity;
}

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

/** Reads a date in whatever order its parts are (RFC 6265, section 5.1.1). */
function parseCookieDate(text: string): number | undefined {
  let time: readonly number[] | undefined;
  let day: number | undefined;
  let month: number | undefined;
  let year: number | undefined;
  for (const word of text.split(/[^\w:]+/)) {
    const clock = /^(\d{1,2}):(\d{1,2}):(\d{1,2})/.exec(word);
    const monthOfWord = months.indexOf(word.slice(0, 3).toLowerCase());
    if (!time && clock) {
      time = clock.slice(1).map(Number);
    } else if (day === undefined && /^\d{1,2}(\D|$)/.test(word)) {
      day = parseInt(word, 10);
    } else if (month === undefined && monthOfWord >= 0) {
      month = monthOfWord + 1;
    } else if (year === undefined && /^\d{2,4}(\D|$)/.test(word)) {
      const written = parseInt(word, 10);
      year = written < 70 ? written + 2000 : written < 100 ? written + 1900 : written;
    }
  }
  const [hours = 24, minutes = 0, seconds = 0] = time ?? [];
  const midnight =
    year === undefined || month === undefined || day === undefined
      ? undefined
      : startOfDay(year, month, day);
  const isTime = hours < 24 && minutes < 60 && seconds < 60;
  return midnight === undefined || !isTime
    ? undefined
    : midnight + ((hours * 60 + minutes) * 60 + seconds) * 1000;
}

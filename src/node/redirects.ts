import { UserError } from '../core/base/errors.ts';
import { parseEndpoint, withoutCredentials, type Endpoint } from '../core/connection/endpoint.ts';
import { isSecretName } from '../core/connection/redaction.ts';
import type { TransportError } from '../core/connection/transport.ts';

/** More redirects than these are not followed. */
const maxRedirects = 5;

const RedirectCode = {
  /** Too many of them, or a loop. */
  Limit: 'WSM_REDIRECT_LIMIT',
  /** From `wss:` to `ws:`. */
  Downgrade: 'WSM_REDIRECT_DOWNGRADE',
  /** To what is no URL, or none of a WebSocket. */
  Invalid: 'WSM_REDIRECT_INVALID',
} as const;

/** Statuses that name another place for the same request. */
const redirectStatuses = new Set([301, 302, 303, 307, 308]);

/** What is for one origin only, apart from credentials in the URL. */
const originHeaders = new Set(['authorization', 'cookie', 'proxy-authorization', 'host']);

/** Where an opening handshake goes, and with what. */
export interface Target {
  readonly endpoint: Endpoint;
  readonly headers: Readonly<Record<string, string>>;
}

export type Redirect =
  | { readonly target: Target; readonly stripped: readonly string[] }
  | { readonly error: TransportError };

export function isRedirect(status: number, location: string | undefined): location is string {
  return redirectStatuses.has(status) && location !== undefined;
}

/**
 * Where a redirect leads from `from`. Credentials go along within an origin only.
 *
 * @param followed how many redirects were followed before
 * @param secrets what was filled in; headers that hold it are for one origin
 */
export function followRedirect(
  from: Target,
  location: string,
  followed: number,
  secrets: readonly string[] = [],
): Redirect {
  if (followed >= maxRedirects) {
    const message = `the peer redirected more than ${maxRedirects} times, lastly to ${shown(location)}`;
    return { error: { code: RedirectCode.Limit, message } };
  }
  let endpoint: Endpoint;
  try {
    const url = new URL(location, from.endpoint.url);
    url.hash = '';
    // The schemes of the web and of WebSockets stand for each other (RFC 6455, section 3).
    endpoint = parseEndpoint(url.href.replace(/^http(s?):/, 'ws$1:').replace(/#$/, ''));
  } catch (error) {
    const why = error instanceof UserError ? 'is no address of a WebSocket' : 'is no valid URL';
    const message = `the peer redirected to ${shown(location)}, which ${why}`;
    return { error: { code: RedirectCode.Invalid, message } };
  }
  if (from.endpoint.secure && !endpoint.secure) {
    const message = `the peer redirected to ${endpoint.url}, which is not encrypted`;
    return { error: { code: RedirectCode.Downgrade, message } };
  }
  // What the peer wrote before an @ is not the user's.
  const plain = withoutCredentials(endpoint);
  const { credentials } = from.endpoint;
  if (endpoint.host === from.endpoint.host && endpoint.secure === from.endpoint.secure) {
    const own = { ...plain, ...(credentials ? { credentials } : {}) };
    return { target: { endpoint: own, headers: from.headers }, stripped: [] };
  }
  const all = Object.entries(from.headers);
  const isOfOrigin = ([name, value]: readonly [string, string]) =>
    originHeaders.has(name.toLowerCase()) ||
    isSecretName(name) ||
    secrets.some(secret => value.includes(secret));
  const stripped = all.filter(isOfOrigin).map(([name]) => name);
  if (credentials && !stripped.some(name => name.toLowerCase() === 'authorization')) {
    stripped.push('Authorization'); // which is what they would have been sent as
  }
  const headers = Object.fromEntries(all.filter(header => !isOfOrigin(header)));
  return { target: { endpoint: plain, headers }, stripped };
}

/** What a stranger wrote. */
function shown(location: string): string {
  return JSON.stringify(location.length > 200 ? `${location.slice(0, 200)}…` : location);
}

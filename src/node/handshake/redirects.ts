import { UserError } from '../../core/base/errors.ts';
import { maskUrl } from '../../core/secrets/mask.ts';
import type { CookieJar } from '../../core/endpoint/cookieJar.ts';
import {
  originOf,
  parseEndpoint,
  withoutCredentials,
  type Endpoint,
} from '../../core/endpoint/endpoint.ts';
import type { TlsMaterial, TransportError } from '../../core/connection/wire/transport.ts';

/** The maximum number of redirects that are followed. */
const maxRedirects = 5;

const RedirectCode = {
  /** There were too many redirects, or a loop. */
  Limit: 'WSM_REDIRECT_LIMIT',
  /** From `wss:` to `ws:`. */
  Downgrade: 'WSM_REDIRECT_DOWNGRADE',
  /** The location is not a URL, or not the URL of a WebSocket. */
  Invalid: 'WSM_REDIRECT_INVALID',
} as const;

/** Statuses that name another location for the same request. */
const redirectStatuses = new Set([301, 302, 303, 307, 308]);

/** An endpoint and the parts of the opening handshake that are sent to it. */
export interface Target {
  readonly endpoint: Endpoint;
  /** As they are sent, one character per byte. */
  readonly headers: Readonly<Record<string, string>>;
  readonly subprotocols: readonly string[];
  readonly tls: TlsMaterial;
}

export type Redirect =
  | { readonly target: Target; readonly stripped: readonly string[] }
  | { readonly error: TransportError };

/** A target with the cookies that earlier answers of the opening handshake set. */
export function withCookies(target: Target, cookies: CookieJar): Target {
  const { endpoint, headers } = target;
  const name = Object.keys(headers).find(key => key.toLowerCase() === 'cookie') ?? 'Cookie';
  const { [name]: own, ...others } = headers;
  const value = cookies.header(endpoint, own, Date.now());
  return { ...target, headers: value === undefined ? others : { ...headers, [name]: value } };
}

export function isRedirect(status: number, location: string | undefined): location is string {
  return redirectStatuses.has(status) && location !== undefined;
}

/**
 * Returns the target that a redirect names. Within an origin it keeps all headers, subprotocols and
 * credentials; for another origin it drops them: any header or subprotocol may be a credential.
 *
 * @param followed how many redirects were followed before
 */
export function followRedirect(from: Target, location: string, followed: number): Redirect {
  if (followed >= maxRedirects) {
    const message = `the peer redirected more than ${maxRedirects} times, last to ${shown(location)}`;
    return { error: { code: RedirectCode.Limit, message } };
  }
  let endpoint: Endpoint;
  try {
    const url = new URL(location, from.endpoint.url);
    url.hash = '';
    // `http:` and `https:` are taken as `ws:` and `wss:`, as the WHATWG standard of WebSockets does.
    endpoint = parseEndpoint(url.href.replace(/^http(s?):/, 'ws$1:').replace(/#$/, ''));
  } catch (error) {
    const why =
      error instanceof UserError ? 'which is not a WebSocket URL' : 'which is not a valid URL';
    const message = `the peer redirected to ${shown(location)}, ${portProblem(location) ?? why}`;
    return { error: { code: RedirectCode.Invalid, message } };
  }
  if (from.endpoint.secure && !endpoint.secure) {
    const message = `the peer redirected to ${shown(endpoint.url)}, which is not encrypted`;
    return { error: { code: RedirectCode.Downgrade, message } };
  }
  // Credentials in the peer's URL are not the user's.
  const plain = withoutCredentials(endpoint);
  const { credentials } = from.endpoint;
  if (originOf(endpoint) === originOf(from.endpoint)) {
    const own = { ...plain, ...(credentials ? { credentials } : {}) };
    return { target: { ...from, endpoint: own }, stripped: [] };
  }
  // The trusted authorities are not secret, and without them no certificate would be accepted.
  const { rejectUnauthorized, ca } = from.tls;
  const tls = { rejectUnauthorized, ...(ca ? { ca } : {}) };
  return {
    target: { endpoint: plain, headers: {}, subprotocols: [], tls },
    stripped: strippedFrom(from),
  };
}

function strippedFrom({ endpoint, headers, subprotocols, tls }: Target): readonly string[] {
  const names = Object.keys(headers);
  const isSignedIn = names.some(name => name.toLowerCase() === 'authorization');
  return [
    ...names,
    // Credentials of the URL would have been sent in this header.
    ...(endpoint.credentials && !isSignedIn ? ['Authorization'] : []),
    ...(subprotocols.length > 0 ? ['Sec-WebSocket-Protocol'] : []),
    ...(tls.cert ? ['client certificate'] : []),
    ...(tls.servername ? ['tls.servername'] : []),
  ];
}

/** Describes a port that is out of range. */
function portProblem(location: string): string | undefined {
  const [, port] = /^(?:[a-z]+:)?[/\\]{2}[^/?#\\]*:(\d{1,20})(?=[/?#\\]|$)/i.exec(location) ?? [];
  const isPort = port === undefined || (Number(port) >= 1 && Number(port) <= 65_535);
  return isPort ? undefined : `whose port ${port} is not valid: ports are from 1 to 65535`;
}

function shown(location: string): string {
  return JSON.stringify(maskUrl(location, 'peer'));
}

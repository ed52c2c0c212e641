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

/** Where an opening handshake goes, and with what. */
export interface Target {
  readonly endpoint: Endpoint;
  /** As they go over the wire, one character a byte. */
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
 * Where a redirect leads from `from`. Within an origin everything goes along, to another nothing but
 * what makes it an opening handshake: any header may be a credential, and so may a subprotocol.
 *
 * @param followed how many redirects were followed before
 */
export function followRedirect(from: Target, location: string, followed: number): Redirect {
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
    const why =
      error instanceof UserError ? 'which is no address of a WebSocket' : 'which is no valid URL';
    const message = `the peer redirected to ${shown(location)}, ${portProblem(location) ?? why}`;
    return { error: { code: RedirectCode.Invalid, message } };
  }
  if (from.endpoint.secure && !endpoint.secure) {
    const message = `the peer redirected to ${shown(endpoint.url)}, which is not encrypted`;
    return { error: { code: RedirectCode.Downgrade, message } };
  }
  // What the peer wrote before an @ is not the user's.
  const plain = withoutCredentials(endpoint);
  const { credentials } = from.endpoint;
  if (originOf(endpoint) === originOf(from.endpoint)) {
    const own = { ...plain, ...(credentials ? { credentials } : {}) };
    return { target: { ...from, endpoint: own }, stripped: [] };
  }
  // Whom to trust is no secret, and without it no certificate would do.
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
    // Which is what credentials of the URL would have been sent as.
    ...(endpoint.credentials && !isSignedIn ? ['Authorization'] : []),
    ...(subprotocols.length > 0 ? ['Sec-WebSocket-Protocol'] : []),
    ...(tls.cert ? ['client certificate'] : []),
    ...(tls.servername ? ['tls.servername'] : []),
  ];
}

/** What is wrong with a port that no server can have. */
function portProblem(location: string): string | undefined {
  const [, port] = /^(?:[a-z]+:)?[/\\]{2}[^/?#\\]*:(\d{1,20})(?=[/?#\\]|$)/i.exec(location) ?? [];
  const isPort = port === undefined || (Number(port) >= 1 && Number(port) <= 65_535);
  return isPort ? undefined : `whose port ${port} is none: they go from 1 to 65535`;
}

function shown(location: string): string {
  return JSON.stringify(maskUrl(location, 'peer'));
}

import { addsSomething, type TapOptions } from '../tapOptions.ts';
import { cookieValues, type PageCookie } from './pageCookie.ts';

/** A request as its head has it, before anything of it is passed on. */
export interface AskedRequest {
  /** As it is in the request line. */
  readonly target: string;
  /** All values of the header `Host`. */
  readonly hosts: readonly string[];
  readonly origin?: string | undefined;
  /** `Sec-Fetch-Site`, which browsers send on their own. */
  readonly fetchSite?: string | undefined;
  /** `Sec-Fetch-Dest` */
  readonly fetchDest?: string | undefined;
  readonly accept?: string | undefined;
  /** All values of the header `Cookie`. */
  readonly cookies?: readonly string[];
}

/** The tap that was asked. */
export interface AskedTap {
  readonly port: number;
  /** Clients use TLS. */
  readonly isSecure: boolean;
  /** Stands for the token in what the tap's own pages ask for. */
  readonly cookie?: PageCookie | undefined;
}

export type Access =
  /** The target without the segment of the token; whether the answer is to set the tap's cookie. */
  | { readonly target: string; readonly setsCookie: boolean }
  | { readonly status: 400 | 403; readonly sentence: string };

type CheckedOptions = Pick<
  TapOptions,
  'token' | 'allowedOrigins' | 'allowedAuthorities' | 'headers' | 'tls'
>;

/** What leads to the tap, or to another server of this machine. */
const loopbackName = /^(?:(?:[\w-]+\.)*localhost\.?|127(?:\.\d{1,3}){3}|\[::1\])$/;
/** Where the tap listens. */
const ownName = /^(?:localhost|127\.0\.0\.1|\[::1\])$/;

/**
 * Whether a request may go on. A page of another origin must not reach through a tap what it could not
 * reach itself: by a name that was made to point here (DNS rebinding), or with what the tap adds.
 */
export function checkAccess(request: AskedRequest, tap: AskedTap, options: CheckedOptions): Access {
  const { target, hosts } = request;
  if (!target.startsWith('/')) {
    return {
      status: 400,
      sentence:
        'This is a tap of WebSocket Monitor, not a proxy: ask for a path such as /, not for a whole URL.',
    };
  }
  const [host = ''] = hosts;
  if (hosts.length !== 1 || !isAuthority(host, loopbackName, tap, options)) {
    return refused(
      `The header Host names ${host === '' ? 'no host' : 'another host'}. ` +
        `A tap answers to localhost:${tap.port} and 127.0.0.1:${tap.port} only.`,
    );
  }
  if (addsSomething(options) && !isOriginAllowed(request, tap, options)) {
    return refused(
      'This tap adds headers or a certificate to requests, so pages of other origins may not use it. ' +
        'Name the origin of the page in the setting allowedOrigins of the tap if it may.',
    );
  }
  return withoutToken(request, tap, options);
}

function refused(sentence: string): Access {
  return { status: 403, sentence };
}

/** Whether an authority has such a name and the tap's port, or is a forwarded one. */
function isAuthority(
  authority: string,
  wanted: RegExp,
  { port, isSecure }: AskedTap,
  { allowedAuthorities }: Pick<TapOptions, 'allowedAuthorities'>,
): boolean {
  const lower = authority.toLowerCase();
  if (allowedAuthorities.some(allowed => allowed.toLowerCase() === lower)) {
    return true;
  }
  const [, name = '', digits] = /^(\[[^\]]*\]|[^:]*)(?::(\d{1,5}))?$/.exec(lower) ?? [];
  const named = digits === undefined ? (isSecure ? 443 : 80) : Number(digits);
  return wanted.test(name) && named === port;
}

/**
 * Whether an origin is that of pages that come through the tap. Behind other names of loopback there may be other
 * servers and pages, unless the request is for that name itself.
 *
 * @param host `Host` of the request, which was checked
 */
export function isOwnOrigin(
  origin: string,
  host: string,
  tap: AskedTap,
  options: Pick<TapOptions, 'allowedAuthorities'>,
): boolean {
  const [, authority] = /^https?:\/\/([^/?#@]+)$/i.exec(origin) ?? [];
  return (
    authority !== undefined &&
    (authority.toLowerCase() === host.toLowerCase() ||
      isAuthority(authority, ownName, tap, options))
  );
}

function isOriginAllowed(
  { hosts, origin, fetchSite, fetchDest }: AskedRequest,
  tap: AskedTap,
  options: CheckedOptions,
): boolean {
  if (origin !== undefined) {
    return (
      isOwnOrigin(origin, hosts[0] ?? '', tap, options) || options.allowedOrigins.includes(origin)
    );
  }
  // Images, scripts and the like of a foreign page have no Origin; a link that is followed is the user's act.
  const isForeign = fetchSite === 'cross-site' || fetchSite === 'same-site';
  return !isForeign || fetchDest === 'document';
}

function withoutToken(request: AskedRequest, tap: AskedTap, options: CheckedOptions): Access {
  const { target } = request;
  const { token } = options;
  if (token === undefined) {
    return { target, setsCookie: false };
  }
  const prefix = `/~${token}`;
  const rest = target.slice(prefix.length);
  if (isSameText(target.slice(0, prefix.length), prefix) && /^(?:$|[/?])/.test(rest)) {
    const plain = hideToken(rest, token);
    return {
      target: plain.startsWith('/') ? plain : `/${plain}`,
      setsCookie: tap.cookie !== undefined && isForPage(request),
    };
  }
  if (!likeToken.test(target) && hasCookie(request, tap) && isFromOwnPage(request, tap, options)) {
    return { target: hideToken(target, token), setsCookie: false };
  }
  return refused(
    'The path must begin with the token of this tap. Copy its URL again with Copy Tap URL.',
  );
}

/**
 * What a client sends, as the upstream may see it: pages repeat their path with the token in queries and in headers
 * such as `Referer`, in part percent-encoded.
 */
export function hideToken(text: string, token: string | undefined): string {
  if (token === undefined || !text.includes(token)) {
    return text;
  }
  const parts = text.split(token);
  const last = parts.pop() ?? '';
  return [...parts.map(part => part.replace(/(?:\/|%2F)(?:~|%7E)$/i, '')), last].join('');
}

/** A path with the token of another window must not go on to the upstream. */
const likeToken = /^\/~[\w-]{16}(?:$|[/?])/;

function isForPage({ fetchDest, accept = '' }: AskedRequest): boolean {
  return fetchDest === undefined
    ? /\btext\/html\b/i.test(accept)
    : fetchDest === 'document' || fetchDest === 'iframe';
}

function hasCookie({ cookies = [] }: AskedRequest, { cookie }: AskedTap): boolean {
  return (
    cookie !== undefined &&
    cookieValues(cookies, cookie.name).some(value => isSameText(value, cookie.value))
  );
}

/**
 * Whether a browser says that a page of the tap, or the user, asks. `SameSite` is not enough for that: all ports of
 * a host are one site.
 */
function isFromOwnPage(
  { hosts, origin, fetchSite }: AskedRequest,
  tap: AskedTap,
  options: CheckedOptions,
): boolean {
  if (origin !== undefined && origin !== 'null') {
    return isOwnOrigin(origin, hosts[0] ?? '', tap, options);
  }
  return fetchSite === 'same-origin' || (fetchSite === 'none' && origin === undefined);
}

/** Takes as long for a text that is nearly right. */
function isSameText(one: string, other: string): boolean {
  let difference = one.length ^ other.length;
  for (let at = 0; at < other.length; at++) {
    difference |= one.charCodeAt(at) ^ other.charCodeAt(at);
  }
  return difference === 0;
}

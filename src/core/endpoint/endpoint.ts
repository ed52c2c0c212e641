import { UserError } from '../base/errors.ts';
import { maskUrl } from '../secrets/mask.ts';
import { meantUrls } from './meantUrls.ts';
import { percentDecoded } from '../base/percent.ts';

/** What one connects to, parsed once. */
export interface Endpoint {
  /** The URL to dial, normalised, without user information. */
  readonly url: string;
  readonly host: string;
  /** The URL for people: its query, which may hold a token, is left out. */
  readonly display: string;
  readonly secure: boolean;
  /** A server on this machine: quick retries do not harm others. */
  readonly loopback: boolean;
  /** From `user:password@`; sent as Basic authentication and never shown. */
  readonly credentials?: { readonly user: string; readonly password: string };
}

const hostAdvice = 'Write the host after ws:// or wss://, as in wss://example.com/feed.';
const portAdvice =
  'Write one from 1 to 65535, or none for the usual one: 80 for ws:, 443 for wss:.';

/** As `URL` writes it: IPv4 in four parts, also for an IPv6 address that maps it. */
export const loopbackHost =
  /^((.+\.)?localhost\.?|127(\.\d+){3}|\[::1\]|\[::ffff:7f[0-9a-f]{2}:[0-9a-f]{1,4}\])$/;

/**
 * Parses a `ws:` or `wss:` URL as RFC 6455, section 3, has it.
 *
 * @param written what the user wrote, if `text` was made of it; it is what errors show
 * @throws UserError a sentence that names what is wrong with `text` and what to write instead
 */
export function parseEndpoint(text: string, written = text): Endpoint {
  const typed = text.trim();
  const quoted = `"${maskUrl(written.trim(), 'user')}"`;
  if (typed === '') {
    throw new UserError('The URL is empty. Enter one such as wss://example.com/feed.');
  }
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(typed)) {
    const advice = `it must begin with ws:// or wss://${adviceFor(written)}`;
    throw new UserError(`${quoted} is no WebSocket URL: ${advice}`);
  }
  if (/^[^?#]*[\\\t\r\n]/.test(typed)) {
    // The parser takes the one for a slash and leaves the others out: people read another host.
    const advice = 'Write / in place of a backslash, and everything in one line.';
    throw new UserError(
      `${quoted} is not a valid URL: it has a backslash, a tab or a line break. ${advice}`,
    );
  }
  let url: URL;
  try {
    url = new URL(typed);
  } catch {
    throw new UserError(`${quoted} is not a valid URL: it ${problemOf(typed)}`);
  }
  if (url.protocol !== 'ws:' && url.protocol !== 'wss:') {
    const better = { 'http:': 'ws://', 'https:': 'wss://' }[url.protocol];
    const advice = better
      ? `Use ${better} in place of ${url.protocol}//${adviceFor(written)}`
      : 'Use ws:// or, for TLS, wss://.';
    throw new UserError(`${quoted} is no WebSocket URL. ${advice}`);
  }
  if (url.hash !== '' || typed.endsWith('#')) {
    const advice = 'WebSocket URLs have no fragment: remove it, or write # as %23.';
    throw new UserError(`${quoted} has a fragment (#…). ${advice}`);
  }
  if (url.port === '0') {
    throw new UserError(`${quoted} names the port 0, which nothing listens on. ${portAdvice}`);
  }
  if (/^wss?:[/\\]{3}/i.test(typed)) {
    // The parser would take the first part of the path for the host.
    throw new UserError(`${quoted} is not a valid URL: it has no host. ${hostAdvice}`);
  }
  const { username, password } = url;
  url.username = '';
  url.password = '';
  return {
    url: url.href,
    host: url.host,
    display: `${url.protocol}//${url.host}${url.pathname}${url.search ? '?…' : ''}`,
    secure: url.protocol === 'wss:',
    loopback: loopbackHost.test(url.hostname),
    ...(username || password
      ? { credentials: { user: percentDecoded(username), password: percentDecoded(password) } }
      : {}),
  };
}

const longestAdvice = 100;

/** The end of a sentence: the URL that is meant, where that can be guessed. */
function adviceFor(written: string): string {
  const [url] = meantUrls(written);
  try {
    const meant = url === undefined ? undefined : parseEndpoint(url);
    const isShown = meant && !meant.credentials && meant.display.length <= longestAdvice;
    return isShown ? `, as in ${meant.display}.` : '.';
  } catch {
    return '.';
  }
}

/** What a URL has that the platform's parser refuses; the parser itself does not say. */
function problemOf(typed: string): string {
  const authority = /^[^:]*:\/\/([^/?#\\]*)/.exec(typed)?.[1] ?? '';
  const place = authority.slice(authority.lastIndexOf('@') + 1);
  const [, host = '', , port] = /^(\[[^\]]*\]?|[^:]*)(:(.*))?$/s.exec(place) ?? [];
  if (/^[\da-f.]*:[\da-f.]*:[\da-f:.]*$/i.test(place) && /::|(:.*){7}/.test(place)) {
    return 'has an IPv6 address without brackets. Write it as in ws://[::1]:8080/.';
  }
  if (host === '') {
    return `has no host. ${hostAdvice}`;
  }
  if (port !== undefined && !/^\d*$/.test(port)) {
    return `has a port that is no number. ${portAdvice}`;
  }
  if (Number(port ?? '') > 65_535) {
    return `has a port that is too high. ${portAdvice}`;
  }
  if (host.startsWith('[')) {
    return 'has an IPv6 address that is not valid. Write it as in ws://[::1]:8080/.';
  }
  return /^[\d.]+$/.test(host)
    ? 'has an IPv4 address that is not valid: four numbers from 0 to 255.'
    : 'has a host with characters that no host name has. Check it for blanks and marks.';
}

/**
 * The origin (RFC 6454) of what is dialled: scheme, host and port, such as `wss://example.com`. It is
 * one however it was written; a name with its final dot is the same host.
 */
export function originOf({ url }: Pick<Endpoint, 'url'>): string {
  return new URL(url).origin.replace(/\.(?=(:\d+)?$)/, '');
}

export function withoutCredentials({ url, host, display, secure, loopback }: Endpoint): Endpoint {
  return { url, host, display, secure, loopback };
}

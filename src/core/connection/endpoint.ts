import { UserError } from '../base/errors.ts';
import { mask } from '../base/mask.ts';
import { percentDecoded } from '../base/percent.ts';

/** What one connects to, parsed once. */
export interface Endpoint {
  /** The URL to dial, normalised, without user information. */
  readonly url: string;
  readonly host: string;
  /** The URL for people: its query, which may hold a token, is left out. */
  readonly display: string;
  readonly secure: boolean;
  /** A server on this machine, where nobody else is hurt by quick retries. */
  readonly loopback: boolean;
  /** From `user:password@`; sent as Basic authentication and never shown. */
  readonly credentials?: { readonly user: string; readonly password: string };
}

/**
 * Parses a `ws:` or `wss:` URL as RFC 6455, section 3, has it.
 *
 * @param written what the user wrote, if `text` was made of it; it is what errors show
 * @throws UserError a sentence that names what is wrong with `text` and what to write instead
 */
export function parseEndpoint(text: string, written = text): Endpoint {
  const typed = text.trim();
  const quoted = `"${shown(written.trim())}"`;
  if (typed === '') {
    throw new UserError('The URL is empty. Enter one such as wss://example.com/feed.');
  }
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(typed)) {
    throw new UserError(`${quoted} is no WebSocket URL: it must begin with ws:// or wss://.`);
  }
  let url: URL;
  try {
    url = new URL(typed);
  } catch {
    throw new UserError(`${quoted} is not a valid URL. Check its host, port and characters.`);
  }
  if (url.protocol !== 'ws:' && url.protocol !== 'wss:') {
    const better = { 'http:': 'ws://', 'https:': 'wss://' }[url.protocol];
    const advice = better
      ? `Use ${better} in place of ${url.protocol}//.`
      : 'Use ws:// or, for TLS, wss://.';
    throw new UserError(`${quoted} is no WebSocket URL. ${advice}`);
  }
  if (url.hash !== '' || typed.endsWith('#')) {
    const advice = 'WebSocket URLs have no fragment: remove it, or write # as %23.';
    throw new UserError(`${quoted} has a fragment (#…). ${advice}`);
  }
  const { username, password } = url;
  url.username = '';
  url.password = '';
  return {
    url: url.href,
    host: url.host,
    display: `${url.protocol}//${url.host}${url.pathname}${url.search ? '?…' : ''}`,
    secure: url.protocol === 'wss:',
    loopback: /^(localhost|.+\.localhost|127(\.\d+){3}|\[::1\])$/.test(url.hostname),
    ...(username || password
      ? { credentials: { user: percentDecoded(username), password: percentDecoded(password) } }
      : {}),
  };
}

/** The origin (RFC 6454) of what is dialled: scheme, host and port, such as `wss://example.com`. */
export function originOf({ url }: Pick<Endpoint, 'url'>): string {
  return new URL(url).origin;
}

export function withoutCredentials({ url, host, display, secure, loopback }: Endpoint): Endpoint {
  return { url, host, display, secure, loopback };
}

/**
 * What the user typed, fit for messages and the log: without user information and query, and not
 * too long. What is no URL may have its `@` anywhere, so everything before the last one goes.
 */
function shown(typed: string): string {
  const safe = typed
    .replace(/^([a-z][a-z0-9+.-]*:\/\/)?.*@/is, `$1${mask}@`)
    .replace(/\?.*/s, '?…');
  return safe.length > 200 ? `${safe.slice(0, 200)}…` : safe;
}

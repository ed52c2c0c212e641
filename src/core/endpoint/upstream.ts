import { UserError } from '../base/errors.ts';
import { maskUrl } from '../secrets/mask.ts';
import { loopbackHost, parseEndpoint } from './endpoint.ts';
import { meantUrls } from './meantUrls.ts';

/** Where a tap passes on what it gets. `http:` and `ws:` mean the same, as do `https:` and `wss:`. */
export interface Upstream {
  /** As it is shown, and written into settings: `http://localhost:5173`, without a final slash. */
  readonly url: string;
  readonly isSecure: boolean;
  /** Without brackets, as the system's resolver takes it. */
  readonly hostname: string;
  readonly port: number;
  /** What a `Host` header says of it: the port is left out where the scheme implies it. */
  readonly authority: string;
  /** The path that takes the place of the prefix of a route, without a final slash; empty for none. */
  readonly path: string;
  /** A server on this machine. */
  readonly isLoopback: boolean;
}

const webSocketSchemes: Readonly<Record<string, string>> = { 'http:': 'ws:', 'https:': 'wss:' };

/**
 * Parses the URL of an upstream.
 *
 * @throws UserError a sentence that names what is wrong with `text` and what to write instead
 */
export function parseUpstream(text: string): Upstream {
  const typed = text.trim();
  if (typed === '') {
    throw new UserError('The upstream is empty. Enter one such as http://localhost:5173.');
  }
  const shown = maskUrl(typed, 'user');
  const [, scheme = ''] = /^([a-z][a-z0-9+.-]*:)\/\//i.exec(typed) ?? [];
  const protocol = scheme.toLowerCase();
  if (!/^(https?|wss?):$/.test(protocol)) {
    const [meant] = upstreamsMeantBy(typed);
    const advice = meant === undefined ? '' : `, as in ${meant.url}`;
    throw new UserError(
      `"${shown}" is no upstream: it must begin with http://, https://, ws:// or wss://${advice}.`,
    );
  }
  const rest = typed.slice(scheme.length);
  // It has the rules for hosts and ports, and a sentence for each of them.
  const { url, credentials } = parseEndpoint(
    `${webSocketSchemes[protocol] ?? protocol}${rest}`,
    typed,
  );
  if (credentials) {
    throw new UserError(
      `"${shown}" has a login before the @. Write it as a header: "headers": { "Authorization": "…" }.`,
    );
  }
  const parsed = new URL(url);
  if (parsed.search !== '') {
    throw new UserError(`"${shown}" has a query. A tap passes on the query of each request.`);
  }
  const isSecure = parsed.protocol === 'wss:';
  const path = parsed.pathname.replace(/\/+$/, '');
  return {
    url: `${protocol}//${parsed.host}${path}`,
    isSecure,
    hostname: parsed.hostname.replace(/^\[|\]$/g, ''),
    port: parsed.port === '' ? (isSecure ? 443 : 80) : Number(parsed.port),
    authority: parsed.host,
    path,
    isLoopback: loopbackHost.test(parsed.hostname),
  };
}

/** The upstreams that a text without a scheme may stand for, such as `localhost:5173`, the likeliest first. */
export function upstreamsMeantBy(text: string): readonly Upstream[] {
  // A number alone is a port of this machine.
  const typed = text.trim().replace(/^(?=\d{1,5}$)/, ':');
  return meantUrls(typed).flatMap(meant => {
    try {
      return [parseUpstream(meant.replace(/^ws/, 'http'))];
    } catch {
      return []; // It was a guess.
    }
  });
}

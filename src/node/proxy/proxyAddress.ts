import { UserError } from '../../core/base/errors.ts';
import { maskLogin } from '../../core/secrets/mask.ts';
import { percentDecoded } from '../../core/base/percent.ts';

/** The address, protocol and credentials of a proxy. */
export interface ProxyAddress {
  readonly kind: 'http' | 'https' | 'socks5';
  /** Without brackets. */
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  /** The URL to show, without credentials. */
  readonly display: string;
}

const schemes: Readonly<Record<string, { kind: ProxyAddress['kind']; port: number }>> = {
  http: { kind: 'http', port: 80 },
  https: { kind: 'https', port: 443 },
  socks5: { kind: 'socks5', port: 1080 },
  // The proxy resolves names in both cases, so this is the same.
  socks5h: { kind: 'socks5', port: 1080 },
};

/** The names that VS Code's resolver uses for the kinds of proxy that can open a tunnel. */
const resolverKinds: Readonly<Record<string, string>> = {
  PROXY: 'http',
  HTTP: 'http',
  HTTPS: 'https',
  SOCKS: 'socks5',
  SOCKS5: 'socks5',
  SOCKS4: 'socks4',
};

/** The length is one byte (RFC 1929, section 2). */
const maxSocksCredentialBytes = 255;

/**
 * Reads the URL of a proxy.
 *
 * @throws UserError a sentence that names the fault, without the credentials
 */
export function parseProxy(text: string): ProxyAddress {
  const [, scheme = '', credentials, place = ''] =
    /^([a-z][a-z0-9+.-]*):\/\/(?:(.*)@)?([^@]*)$/is.exec(text.trim()) ?? [];
  const shown = JSON.stringify(maskLogin(text.trim()));
  if (scheme === '') {
    throw new UserError(`proxy: ${shown} is not a URL. Use one such as http://proxy.example:8080.`);
  }
  const known = schemes[scheme.toLowerCase()];
  if (!known) {
    throw new UserError(`proxy: ${shown} must begin with http://, https:// or socks5://.`);
  }
  let url: URL;
  try {
    url = new URL(`http://${place}`); // A scheme of the web, so that the host is checked.
  } catch {
    throw new UserError(`proxy: the host or port in ${shown} is not valid.`);
  }
  if (url.pathname !== '/' || url.search !== '' || url.hash !== '') {
    throw new UserError(`proxy: ${shown} may contain a host and a port only.`);
  }
  // The password may contain any character, since it may come from a secret; the user name no colon.
  const [, user = '', password = ''] = /^([^:]*):?(.*)$/s.exec(credentials ?? '') ?? [];
  const login = { user: percentDecoded(user), password: percentDecoded(password) };
  const isTooLong = Object.values(login).some(
    part => Buffer.byteLength(part) > maxSocksCredentialBytes,
  );
  if (known.kind === 'socks5' && isTooLong) {
    throw new UserError('proxy: user name and password of a SOCKS proxy have at most 255 bytes.');
  }
  if (url.port === '0') {
    throw new UserError(`proxy: ${shown} uses port 0, on which no server can listen.`);
  }
  // The parser omits port 80, since it is the default of `http:`.
  const port = url.port ? Number(url.port) : /:80\/?$/.test(place) ? 80 : known.port;
  return {
    kind: known.kind,
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port,
    ...login,
    display: `${scheme.toLowerCase()}://${url.hostname}:${port}`,
  };
}

/** A proxy that VS Code's resolver chose. */
export interface ResolvedProxy {
  /** The URL to show, without credentials. */
  readonly display: string;
  /** Absent for a kind of proxy that only VS Code supports. */
  readonly address?: ProxyAddress;
}

/**
 * Reads the resolver's notation, such as `PROXY user:password@host:8080` or `DIRECT`; `undefined` if
 * it names no proxy.
 */
export function readResolvedProxy(word: string): ResolvedProxy | undefined {
  const [type = '', target = ''] = word.trim().split(/\s+/);
  const scheme = resolverKinds[type.toUpperCase()];
  if (scheme === undefined || target === '') {
    return undefined;
  }
  const place = target.replace(/.*@/s, '').replace(/\/.*/s, '');
  try {
    const address = parseProxy(`${scheme}://${target.replace(/\/$/, '')}`);
    return { display: address.display, address };
  } catch {
    return { display: `${scheme}://${place}` };
  }
}

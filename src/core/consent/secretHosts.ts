import { UserError } from '../base/errors.ts';

/** As many as anybody needs for one secret. */
const mostHosts = 20;

/**
 * Reads the hosts that a secret may go to: hosts such as `api.example.com`, with a port or a scheme
 * where only that one is meant, separated by commas or spaces. None: it may go to all.
 *
 * @returns them in the form in which they are compared
 * @throws UserError a sentence that names what is no host
 */
export function parseSecretHosts(text: string): readonly string[] {
  const written = text.split(/[\s,;]+/).filter(each => each !== '');
  if (written.length > mostHosts) {
    throw new UserError(
      `These are ${written.length} hosts, and a secret has ${mostHosts} at most.`,
    );
  }
  return [...new Set(written.map(normalised))];
}

/**
 * Whether a secret may go to an origin.
 *
 * @param hosts as `parseSecretHosts` gives them
 * @param origin as `originOf` gives it
 */
export function maySecretGo(hosts: readonly string[], origin: string): boolean {
  if (hosts.length === 0) {
    return true;
  }
  const url = parsedUrl(origin);
  if (!url) {
    return false; // A proxy may be unknown before its references are filled in.
  }
  const hostname = url.hostname.replace(/\.$/, '');
  const protocol = url.protocol.replace('http', 'ws');
  const wholePort = url.port === '' ? defaultPort(protocol) : url.port;
  return hosts.some(each => {
    const [, scheme, host = '', only] = /^(?:(\w+:)\/\/)?(.*?)(?::(\d+))?$/.exec(each) ?? [];
    const meant = only ?? (scheme === undefined ? undefined : defaultPort(scheme));
    return (
      host === hostname &&
      (scheme === undefined || scheme === protocol) &&
      (meant === undefined || meant === wholePort)
    );
  });
}

function normalised(written: string): string {
  const hasScheme = written.includes('://');
  const url = parsedUrl(hasScheme ? written : `ws://${written}`);
  if (!url) {
    throw notHost(written);
  }
  const { protocol, pathname, search, hash, username, password } = url;
  const isMore =
    pathname !== '/' || search !== '' || hash !== '' || username !== '' || password !== '';
  const isKnown =
    protocol === 'ws:' || protocol === 'wss:' || protocol === 'http:' || protocol === 'https:';
  if (isMore || !isKnown || !/^[^*]+$/.test(url.hostname)) {
    throw notHost(written);
  }
  const host = url.hostname.replace(/\.$/, '');
  // What the parser leaves out as the default of the scheme was meant where it was written.
  const port = /:(\d+)\/?$/.exec(written)?.[1];
  const place = port === undefined ? host : `${host}:${Number(port)}`;
  return hasScheme ? `${protocol.replace('http', 'ws')}//${place}` : place;
}

function notHost(written: string): UserError {
  return new UserError(
    `"${written}" is no host. Write it as api.example.com, api.example.com:8443 or wss://api.example.com.`,
  );
}

function defaultPort(protocol: string): string {
  return protocol === 'wss:' ? '443' : '80';
}

/** `undefined` if it is none. */
export function parsedUrl(url: string): URL | undefined {
  try {
    return new URL(url);
  } catch {
    return undefined;
  }
}

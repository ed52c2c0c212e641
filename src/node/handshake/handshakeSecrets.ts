import { isSecretName, secretSubprotocols } from '../../core/secrets/names.ts';
import type { Handshake } from '../../core/connection/wire/transport.ts';
import type { ProxyAddress } from '../proxy/proxyAddress.ts';

/** All that must not be shown of a handshake, in the spellings in which a peer may echo it. */
export function secretsOf(handshake: Handshake, proxy: ProxyAddress | undefined): string[] {
  const { endpoint, headers, subprotocols, tls, secrets = [] } = handshake;
  const { user = '', password = '' } = endpoint.credentials ?? {};
  return [
    ...secrets,
    ...Object.entries(headers).flatMap(([name, value]) =>
      isSecretName(name) ? partsOf(name, value) : [],
    ),
    ...[...new URL(endpoint.url).searchParams].flatMap(([name, value]) =>
      isSecretName(name) ? [value] : [],
    ),
    ...loginOf(user, password),
    ...loginOf(proxy?.user ?? '', proxy?.password ?? ''),
    ...secretSubprotocols(subprotocols),
    ...(tls.passphrase ? [tls.passphrase] : []),
  ].filter(secret => secret !== '');
}

/** A header's value, and what of it is the secret: behind a scheme, or each cookie. */
function partsOf(name: string, value: string): readonly string[] {
  const parts =
    name.toLowerCase() === 'cookie'
      ? value.split(';').map(cookie => cookie.slice(cookie.indexOf('=') + 1).trim())
      : [value.replace(/^\S+\s+/, '')];
  return [value, ...parts];
}

/** A user name is a secret only where it stands alone, as a token in front of the host. */
function loginOf(user: string, password: string): readonly string[] {
  return user === '' && password === ''
    ? []
    : [password || user, Buffer.from(`${user}:${password}`).toString('base64')];
}

import { messageOf, UserError } from '../../core/base/errors.ts';
import { HandshakeRedactor } from '../../core/secrets/handshakeRedactor.ts';
import type { Handshake } from '../../core/connection/wire/transport.ts';
import { toWire } from '../http/headerText.ts';
import { parseProxy, type ProxyAddress } from '../proxy/proxyAddress.ts';
import type { Target } from './redirects.ts';
import { secureContextOptions } from './tlsMaterial.ts';

/** One way to the endpoint. */
export interface Route {
  readonly target: Target;
  /** The proxy to tunnel through ourselves. */
  readonly proxy?: ProxyAddress;
  readonly chosenBy?: 'setting' | 'editor';
}

/**
 * The way that the user wants to go.
 *
 * @throws UserError names the setting that cannot be used, without what was filled in
 */
export function firstRoute(handshake: Handshake): Route {
  const proxy = proxyOf(handshake);
  const target = firstTarget(handshake);
  return proxy ? { target, proxy, chosenBy: 'setting' } : { target };
}

function proxyOf({ proxy, secrets = [] }: Handshake): ProxyAddress | undefined {
  try {
    return proxy === undefined ? undefined : parseProxy(proxy);
  } catch (error) {
    throw new UserError(new HandshakeRedactor(secrets).text(messageOf(error)), { cause: error });
  }
}

function firstTarget(handshake: Handshake): Target {
  const { endpoint, subprotocols, tls, followRedirects } = handshake;
  if (endpoint.secure || followRedirects) {
    secureContextOptions(tls); // What is wrong is told before anything is on the wire.
  }
  const headers = Object.entries(handshake.headers).map(([name, value]) => [name, toWire(value)]);
  return { endpoint, headers: Object.fromEntries(headers) as Target['headers'], subprotocols, tls };
}

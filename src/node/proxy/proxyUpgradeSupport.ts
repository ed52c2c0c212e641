import type { Endpoint } from '../../core/endpoint/endpoint.ts';
import type { Phase } from '../../core/record/handshakeFacts.ts';
import type { ProxyAddress } from './proxyAddress.ts';

/** Statuses that would be the same through a tunnel. */
const finalStatuses = new Set([301, 302, 303, 307, 308, 401, 407]);

/** The proxies that dropped Upgrade, with the endpoint's host, as long as this process runs. */
const found = new Set<string>();

function keyOf(proxy: ProxyAddress, endpoint: Endpoint): string {
  return `${proxy.display} ${endpoint.host}`;
}

/**
 * Whether an opening handshake may have failed because a proxy without a tunnel dropped Upgrade, as
 * RFC 9110, section 7.6.1, allows. VS Code tunnels for `wss:` only.
 *
 * @param phase in which it failed
 * @param status of the answer, if one other than 101 was received
 */
export function mayHaveDroppedUpgrade(
  proxy: ProxyAddress,
  endpoint: Endpoint,
  phase: Phase,
  status: number | undefined,
): boolean {
  const isFinal = status !== undefined && finalStatuses.has(status);
  return proxy.kind !== 'socks5' && !endpoint.secure && phase === 'upgrade' && !isFinal;
}

/** Whether only a tunnel leads to this endpoint through this proxy. */
export function dropsUpgrade(proxy: ProxyAddress, endpoint: Endpoint): boolean {
  return found.has(keyOf(proxy, endpoint));
}

/** Remembers that a tunnel worked after the proxy dropped Upgrade. */
export function noteDroppedUpgrade(proxy: ProxyAddress, endpoint: Endpoint): void {
  found.add(keyOf(proxy, endpoint));
}

import { toDisposable, type Disposable } from '../../core/base/lifecycle.ts';
import type { Endpoint } from '../../core/endpoint/endpoint.ts';
import type { TlsMaterial } from '../../core/connection/wire/transport.ts';
import type { ProxyAddress } from '../proxy/proxyAddress.ts';
import { openTunnel, type Tunnel } from '../proxy/proxyTunnel.ts';
import { hostOf } from './webSocketRequest.ts';

export interface TunnelAttemptOptions {
  readonly proxy: ProxyAddress;
  readonly endpoint: Endpoint;
  readonly tls: TlsMaterial;
}

/** Told of one tunnel, and of nothing before the caller has the attempt in its hands. */
export interface TunnelAttemptEvents {
  onBegin(): void;
  onTunnel(tunnel: Tunnel): void;
  onError(error: unknown): void;
}

/** Asks a proxy once for a way to the endpoint. Disposing of it drops what there is of it. */
export function attemptTunnel(
  { proxy, endpoint, tls }: TunnelAttemptOptions,
  events: TunnelAttemptEvents,
): Disposable {
  const control = new AbortController();
  const { signal } = control;
  const url = new URL(endpoint.url);
  const port = Number(url.port || (endpoint.secure ? 443 : 80));
  const unlessDropped = <T>(tell: (value: T) => void) => {
    return (value: T) => signal.aborted || tell(value);
  };
  const open = async () => {
    events.onBegin();
    await openTunnel({ proxy, host: hostOf(url), port, tls, signal }).then(
      unlessDropped(tunnel => events.onTunnel(tunnel)),
      unlessDropped((error: unknown) => events.onError(error)),
    );
  };
  queueMicrotask(() => signal.aborted || void open());
  return toDisposable(() => control.abort());
}

import type { TlsMaterial } from '../connection/wire/transport.ts';
import type { Upstream } from '../endpoint/upstream.ts';
import type { Toxics } from './toxics.ts';

export interface TapRoute {
  /** Begins with a slash; matches whole segments of the path. */
  readonly prefix: string;
  readonly upstream: Upstream;
}

/** What a tap does. Secrets are in it: never log or store it. */
export interface TapOptions {
  readonly name: string;
  readonly upstream: Upstream;
  /** The longest prefix that fits is taken; what fits none goes to `upstream`. */
  readonly routes: readonly TapRoute[];
  /** Take the place of the client's headers of these names, in requests to all upstreams. */
  readonly headers: Readonly<Record<string, string>>;
  /** The `Host` that the upstream gets: its own, or that of the client's request. */
  readonly host: 'upstream' | 'keep';
  /** Adds `X-Forwarded-For`, `-Host`, `-Proto` and `Via`. */
  readonly forwarded: boolean;
  /** First segment of every path, after `/~`; absent: none is asked for. */
  readonly token?: string;
  /** Web pages of other origins that may use a tap which adds something to requests: `https://app.example`. */
  readonly allowedOrigins: readonly string[];
  /** Values of `Host` beyond loopback, such as the authority of the editor's forwarded port. */
  readonly allowedAuthorities: readonly string[];
  /** How long a client waits while the upstream accepts no connection; 0: not at all. */
  readonly waitForUpstreamMs: number;
  /** From the dial to the end of the answer's head. */
  readonly connectTimeoutMs: number;
  /** Of a larger message only the beginning is recorded. */
  readonly maxMessageBytes: number;
  /** For upstreams with TLS. A proxy is the editor's choice. */
  readonly tls: TlsMaterial;
  /** What was filled in and must not be shown. */
  readonly secrets: readonly string[];
  /** What the network between client and tap does wrong, for each direction. */
  readonly toxics: Toxics;
}

/** Whether requests get anything from the tap that the client does not have itself. */
export function addsSomething({ headers, tls }: Pick<TapOptions, 'headers' | 'tls'>): boolean {
  return Object.keys(headers).length > 0 || tls.cert !== undefined;
}

import type { HeaderLine } from '../../core/record/handshakeFacts.ts';

export const ProxyCode = {
  /** No connection to the proxy could be opened, or the proxy dropped it. */
  Unreachable: 'PROXY_UNREACHABLE',
  /** The proxy was reached, but did not connect to the endpoint. */
  Refused: 'PROXY_REFUSED',
  /** The proxy requires other credentials; an HTTP proxy answers with status 407 instead. */
  Authentication: 'PROXY_AUTHENTICATION',
  /** The proxy uses another protocol. */
  Protocol: 'PROXY_PROTOCOL',
  /** An `https:` proxy is not trusted, or the TLS handshake with it failed. */
  Tls: 'PROXY_TLS',
} as const;

/** Why a proxy opened no tunnel. The message contains no credentials of the proxy's URL. */
export class ProxyError extends Error {
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(`the proxy ${message}`, options);
    this.code = code;
  }
}

/** An HTTP answer of a proxy. */
export interface ProxyAnswer {
  readonly status: number;
  readonly statusText: string;
  readonly headers: readonly HeaderLine[];
}

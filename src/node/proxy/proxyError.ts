import type { HeaderLine } from '../../core/record/handshakeFacts.ts';

export const ProxyCode = {
  /** It could not be connected to, or dropped the connection. */
  Unreachable: 'PROXY_UNREACHABLE',
  /** It was reached, but did not connect to the endpoint. */
  Refused: 'PROXY_REFUSED',
  /** It wants other credentials; an HTTP proxy says so by a status of 407 instead. */
  Authentication: 'PROXY_AUTHENTICATION',
  /** It speaks another protocol. */
  Protocol: 'PROXY_PROTOCOL',
  /** An `https:` proxy is not trusted, or no TLS connection to it comes about. */
  Tls: 'PROXY_TLS',
} as const;

/** Why a proxy opened no tunnel, in words that hold no credentials of the proxy's URL. */
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

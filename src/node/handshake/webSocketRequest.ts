import { Agent, type ClientRequest } from 'node:http';
import { Agent as SecureAgent } from 'node:https';
import { isIP, type Socket } from 'node:net';
import { connect as connectTls, type ConnectionOptions, type SecureContextOptions } from 'node:tls';
import WebSocket from 'ws';
import type { Handshake } from '../../core/connection/wire/transport.ts';
import { maxHeadBytes } from '../http/answerHead.ts';
import type { Target } from './redirects.ts';
import { maxBufferedChunks, maxFragments } from './transportLimits.ts';

/** Gives a request the socket that is there already. */
class TunnelAgent extends Agent {
  readonly #socket: Socket;

  constructor(socket: Socket) {
    super();
    this.#socket = socket;
  }

  override createConnection(): Socket {
    return this.#socket;
  }
}

/** Speaks TLS through the socket that is there already. */
class SecureTunnelAgent extends SecureAgent {
  readonly #socket: Socket;
  readonly #host: string;

  constructor(socket: Socket, host: string) {
    super();
    this.#socket = socket;
    this.#host = host;
  }

  /** The options are those of the request; VS Code has put the system's certificates there. */
  override createConnection(options: ConnectionOptions): Socket {
    return connectTls({ ...options, host: this.#host, socket: this.#socket });
  }
}

/** Options of `ws` that its types do not know yet. */
interface OptionsOfToday {
  readonly closeTimeout: number;
  readonly maxFragments: number;
  readonly maxBufferedChunks: number;
  /** Handed on to `http.request`. */
  readonly maxHeaderSize: number;
}

/** Stands for the endpoint where a tunnel leads there: VS Code leaves what is local alone. */
const tunnelHost = '127.0.0.1';

/**
 * Asks for a WebSocket. Without a tunnel no agent is passed: inside VS Code's extension host the
 * patched `http` and `https` choose proxy and certificates, and an agent would stand in their way.
 */
export function requestWebSocket(
  { endpoint, headers, subprotocols, tls }: Target,
  handshake: Handshake,
  secure: SecureContextOptions,
  tunnel: Socket | undefined,
  finishRequest: (request: ClientRequest) => void,
): WebSocket {
  const { credentials } = endpoint;
  const url = new URL(endpoint.url);
  const host = hostOf(url);
  const options: WebSocket.ClientOptions & OptionsOfToday = {
    headers: { ...(tunnel ? { Host: endpoint.host } : {}), ...headers },
    ...(credentials ? { auth: `${credentials.user}:${credentials.password}` } : {}),
    perMessageDeflate: handshake.compression,
    maxPayload: handshake.maxMessageBytes,
    closeTimeout: handshake.closeTimeoutMs,
    maxFragments,
    maxBufferedChunks,
    autoPong: false, // `PongSender` does it.
    followRedirects: false,
    // The filter in front of the parser knows the exact limit.
    maxHeaderSize: 2 * maxHeadBytes,
    finishRequest: request => {
      request.maxHeadersCount = 0; // Else what comes behind the thousandth is lost.
      finishRequest(request);
    },
    ...(endpoint.secure
      ? {
          ...secure,
          rejectUnauthorized: tls.rejectUnauthorized,
          // Else it would be that of the header Host, or of our stand-in.
          servername: tls.servername ?? (isIP(host) === 0 ? host : ''),
        }
      : {}),
  };
  if (tunnel) {
    const agent = endpoint.secure ? new SecureTunnelAgent(tunnel, host) : new TunnelAgent(tunnel);
    url.host = tunnelHost;
    url.port = '';
    return new WebSocket(url, [...subprotocols], { ...options, agent });
  }
  return new WebSocket(url, [...subprotocols], options);
}

/** Without brackets. */
export function hostOf(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, '');
}

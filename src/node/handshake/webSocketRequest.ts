import { Agent, type ClientRequest, type IncomingMessage } from 'node:http';
import { Agent as SecureAgent } from 'node:https';
import { isIP, Socket } from 'node:net';
import {
  connect as connectTls,
  type ConnectionOptions,
  type SecureContextOptions,
  type TLSSocket,
} from 'node:tls';
import WebSocket from 'ws';
import type { Disposable } from '../../core/base/lifecycle.ts';
import type { Handshake } from '../../core/connection/wire/transport.ts';
import type { Phase, TlsFacts } from '../../core/record/handshakeFacts.ts';
import { filterAnswers } from '../http/answerFilter.ts';
import { maxHeadBytes } from '../http/answerHead.ts';
import { readResolvedProxy, type ResolvedProxy } from '../proxy/proxyAddress.ts';
import type { Target } from './redirects.ts';
import { readTlsFacts } from './tlsFacts.ts';
import { maxBufferedChunks, maxFragments } from './transportLimits.ts';

interface WebSocketRequestOptions {
  readonly target: Target;
  readonly handshake: Handshake;
  readonly secure: SecureContextOptions;
  /** A connected socket that already leads to the endpoint. */
  readonly tunnel: Socket | undefined;
}

/** Reported by VS Code's agent when it has chosen a route; `proxy` is in its resolver's notation. */
export interface ProxyChoice {
  readonly proxy: string;
  /** Not yet given to the request. */
  readonly socket?: unknown;
  /** Why the proxy could not be connected to. */
  readonly error?: unknown;
}

/** Called for one request for a WebSocket. Nothing is called after `onOpen` or `onError`. */
interface WebSocketRequestEvents {
  onProxy(proxy: ResolvedProxy, choice: ProxyChoice): void;
  onPhase(phase: Phase, request: ClientRequest): void;
  onTls(facts: TlsFacts): void;
  /** Corrections of the answer that follows. */
  onOddities(oddities: readonly string[]): void;
  onUpgrade(response: IncomingMessage): void;
  onOpen(ws: WebSocket, socket: Socket): void;
  /** An answer other than 101, its body unread. The receiver must dispose of the request. */
  onRefusal(response: IncomingMessage): void;
  onError(error: Error): void;
}

/** Requests a WebSocket once. `dispose` drops the socket; nothing is reported after that. */
export function requestWebSocket(
  options: WebSocketRequestOptions,
  events: WebSocketRequestEvents,
): Disposable {
  const { target, tunnel } = options;
  let isOver = false;
  let isRefused = false;
  let isProxied = tunnel !== undefined;
  /** Connected by this extension or by VS Code's agent, possibly not yet given to the request. */
  let pending: unknown = tunnel;
  let error: Error | undefined;

  const ws = createWebSocket(options, request => {
    watchRequest(request, {
      isSecure: target.endpoint.secure,
      isProxied: () => isProxied,
      onProxy: choice => {
        const proxy = readResolvedProxy(choice.proxy);
        if (proxy && !isOver) {
          isProxied = true;
          pending = choice.socket;
          events.onProxy(proxy, choice);
        }
      },
      onPhase: phase => isOver || events.onPhase(phase, request),
      onTls: facts => isOver || events.onTls(facts),
    });
    filterAnswers(request, oddities => isOver || events.onOddities(oddities));
    if (tunnel) {
      request.on('socket', socket => socket.resume());
    }
    request.end();
  });
  // Kept for the socket's whole life: an 'error' without a listener would end the extension host.
  ws.on('error', problem => {
    error ??= problem;
  });
  ws.on('upgrade', response => {
    if (!isOver) {
      events.onUpgrade(response);
      dropEmpty(response, target.subprotocols.length > 0, events);
      ws.once('open', () => {
        if (!isOver) {
          isOver = true;
          events.onOpen(ws, response.socket);
        }
      });
    }
  });
  // Without this listener, `ws` would handle the refusal and hide status and headers.
  ws.on('unexpected-response', (_, response) => {
    if (!isOver) {
      isRefused = true;
      events.onRefusal(response);
    }
  });
  ws.on('close', () => {
    // A refusal with a damaged body is still a refusal.
    if (!isOver && !isRefused) {
      isOver = true;
      events.onError(error ?? new Error('the connection was dropped'));
    }
  });
  return {
    dispose: () => {
      isOver = true;
      ws.terminate();
      if (pending instanceof Socket) {
        pending.destroy();
      }
    },
  };
}

/** Removes empty headers of the 101, which `ws` would refuse. */
function dropEmpty(
  { headers }: IncomingMessage,
  hasOffered: boolean,
  events: Pick<WebSocketRequestEvents, 'onOddities'>,
): void {
  // Node joins a repeated header with a comma.
  const empty = (name: string) => /^[\s,]*$/.test(headers[name]?.toString() ?? 'absent');
  if (empty('sec-websocket-protocol') && !hasOffered) {
    delete headers['sec-websocket-protocol'];
    events.onOddities(['an empty subprotocol, which was ignored']);
  }
  if (empty('sec-websocket-extensions')) {
    delete headers['sec-websocket-extensions'];
    events.onOddities(['an empty Sec-WebSocket-Extensions, which was ignored']);
  }
}

export interface RequestWatch {
  readonly isSecure: boolean;
  /** Whether the socket leads to a proxy, so that name and port are not the endpoint's. */
  readonly isProxied: () => boolean;
  readonly onProxy: (choice: ProxyChoice) => void;
  readonly onPhase: (phase: Phase) => void;
  readonly onTls: (facts: TlsFacts) => void;
}

/** Follows a request of an opening handshake from one step to the next. */
export function watchRequest(request: ClientRequest, watch: RequestWatch): void {
  const { isSecure, isProxied, onProxy, onPhase, onTls } = watch;
  request.on('proxy', onProxy);
  request.on('socket', (socket: Socket) => {
    if (request.reusedSocket) {
      onPhase('upgrade'); // An agent kept it: no step before this one comes again.
      return;
    }
    // The socket of a `ws:` request uses TLS if the proxy is an `https:` one.
    const tls = isSecure && isTls(socket) ? socket : undefined;
    if (tls) {
      // Must run before Node's own listener, which verifies and then drops the certificate.
      tls.prependOnceListener('secure', () => onTls(readTlsFacts(tls)));
      tls.once('secureConnect', () => {
        onTls(readTlsFacts(tls));
        onPhase('upgrade');
      });
    }
    const afterTcp = () => onPhase(tls ? 'tls' : 'upgrade');
    if (isProxied()) {
      // For TLS, VS Code replays a refusal by the proxy on a socket without TLS.
      if (tls || !isSecure) {
        afterTcp();
      }
      return;
    }
    onPhase(isIP(request.host) === 0 ? 'dns' : 'tcp');
    if (socket.connecting) {
      socket.once('lookup', (error: Error | null) => {
        if (!error) {
          onPhase('tcp');
        }
      });
      socket.once('connect', afterTcp);
    } else {
      afterTcp();
    }
  });
}

function isTls(socket: Socket & { encrypted?: boolean }): socket is TLSSocket {
  return socket.encrypted === true;
}

/** Gives a request a socket that is already connected. */
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

/** Opens TLS through a socket that is already connected. */
class SecureTunnelAgent extends SecureAgent {
  readonly #socket: Socket;
  readonly #host: string;

  constructor(socket: Socket, host: string) {
    super();
    this.#socket = socket;
    this.#host = host;
  }

  /** The options are those of the request, to which VS Code has added the system's certificates. */
  override createConnection(options: ConnectionOptions): Socket {
    return connectTls({ ...options, host: this.#host, socket: this.#socket });
  }
}

/** Options of `ws` that its types do not have yet. */
interface UntypedOptions {
  readonly closeTimeout: number;
  readonly maxFragments: number;
  readonly maxBufferedChunks: number;
  /** Passed on to `http.request`. */
  readonly maxHeaderSize: number;
}

/** Replaces the endpoint's host behind a tunnel: VS Code chooses no proxy for local addresses. */
const tunnelHost = '127.0.0.1';

/**
 * Without a tunnel no agent is passed: inside VS Code's extension host the patched `http` and `https`
 * choose proxy and certificates, and an agent would prevent that.
 *
 * @param finishRequest must end the request
 */
function createWebSocket(
  { target, handshake, secure, tunnel }: WebSocketRequestOptions,
  finishRequest: (request: ClientRequest) => void,
): WebSocket {
  const { endpoint, headers, subprotocols, tls } = target;
  const { credentials } = endpoint;
  const url = new URL(endpoint.url);
  const host = hostOf(url);
  const options: WebSocket.ClientOptions & UntypedOptions = {
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
      request.maxHeadersCount = 0; // By default Node drops all headers after the thousandth.
      finishRequest(request);
    },
    ...(endpoint.secure
      ? {
          ...secure,
          rejectUnauthorized: tls.rejectUnauthorized,
          // By default Node takes it from the header Host, or from `tunnelHost`.
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

/** Without the brackets of IPv6. */
export function hostOf(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, '');
}

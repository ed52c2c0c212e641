import type { ClientRequest, IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import type { SecureContextOptions } from 'node:tls';
import type WebSocket from 'ws';
import type { Disposable } from '../../core/base/lifecycle.ts';
import type { TlsFacts, Phase } from '../../core/record/handshakeFacts.ts';
import type { Handshake } from '../../core/connection/wire/transport.ts';
import { mendAnswers } from '../http/answerFilter.ts';
import { watchRequest, type ProxyChoice } from './handshakeWatch.ts';
import { readResolvedProxy, type ResolvedProxy } from '../proxy/proxyAddress.ts';
import type { Target } from './redirects.ts';
import { requestWebSocket } from './webSocketRequest.ts';

export interface WebSocketRequestOptions {
  readonly target: Target;
  readonly handshake: Handshake;
  readonly secure: SecureContextOptions;
  /** Leads to the endpoint already. */
  readonly tunnel: Socket | undefined;
}

/** Told of one request for a WebSocket. After `onOpen` or `onError` nothing comes. */
export interface WebSocketRequestEvents {
  onProxy(proxy: ResolvedProxy, choice: ProxyChoice): void;
  onPhase(phase: Phase, request: ClientRequest): void;
  onTls(facts: TlsFacts): void;
  /** What was mended in the answer that follows. */
  onOddities(oddities: readonly string[]): void;
  onUpgrade(response: IncomingMessage): void;
  onOpen(ws: WebSocket, socket: Socket): void;
  /** The answer that came in place of the 101, its body unread. Dispose of the attempt after it. */
  onRefusal(response: IncomingMessage): void;
  onError(error: Error): void;
}

/** Asks once for a WebSocket. Disposing of it drops the socket; nothing is reported after that. */
export function attemptWebSocket(
  options: WebSocketRequestOptions,
  events: WebSocketRequestEvents,
): Disposable {
  const { target, handshake, secure, tunnel } = options;
  let isOver = false;
  let isRefused = false;
  let isProxied = tunnel !== undefined;
  /** Connected already, by us or by VS Code's agent, and perhaps not the request's yet. */
  let pending: unknown = tunnel;
  let error: Error | undefined;

  const ws = requestWebSocket(target, handshake, secure, tunnel, request => {
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
    mendAnswers(request, oddities => isOver || events.onOddities(oddities));
    if (tunnel) {
      request.on('socket', socket => socket.resume());
    }
    request.end();
  });
  // Kept for the socket's whole life: an 'error' that nobody hears would end the extension host.
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
  // A listener here takes over the refusal from `ws`, which would hide status and headers.
  ws.on('unexpected-response', (_, response) => {
    if (!isOver) {
      isRefused = true;
      events.onRefusal(response);
    }
  });
  ws.on('close', () => {
    // A refusal whose body is damaged is a refusal still.
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

/** Headers of the agreement that agree on nothing; `ws` refuses them, though nothing is chosen. */
function dropEmpty(
  { headers }: IncomingMessage,
  hasOffered: boolean,
  events: Pick<WebSocketRequestEvents, 'onOddities'>,
): void {
  // Of a header that is there twice Node makes one with a comma.
  const empty = (name: string) => /^[\s,]*$/.test(headers[name]?.toString() ?? 'absent');
  if (empty('sec-websocket-protocol') && !hasOffered) {
    delete headers['sec-websocket-protocol'];
    events.onOddities(['an empty subprotocol, which was taken for none']);
  }
  if (empty('sec-websocket-extensions')) {
    delete headers['sec-websocket-extensions'];
    events.onOddities(['empty Sec-WebSocket-Extensions, which were taken for none']);
  }
}

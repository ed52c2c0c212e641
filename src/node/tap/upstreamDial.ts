import { request as requestPlain, type ClientRequest, type IncomingMessage } from 'node:http';
import { request as requestSecure } from 'node:https';
import { connect, isIP, type Socket } from 'node:net';
import type { Clock } from '../../core/base/clock.ts';
import type { TlsMaterial } from '../../core/connection/wire/transport.ts';
import type { Phase, TlsFacts } from '../../core/record/handshakeFacts.ts';
import type { Upstream } from '../../core/endpoint/upstream.ts';
import { secureContextOptions } from '../handshake/tlsMaterial.ts';
import { watchRequest, type ProxyChoice } from '../handshake/webSocketRequest.ts';
import { readResolvedProxy, type ProxyAddress } from '../proxy/proxyAddress.ts';
import { ProxyCode, ProxyError } from '../proxy/proxyError.ts';
import { openTunnel } from '../proxy/proxyTunnel.ts';
import { noteDialled } from './tapContext.ts';

export interface UpstreamDial {
  readonly upstream: Upstream;
  readonly tls: TlsMaterial;
  readonly clock: Clock;
  /** Drops what was dialled, also after it was given back. */
  readonly signal: AbortSignal;
  readonly onPhase: (phase: Phase) => void;
  readonly onProxy: (display: string) => void;
  readonly onTls: (facts: TlsFacts) => void;
}

/**
 * Connects to an upstream as the editor does: with its proxies and its certificates. The socket is
 * paused, has no listeners but one for errors, and stays half-open when its peer has ended.
 *
 * Rejects with what went wrong; the phase was reported before.
 */
export async function dialUpstream(dial: UpstreamDial): Promise<Socket> {
  const { upstream, signal } = dial;
  const socket =
    upstream.isLoopback && !upstream.isSecure ? await dialDirectly(dial) : await dialAsEditor(dial);
  // Kept for the socket's whole life: an 'error' without a listener would end the extension host.
  socket.on('error', () => undefined);
  noteDialled(socket);
  socket.pause();
  socket.setNoDelay(true);
  socket.allowHalfOpen = true;
  const drop = () => void socket.destroy();
  signal.addEventListener('abort', drop);
  socket.on('close', () => signal.removeEventListener('abort', drop));
  if (signal.aborted) {
    drop();
    throw new Error('the dial was cancelled');
  }
  return socket;
}

/** The editor uses no proxy for loopback. */
function dialDirectly({ upstream, signal, onPhase }: UpstreamDial): Promise<Socket> {
  return new Promise((resolve, reject) => {
    onPhase('tcp');
    const { hostname: host, port } = upstream;
    const socket = connect({ host, port, allowHalfOpen: true, noDelay: true });
    const drop = () => socket.destroy(new Error('the dial was cancelled'));
    signal.addEventListener('abort', drop);
    socket.once('connect', () => {
      signal.removeEventListener('abort', drop);
      socket.off('error', reject);
      onPhase('upgrade');
      resolve(socket);
    });
    socket.once('error', reject);
  });
}

function dialAsEditor(dial: UpstreamDial): Promise<Socket> {
  const { upstream, tls, signal } = dial;
  const { isSecure, hostname: host, port, authority } = upstream;
  return new Promise((resolve, reject) => {
    let proxy: UsedProxy | undefined;
    let isOver = false;
    const request: ClientRequest = (isSecure ? requestSecure : requestPlain)({
      host,
      port,
      path: '/',
      setHost: false,
      headers: { Host: authority },
      ...(isSecure
        ? {
            ...secureContextOptions(tls),
            rejectUnauthorized: tls.rejectUnauthorized,
            servername: tls.servername ?? (isIP(host) === 0 ? host : ''),
            ALPNProtocols: ['http/1.1'],
          }
        : {}),
    });
    const drop = () => request.destroy(new Error('the dial was cancelled'));
    signal.addEventListener('abort', drop);
    const finish = (conclude: () => void) => {
      if (!isOver) {
        isOver = true;
        signal.removeEventListener('abort', drop);
        conclude();
      }
    };
    request.on('error', error => finish(() => reject(errorBehind(proxy, error))));
    request.on('response', answer =>
      finish(() => {
        request.destroy();
        reject(refusedByProxy(answer));
      }),
    );
    request.on('socket', () => {
      if (request.reusedSocket) {
        // An agent kept it from a plain request: its peer may be closing it.
        finish(() => {
          request.destroy();
          dialAsEditor(dial).then(resolve, reject);
        });
      }
    });
    request.on('upgrade', (_answer, socket: Socket) => finish(() => resolve(socket)));
    watchRequest(request, {
      isSecure,
      isProxied: () => proxy !== undefined,
      onProxy: choice => {
        const resolved = readResolvedProxy(choice.proxy);
        if (!resolved || isOver) {
          return;
        }
        dial.onPhase('proxy');
        dial.onProxy(resolved.display);
        const { address } = resolved;
        if (address) {
          proxy = { address, choice };
        }
        // For `ws:` the editor's proxy would forward the request, and may drop Upgrade (RFC 6455, section 4.1).
        if (address && !isSecure && choice.error === undefined) {
          finish(() => {
            request.destroy();
            tunnel(dial, address).then(resolve, reject);
          });
        }
      },
      onPhase: phase => {
        if (isOver) {
          return;
        }
        dial.onPhase(phase);
        if (phase === 'upgrade' && request.socket) {
          takeSocket(request.socket);
        }
      },
      onTls: dial.onTls,
    });
  });
}

/** Makes Node hand the socket over, as it does for every 101: nothing has been sent on it. */
function takeSocket(socket: Socket): void {
  const answer = Buffer.from(
    'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
  );
  for (const listener of socket.listeners('data')) {
    listener.call(socket, answer);
  }
}

async function tunnel(dial: UpstreamDial, proxy: ProxyAddress): Promise<Socket> {
  const { upstream, tls, signal, clock } = dial;
  const { hostname: host, port } = upstream;
  const opened = await openTunnel({ proxy, host, port, tls, signal, clock });
  if ('socket' in opened) {
    dial.onPhase('upgrade');
    return opened.socket;
  }
  const { status, statusText } = opened.answer;
  throw new ProxyError(
    ProxyCode.Refused,
    `${proxy.display} answered HTTP ${status} ${statusText} to CONNECT`,
  );
}

/** The proxy that the editor has chosen for a request. */
export interface UsedProxy {
  readonly address: ProxyAddress;
  readonly choice: ProxyChoice;
}

/** The error of a request, or that its proxy could not be reached. */
export function errorBehind(proxy: UsedProxy | undefined, error: Error): Error {
  return proxy?.choice.error === undefined
    ? error
    : new ProxyError(ProxyCode.Unreachable, `${proxy.address.display} cannot be reached`, {
        cause: error,
      });
}

/** The editor replays what a proxy answers to CONNECT, on a socket without TLS. */
export function refusedByProxy({ statusCode = 0, statusMessage = '' }: IncomingMessage): Error {
  return new ProxyError(
    ProxyCode.Refused,
    `on the way answered HTTP ${statusCode} ${statusMessage} to CONNECT`,
  );
}

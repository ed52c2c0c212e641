import type { ClientRequest, IncomingMessage } from 'node:http';
import { isIP, type Socket } from 'node:net';
import WebSocket from 'ws';
import { messageOf } from '../core/base/errors.ts';
import { CloseCode } from '../core/connection/closeCode.ts';
import type { Phase } from '../core/connection/phase.ts';
import type {
  Ended,
  Handshake,
  Refusal,
  Transport,
  TransportError,
  TransportListener,
} from '../core/connection/transport.ts';

const maxRedirects = 5;

/**
 * Opens connections with the `ws` package. No agent is passed: inside VS Code's extension host the
 * patched `http` and `https` choose proxy and certificates, and an agent would stand in their way.
 */
export function openWsTransport(handshake: Handshake, listener: TransportListener): Transport {
  let socket: Socket | undefined;
  let phase: Phase | undefined = 'dns';
  let error: TransportError | undefined;
  let refusal: Refusal | undefined;
  let wanted = true;

  const enter = (next: Phase) => {
    phase = next;
    if (wanted) {
      listener.onPhase(next);
    }
  };
  const ws = new WebSocket(handshake.endpoint.url, [...handshake.subprotocols], {
    ...clientOptions(handshake),
    finishRequest: request => {
      watchPhases(request, enter);
      request.end();
    },
  });

  // Kept for the socket's whole life: an 'error' that nobody hears would end the extension host.
  ws.on('error', problem => {
    error ??= toTransportError(problem);
  });
  ws.on('upgrade', response => (socket = response.socket));
  // A listener here takes over the refusal from `ws`, which would hide status and headers.
  ws.on('unexpected-response', (request, response) => {
    refusal = toRefusal(response);
    // Its 'error' and 'close' follow, which is where the end is reported.
    request.destroy();
    ws.terminate();
  });
  ws.on('open', () => {
    phase = undefined;
    if (wanted) {
      listener.onOpen({ subprotocol: ws.protocol, extensions: ws.extensions });
    }
  });
  ws.on('message', (data: Buffer, isBinary) => {
    if (wanted) {
      listener.onMessage(data, !isBinary);
    }
  });
  ws.on('ping', data => {
    if (wanted) {
      listener.onPing(data);
    }
  });
  ws.on('pong', data => {
    if (wanted) {
      listener.onPong(data);
    }
  });
  ws.on('close', (code, reason) => {
    if (wanted) {
      wanted = false;
      listener.onEnd(ended(code, reason.toString(), phase, error, refusal));
    }
  });

  return {
    get bytesRead() {
      return socket?.bytesRead ?? 0;
    },
    get bufferedBytes() {
      return ws.bufferedAmount;
    },
    send: (data, done) => ws.send(data, problem => done(problem ?? undefined)),
    ping: payload => ws.ping(payload),
    close: (code, reason) => {
      ws.resume(); // Else the peer's close frame would never be read.
      ws.close(code, reason);
    },
    setPaused: paused => {
      if (ws.readyState === WebSocket.OPEN && paused !== ws.isPaused) {
        if (paused) {
          ws.pause();
        } else {
          ws.resume();
        }
      }
    },
    dispose: () => {
      wanted = false;
      ws.terminate();
    },
  };
}

function clientOptions(handshake: Handshake): WebSocket.ClientOptions & { closeTimeout: number } {
  const { endpoint, headers, tls } = handshake;
  const { credentials } = endpoint;
  return {
    headers: { ...headers },
    ...(credentials ? { auth: `${credentials.user}:${credentials.password}` } : {}),
    perMessageDeflate: handshake.compression,
    maxPayload: handshake.maxMessageBytes,
    closeTimeout: handshake.closeTimeoutMs,
    followRedirects: handshake.followRedirects,
    maxRedirects,
    rejectUnauthorized: tls.rejectUnauthorized,
    ...(tls.servername ? { servername: tls.servername } : {}),
    ...(tls.passphrase ? { passphrase: tls.passphrase } : {}),
    ...(tls.ca ? { ca: Buffer.from(tls.ca) } : {}),
    ...(tls.cert && tls.key
      ? { cert: Buffer.from(tls.cert), key: Buffer.from(tls.key) }
      : tls.cert
        ? { pfx: Buffer.from(tls.cert) }
        : {}),
  };
}

/** Follows the opening handshake from one step to the next. */
function watchPhases(request: ClientRequest, enter: (phase: Phase) => void): void {
  request.on('socket', (socket: Socket & { encrypted?: boolean }) => {
    enter(isIP(request.host) === 0 ? 'dns' : 'tcp');
    if (socket.connecting) {
      socket.once('lookup', () => enter('tcp'));
      socket.once('connect', () => enter(socket.encrypted ? 'tls' : 'upgrade'));
      socket.once('secureConnect', () => enter('upgrade'));
    } else {
      enter('upgrade');
    }
  });
}

function toRefusal(response: IncomingMessage): Refusal {
  const headers = Object.entries(response.headers).map(([name, value]) => {
    return [name, Array.isArray(value) ? value.join(', ') : (value ?? '')] as const;
  });
  return {
    status: response.statusCode ?? 0,
    statusText: response.statusMessage ?? '',
    headers: Object.fromEntries(headers),
  };
}

function toTransportError(problem: Error & { code?: unknown }): TransportError {
  const code = typeof problem.code === 'string' ? problem.code : undefined;
  return { ...(code ? { code } : {}), message: messageOf(problem) };
}

function ended(
  code: number,
  reason: string,
  phase: Phase | undefined,
  error: TransportError | undefined,
  refusal: Refusal | undefined,
): Ended {
  return {
    code: phase ? CloseCode.Abnormal : code,
    reason,
    ...(phase ? { phase } : {}),
    ...(refusal ? { refusal } : error ? { error } : {}),
  };
}

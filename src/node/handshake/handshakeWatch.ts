import type { ClientRequest } from 'node:http';
import { isIP, type Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { TlsFacts, Phase } from '../../core/record/handshakeFacts.ts';
import { readTlsFacts } from './tlsFacts.ts';

/** What VS Code's agent says when it has chosen how to connect; a proxy as its resolver has it. */
export interface ProxyChoice {
  readonly proxy: string;
  /** Not yet given to the request. */
  readonly socket?: unknown;
  /** Why it could not be connected to. */
  readonly error?: unknown;
}

export interface HandshakeWatch {
  readonly isSecure: boolean;
  /** Whether the socket leads to a proxy already, so that neither name nor port is the endpoint's. */
  readonly isProxied: () => boolean;
  readonly onProxy: (choice: ProxyChoice) => void;
  readonly onPhase: (phase: Phase) => void;
  readonly onTls: (facts: TlsFacts) => void;
}

/** Follows a request of an opening handshake from one step to the next. */
export function watchRequest(request: ClientRequest, watch: HandshakeWatch): void {
  const { isSecure, isProxied, onProxy, onPhase, onTls } = watch;
  request.on('proxy', onProxy);
  request.on('socket', (socket: Socket) => {
    // To an `https:` proxy even what is not secure goes over TLS.
    const tls = isSecure && isTls(socket) ? socket : undefined;
    if (tls) {
      // Node verifies in a listener of its own, which would have dropped the certificate.
      tls.prependOnceListener('secure', () => onTls(readTlsFacts(tls)));
      tls.once('secureConnect', () => {
        onTls(readTlsFacts(tls));
        onPhase('upgrade');
      });
    }
    const afterTcp = () => onPhase(tls ? 'tls' : 'upgrade');
    if (isProxied()) {
      // For TLS, VS Code replays a refusal of the proxy's on a socket that has none.
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

import type { Socket } from 'node:net';
import WebSocket from 'ws';
import { CloseCode } from '../../core/connection/wire/closeCode.ts';
import type { KeepUnmasked } from '../../core/secrets/unmaskedHandshakes.ts';
import type {
  Ended,
  Handshake,
  Transport,
  TransportListener,
} from '../../core/connection/wire/transport.ts';
import { closeVerdict } from './closeVerdict.ts';
import { tapFrames } from './frameTap.ts';
import { OpeningHandshake, type OpeningHandshakeEvents } from '../handshake/openingHandshake.ts';
import { PongSender } from './pongSender.ts';

/**
 * Opens connections with the `ws` package.
 *
 * @param keepPlain keeps what the facts of the handshake leave out, so that the user can ask for it
 * @throws UserError where the handshake cannot even be asked for
 */
export function openWsTransport(
  handshake: Handshake,
  listener: TransportListener,
  keepPlain?: KeepUnmasked,
): Transport {
  let ws: WebSocket | undefined;
  let socket: Socket | undefined;
  let wanted = true;

  const events: OpeningHandshakeEvents = {
    onPhase: phase => wanted && listener.onPhase(phase),
    onOpen: (opened, itsSocket, facts) => {
      ws = opened;
      socket = itsSocket;
      follow(opened, itsSocket);
      listener.onHandshake(facts);
      if (wanted) {
        const subprotocol = opening.redactedSubprotocol(opened.protocol);
        listener.onOpen({ subprotocol, extensions: opened.extensions });
      }
    },
    onFail: (failure, facts) => {
      listener.onHandshake(facts);
      if (wanted) {
        wanted = false;
        listener.onEnd({ code: CloseCode.Abnormal, reason: '', ...failure });
      }
    },
  };
  const opening = new OpeningHandshake(handshake, events, keepPlain);

  /** Reports what comes on an open WebSocket. */
  function follow(opened: WebSocket, itsSocket: Socket): void {
    const tap = tapFrames(itsSocket, () => wanted && listener.onInput());
    const pongs = new PongSender(opened, payload => wanted && listener.onPongSent(payload));
    let problem: Ended | undefined;
    opened.on('error', error => {
      problem ??= closeVerdict(error, tap.closing);
      tap.dispose(); // `ws` reads no more, but what comes is still delivered.
    });
    opened.on('message', (data: Buffer, isBinary) => {
      if (wanted) {
        listener.onMessage(data, !isBinary, tap.next());
      }
    });
    opened.on('ping', data => {
      if (wanted) {
        listener.onPing(data);
        pongs.answer(data);
      }
    });
    opened.on('pong', data => {
      if (wanted) {
        listener.onPong(data);
      }
    });
    opened.on('close', (code, reason) => {
      if (wanted) {
        wanted = false;
        const ended = problem ?? { code, reason: reason.toString() };
        const { error } = ended;
        listener.onEnd({
          ...ended,
          reason: opening.redacted(ended.reason),
          ...(error ? { error: { ...error, message: opening.redacted(error.message) } } : {}),
        });
      }
    });
  }

  return {
    get bytesRead() {
      return socket?.bytesRead ?? 0;
    },
    get bufferedBytes() {
      return ws?.bufferedAmount ?? 0;
    },
    send: (data, done) => {
      if (ws) {
        ws.send(data, problem => done(problem ?? undefined));
      } else {
        done(new Error('The connection is not open'));
      }
    },
    ping: payload => ws?.ping(payload),
    close: (code, reason) => {
      if (ws) {
        ws.resume(); // Else the peer's close frame would never be read.
        ws.close(code, reason);
      } else {
        // Later, as all ends are reported.
        process.nextTick(() => opening.cancel('closed before the connection was established'));
      }
    },
    setPaused: paused => {
      if (ws?.readyState === WebSocket.OPEN && paused !== ws.isPaused) {
        if (paused) {
          ws.pause();
        } else {
          ws.resume();
        }
      }
    },
    dispose: () => {
      wanted = false;
      opening.dispose();
      ws?.terminate();
    },
  };
}

import type { Socket } from 'node:net';
import WebSocket from 'ws';
import type { Clock } from '../../core/base/clock.ts';
import { CloseCode, isSendableCloseCode } from '../../core/connection/wire/closeCode.ts';
import type { ClosingFrame } from '../../core/connection/wire/frameHeaders.ts';
import type { KeepUnmasked } from '../../core/secrets/unmaskedHandshakes.ts';
import type {
  Ended,
  Handshake,
  Transport,
  TransportListener,
} from '../../core/connection/wire/transport.ts';
import { toTransportError } from '../handshake/handshakeErrors.ts';
import { OpeningHandshake, type OpeningHandshakeEvents } from '../handshake/openingHandshake.ts';
import { maxUnwrittenPongs } from '../handshake/transportLimits.ts';
import { systemClock } from '../systemClock.ts';
import { openFastLane } from './fastLane.ts';

interface WsTransportOptions {
  readonly clock?: Clock;
  /** Keeps the unmasked facts of the handshake, so that the user can ask for them. */
  readonly keepUnmasked?: KeepUnmasked;
}

/**
 * Opens a connection with the `ws` package.
 *
 * @throws UserError if the handshake cannot be requested at all
 */
export function openWsTransport(
  handshake: Handshake,
  listener: TransportListener,
  { clock = systemClock, keepUnmasked }: WsTransportOptions = {},
): Transport {
  let ws: WebSocket | undefined;
  let socket: Socket | undefined;
  let isWanted = true;

  const events: OpeningHandshakeEvents = {
    onPhase: phase => isWanted && listener.onPhase(phase),
    onOpen: (opened, itsSocket, facts) => {
      ws = opened;
      socket = itsSocket;
      follow(opened, itsSocket);
      listener.onHandshake(facts);
      if (isWanted) {
        const subprotocol = opening.redactedSubprotocol(opened.protocol);
        listener.onOpen({ subprotocol, extensions: opened.extensions });
      }
    },
    onFail: (failure, facts) => {
      listener.onHandshake(facts);
      if (isWanted) {
        isWanted = false;
        listener.onEnd({ code: CloseCode.Abnormal, reason: '', ...failure });
      }
    },
  };
  const opening = new OpeningHandshake(handshake, events, clock, keepUnmasked);

  /** Reports the events of an open WebSocket. */
  function follow(opened: WebSocket, itsSocket: Socket): void {
    const lane = openFastLane(itsSocket, handshake.maxMessageBytes, {
      onInput: () => isWanted && listener.onInput(),
      onTexts: run => isWanted && listener.onTexts(run),
      onText: (payload, frame) => isWanted && listener.onMessage(payload, true, frame),
    });
    const pongs = new PongSender(opened, payload => isWanted && listener.onPongSent(payload));
    let problem: Ended | undefined;
    opened.on('error', error => {
      problem ??= endOf(error, lane.closing);
      lane.dispose(); // `ws` has stopped reading, but the socket still delivers bytes.
    });
    opened.on('message', (data: Buffer, isBinary) => {
      if (isWanted) {
        listener.onMessage(data, !isBinary, lane.next());
      }
    });
    opened.on('ping', data => {
      if (isWanted) {
        listener.onPing(data);
        pongs.answer(data);
      }
    });
    opened.on('pong', data => {
      if (isWanted) {
        listener.onPong(data);
      }
    });
    opened.on('close', (code, reason) => {
      if (isWanted) {
        isWanted = false;
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
        ws.resume(); // While paused, the peer's close frame would never be read.
        ws.close(code, reason);
      } else {
        // Deferred, since the end must not be reported within this call.
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
      isWanted = false;
      opening.dispose();
      ws?.terminate();
    },
  };
}

/** Codes of errors for which `ws` refuses a close frame regardless of its code and reason. */
const closeFrameRefusals = new Set([
  'WS_ERR_INVALID_UTF8',
  'WS_ERR_INVALID_CLOSE_CODE',
  'WS_ERR_INVALID_CONTROL_PAYLOAD_LENGTH',
  'WS_ERR_UNEXPECTED_MASK',
  'WS_ERR_UNEXPECTED_RSV_1',
  'WS_ERR_UNEXPECTED_RSV_2_3',
  'WS_ERR_EXPECTED_FIN',
]);

/**
 * How a WebSocket ended after an error of `ws`. If `ws` refused the peer's close frame for a fault
 * that leaves code and reason readable, those are used.
 */
function endOf(problem: Error, closing: ClosingFrame | undefined): Ended {
  const error = toTransportError(problem);
  const lost = { code: CloseCode.Abnormal, reason: '' };
  if (!closing || !closeFrameRefusals.has(error.code ?? '')) {
    return { ...lost, error };
  }
  const { code, reason } = closing;
  if (code === undefined) {
    const message = 'the peer sent a close frame of one byte, which is too short for a code';
    return { ...lost, error: { ...error, message } };
  }
  if (isSendableCloseCode(code)) {
    return { code, reason };
  }
  const because = reason === '' ? '' : `, reason: “${reason}”`;
  const message = `the peer closed with ${code}, a code that must not be sent${because}`;
  return { ...lost, error: { ...error, message } };
}

/**
 * Answers pings, and limits the number of pongs that wait to be written while the peer does not
 * read.
 */
class PongSender {
  readonly #ws: WebSocket;
  readonly #onSent: (payload: Uint8Array) => void;
  #unwritten = 0;
  /** The newest ping that was not answered at once. */
  #owed: Buffer | undefined;

  /** @param onSent called for each pong when it is given to the socket, after its ping was reported */
  constructor(ws: WebSocket, onSent: (payload: Uint8Array) => void) {
    this.#ws = ws;
    this.#onSent = onSent;
  }

  answer(ping: Buffer): void {
    if (this.#unwritten < maxUnwrittenPongs) {
      this.#send(ping);
    } else {
      this.#owed = Buffer.from(ping);
    }
  }

  #send(payload: Buffer): void {
    if (this.#ws.readyState === WebSocket.OPEN) {
      this.#unwritten++;
      this.#ws.pong(payload, undefined, this.#onWritten);
      this.#onSent(payload);
    }
  }

  readonly #onWritten = () => {
    this.#unwritten--;
    const owed = this.#owed;
    if (owed) {
      this.#owed = undefined;
      this.#send(owed);
    }
  };
}

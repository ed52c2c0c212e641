import WebSocket from 'ws';
import { maxUnwrittenPongs } from '../handshake/transportLimits.ts';

/** Answers pings, without limit to their number but with one to what waits for a peer that does not read. */
export class PongSender {
  readonly #ws: WebSocket;
  readonly #onSent: (payload: Uint8Array) => void;
  #unwritten = 0;
  /** The newest ping that could not be answered at once. */
  #owed: Buffer | undefined;

  /** @param onSent told of each pong as it is handed to the socket, after the ping it answers */
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

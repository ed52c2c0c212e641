import type { AddressInfo } from 'node:net';
import { WebSocketServer, type WebSocket } from 'ws';

/** Messages handed over at once, before the network is asked whether it takes more. */
const burst = 200;
const mostBuffered = 4 * 1024 * 1024;

/** A peer that sends numbered messages as fast as they are taken, and goes on where it was. */
export class FloodPeer {
  readonly #server: WebSocketServer;
  #next = 0;

  private constructor(server: WebSocketServer) {
    this.#server = server;
    server.on('connection', socket => {
      socket.on('error', () => undefined); // A 'close' follows.
    });
  }

  static async start(): Promise<FloodPeer> {
    const server = new WebSocketServer({
      host: '127.0.0.1',
      port: 0,
      perMessageDeflate: false,
    });
    await new Promise<void>((resolve, reject) => {
      server.once('listening', resolve);
      server.once('error', reject);
    });
    return new FloodPeer(server);
  }

  get url(): string {
    return `ws://127.0.0.1:${(this.#server.address() as AddressInfo).port}/`;
  }

  /** How many have been handed to the network; the number of the next one. */
  get sent(): number {
    return this.#next;
  }

  /** Whether somebody is connected whom nothing has been told about an end. */
  get isOpen(): boolean {
    return [...this.#server.clients].some(({ readyState, OPEN }) => readyState === OPEN);
  }

  /**
   * Sends so many messages `{"n":0,"pad":"…"}`, each about `byteLength` long, to who is connected
   * last. Resolves when all have been handed over, or the connection has ended.
   */
  async send(count: number, byteLength: number): Promise<void> {
    const socket = [...this.#server.clients].at(-1);
    const pad = 'x'.repeat(Math.max(0, byteLength - 24));
    const end = this.#next + count;
    while (this.#next < end && socket?.readyState === socket?.OPEN && socket) {
      for (let left = burst; left > 0 && this.#next < end; left--) {
        socket.send(`{"n":${this.#next++},"pad":"${pad}"}`);
      }
      await hasRoom(socket);
    }
  }

  /** Closes behind what was sent, so that all of it arrives first. */
  close(code: number): void {
    this.#server.clients.forEach(socket => socket.close(code));
  }

  stop(): Promise<void> {
    this.#server.clients.forEach(socket => socket.terminate());
    return new Promise(resolve => this.#server.close(() => resolve()));
  }
}

async function hasRoom(socket: WebSocket): Promise<void> {
  do {
    await new Promise(resolve => setImmediate(resolve));
  } while (socket.bufferedAmount > mostBuffered && socket.readyState === socket.OPEN);
}

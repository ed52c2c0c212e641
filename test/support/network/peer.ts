import type { AddressInfo } from 'node:net';
import { WebSocketServer, type WebSocket } from 'ws';

/** A peer on this machine that keeps what it received. */
export class Peer {
  readonly #server: WebSocketServer;
  readonly received: string[] = [];
  /** What it sends to each who connects, at once. */
  greeting: string | undefined;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>[] = [];
  /** The path of each request. */
  readonly paths: string[] = [];

  constructor(server: WebSocketServer) {
    this.#server = server;
    server.on('connection', (socket, request) => {
      this.headers.push(request.headers);
      this.paths.push(request.url ?? '');
      socket.on('error', () => undefined); // A 'close' follows.
      if (this.greeting !== undefined) {
        socket.send(this.greeting);
      }
      socket.on('message', (data: Buffer, isBinary) => {
        this.received.push(isBinary ? `hex:${data.toString('hex')}` : data.toString());
      });
    });
  }

  /** @param port 0 takes any that is free */
  static async start(port = 0): Promise<Peer> {
    const server = new WebSocketServer({ host: '127.0.0.1', port });
    await new Promise<void>((resolve, reject) => {
      server.once('listening', resolve);
      server.once('error', reject);
    });
    return new Peer(server);
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get url(): string {
    return `ws://127.0.0.1:${this.port}/`;
  }

  get sockets(): readonly WebSocket[] {
    return [...this.#server.clients];
  }

  /** Sends the same to everybody who is connected. */
  send(message: string | Uint8Array): void {
    for (const socket of this.#server.clients) {
      socket.send(message);
    }
  }

  /** Drops every connection without a close frame and stops listening. */
  stop(): Promise<void> {
    for (const socket of this.#server.clients) {
      socket.terminate();
    }
    return new Promise(resolve => this.#server.close(() => resolve()));
  }
}

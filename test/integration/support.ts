import { setTimeout as wait } from 'node:timers/promises';
import { commands, extensions, workspace, type ConfigurationTarget } from 'vscode';
import { WebSocketServer, type WebSocket } from 'ws';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { settingsSection } from '../../src/core/settings/settingsTable.ts';
import { CommandId } from '../../src/shared/ids.ts';

export const extensionId = 'websocket-monitor.websocket-monitor';

export interface Result {
  readonly id: string;
  readonly name: string;
  readonly state: string;
}

export function run<T = unknown>(command: CommandId, ...args: readonly unknown[]): Thenable<T> {
  return commands.executeCommand<T>(command, ...args);
}

/** Waits for a command as long as a test may, and names it where it does not end. */
export function connect(target: unknown): Thenable<Result> {
  return run<Result>(CommandId.Connect, target);
}

export function activeExtension() {
  return extensions.getExtension(extensionId);
}

/** Polls, for what nothing tells of, and names what it waited for. */
export async function until(
  what: string,
  holds: () => boolean | PromiseLike<boolean>,
  longestMs = 10_000,
): Promise<void> {
  for (let waitedMs = 0; waitedMs < longestMs; waitedMs += 25) {
    if (await holds()) {
      return;
    }
    await wait(25);
  }
  throw new Error(`It never came to this: ${what}`);
}

/** Lets a server listen on loopback, on a port of the system's choice. */
export async function listen(server: Server): Promise<number> {
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

/** A port on which nothing listens. */
export async function refusedPort(): Promise<number> {
  const server = createServer();
  const port = await listen(server);
  await new Promise(resolve => server.close(resolve));
  return port;
}

/** A peer on this machine that keeps what it received. */
export class Peer {
  readonly #server: WebSocketServer;
  readonly received: string[] = [];
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>[] = [];

  constructor(server: WebSocketServer) {
    this.#server = server;
    server.on('connection', (socket, request) => {
      this.headers.push(request.headers);
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

  /** Drops every connection without a close frame and stops listening. */
  stop(): Promise<void> {
    for (const socket of this.#server.clients) {
      socket.terminate();
    }
    return new Promise(resolve => this.#server.close(() => resolve()));
  }
}

/** Sets one of our settings for the length of a test; the result puts things back. */
export async function withSetting(
  key: string,
  value: unknown,
  target: ConfigurationTarget | boolean = true,
): Promise<() => Thenable<void>> {
  const configuration = () => workspace.getConfiguration(settingsSection);
  await configuration().update(key, value, target);
  return () => configuration().update(key, undefined, target);
}

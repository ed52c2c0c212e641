import { once } from 'node:events';
import {
  connect,
  createServer,
  type AddressInfo,
  type Server,
  type ServerOpts,
  type Socket,
} from 'node:net';
import { createServer as createTlsServer, type TlsOptions } from 'node:tls';
import { until } from '../until.ts';
import { acceptance } from './frames.ts';

/**
 * Peers that behave as badly as a test wants. All listen on loopback, at a port of the system's
 * choice unless one is asked for, and count what they see themselves.
 */
export interface Peer {
  /** `ws://127.0.0.1:<port>/`, with `wss:` where the peer speaks TLS. */
  readonly url: string;
  readonly port: number;
  /** How many TCP connections were accepted so far: the client's attempts. */
  readonly connections: number;
  /** Of these, what is open still. */
  readonly sockets: ReadonlySet<Socket>;
  /** The heads of the requests that came, each with the empty line at its end. */
  readonly requests: readonly string[];
  /** Drops all connections and closes the port. */
  dispose(): Promise<void>;
}

export interface PeerOptions {
  /** By default 127.0.0.1; the whole of 127.0.0.0/8 is there on Linux. */
  readonly host?: string;
  readonly port?: number;
  /** Speaks TLS with this key and certificate. */
  readonly tls?: TlsOptions;
  /** Leaves our side open when the client has ended its own. */
  readonly allowHalfOpen?: boolean;
}

export interface RawOptions extends PeerOptions {
  /**
   * Called with each request's head and its number, from 1, before it is accepted. Takes over
   * unless it returns exactly `false`.
   */
  readonly before?: (socket: Socket, head: string, number: number) => unknown;
  /** Lines of the 101 beyond the necessary ones. */
  readonly headers?: readonly string[] | ((head: string) => readonly string[]);
}

/**
 * How many connections were made to a peer up to now. The system hands them out in the order in which
 * they came: when one that is made here has been accepted, all before it were.
 */
export async function connectionsUpToNow(peer: Peer): Promise<number> {
  const probe = connect(peer.port, '127.0.0.1');
  await once(probe, 'connect');
  const { localPort } = probe;
  await until('the probe was not accepted', () =>
    [...peer.sockets].some(({ remotePort }) => remotePort === localPort),
  );
  probe.destroy();
  return peer.connections - 1;
}

/** Listens and gives each connection to `serve`, which need not mind errors. */
export async function listen(
  serve: (socket: Socket) => void,
  { host = '127.0.0.1', port = 0, tls, allowHalfOpen = false }: PeerOptions = {},
  requests: readonly string[] = [],
): Promise<Peer> {
  const sockets = new Set<Socket>();
  let connections = 0;
  const options: ServerOpts = { allowHalfOpen, noDelay: true };
  const server: Server = tls
    ? createTlsServer({ ...tls, ...options }, serve)
    : createServer(options, serve);
  // For a TLS server this is the connection below, so that failed handshakes count and are closed.
  server.prependListener('connection', (socket: Socket) => {
    connections++;
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
  });
  server.on('secureConnection', (socket: Socket) => socket.on('error', () => undefined));
  server.on('tlsClientError', () => undefined);
  server.listen(port, host);
  await once(server, 'listening');
  const address = server.address() as AddressInfo;
  let disposed: Promise<void> | undefined;
  const dispose = async () => {
    server.close();
    sockets.forEach(socket => socket.destroy());
    await once(server, 'close');
  };
  return {
    url: `${tls ? 'wss' : 'ws'}://${host.includes(':') ? `[${host}]` : host}:${address.port}/`,
    port: address.port,
    get connections() {
      return connections;
    },
    sockets,
    requests,
    dispose: () => (disposed ??= dispose()),
  };
}

/** Reads the head of a request, and puts back what came after it. */
export function readHead(socket: Socket, done: (head: string) => void): void {
  let seen = Buffer.alloc(0);
  const onData = (chunk: Buffer) => {
    seen = Buffer.concat([seen, chunk]);
    const end = seen.indexOf('\r\n\r\n');
    if (end >= 0) {
      socket.off('data', onData);
      socket.pause();
      if (seen.length > end + 4) {
        socket.unshift(seen.subarray(end + 4));
      }
      done(seen.toString('latin1', 0, end + 4));
      socket.resume();
    }
  };
  socket.on('data', onData);
}

/**
 * Accepts each opening handshake and hands the socket over. What the client sends is read and
 * dropped, unless the test listens for it.
 */
export function raw(
  onUpgraded: (socket: Socket, head: string) => void = () => undefined,
  { before, headers = [], ...options }: RawOptions = {},
): Promise<Peer> {
  const requests: string[] = [];
  const serve = (socket: Socket) =>
    readHead(socket, head => {
      requests.push(head);
      if (before && before(socket, head, requests.length) !== false) {
        return;
      }
      socket.write(acceptance(head, typeof headers === 'function' ? headers(head) : headers));
      onUpgraded(socket, head);
    });
  return listen(serve, options, requests);
}

type HeaderValues = Readonly<Record<string, string | number | readonly string[]>>;

/** An answer without the 101; its length is said unless `headers` says it. */
export function answer(status: number | string, headers: HeaderValues = {}, body = ''): Buffer {
  const lines = Object.entries(headers).flatMap(([name, values]) =>
    [values].flat().map(value => `${name}: ${value}\r\n`),
  );
  const length =
    'Content-Length' in headers ? '' : `Content-Length: ${Buffer.byteLength(body)}\r\n`;
  const statusLine = typeof status === 'number' ? `${status} Status` : status;
  return Buffer.from(`HTTP/1.1 ${statusLine}\r\n${lines.join('')}${length}\r\n${body}`);
}

/** Answers each request so, and keeps the connection open. */
export function status(
  code: number | string,
  headers: HeaderValues = {},
  body = '',
  options: PeerOptions = {},
): Promise<Peer> {
  const before = (socket: Socket) => {
    socket.write(answer(code, headers, body));
  };
  return raw(undefined, { ...options, before });
}

/** Accepts connections, reads, and says nothing. */
export function silent(options: PeerOptions = {}): Promise<Peer> {
  return listen(socket => socket.resume(), options);
}

/** Sends the 101 byte by byte, `ms` apart. */
export function drip(ms: number, options: PeerOptions = {}): Promise<Peer> {
  return raw(undefined, {
    ...options,
    before: (socket, head) => {
      const bytes = acceptance(head);
      let sent = 0;
      const timer = setInterval(() => {
        if (sent === bytes.length) {
          clearInterval(timer);
        } else {
          socket.write(bytes.subarray(sent, ++sent));
        }
      }, ms);
      socket.on('close', () => clearInterval(timer));
    },
  });
}

/** A port that was free a moment ago, where nobody listens. */
export async function refusedPort(host = '127.0.0.1'): Promise<number> {
  const peer = await listen(() => undefined, { host });
  await peer.dispose();
  return peer.port;
}

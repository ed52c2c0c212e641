import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { encode } from '@msgpack/msgpack';
import { WebSocketServer } from 'ws';
import { isSendableCloseCode } from '../../core/connection/wire/closeCode.ts';
import { gzip, protobuf } from './encodedQuotes.ts';
import { graphql } from './graphql.ts';
import { mqtt } from './mqttSession.ts';
import { quotes } from './quotes.ts';
import { every, nothing, type Serve } from './serve.ts';
import { signalr } from './signalr.ts';
import { socketio } from './socketio.ts';

/** A running demo server. */
export interface DemoServer {
  /** The URL of the ticker, `ws://127.0.0.1:<port>/ticker`; only the path of other endpoints differs. */
  readonly url: string;
  /** Stops the server and drops its connections; resolves when the port is free. */
  dispose(): Promise<void>;
}

/** Accepted by `/auth` as `Authorization: Bearer demo` or `?token=demo`. Not a secret. */
const demoToken = 'demo';
/** A flood skips a turn while more bytes than this wait to be sent. */
const maxBufferedBytes = 8 * 1024 * 1024;
const turnMs = 10;
/** The maximum time that a turn of a flood takes from the extension host, at any rate. */
const turnBudgetMs = 5;

/** A number of the query, limited to `min` and `max`; the fallback if it is missing or not a number. */
function numberOf(
  query: URLSearchParams,
  name: string,
  fallback: number,
  min: number,
  max: number,
) {
  const value = Number(query.get(name) ?? fallback);
  return Number.isFinite(value) ? Math.min(max, Math.max(min, value)) : fallback;
}

const echo: Serve = socket => {
  socket.on('message', (data: Buffer, isBinary) => socket.send(data, { binary: isBinary }));
  return nothing;
};

const ticker: Serve = socket => {
  const next = quotes();
  echo(socket, new URLSearchParams());
  socket.send(JSON.stringify(next()));
  return every(200, () => socket.send(JSON.stringify(next())));
};

const binary: Serve = socket => {
  const next = quotes();
  return every(200, () => socket.send(encode(next())));
};

const flood: Serve = (socket, query) => {
  const rate = numberOf(query, 'rate', 1000, 1, 1_000_000);
  const size = Math.floor(numberOf(query, 'size', 100, 32, 1_048_576));
  let seq = 0;
  let due = 0;
  return every(turnMs, () => {
    due = Math.min(due + (rate * turnMs) / 1000, rate);
    const until = performance.now() + turnBudgetMs;
    const mayGoOn = () => socket.bufferedAmount < maxBufferedBytes && performance.now() < until;
    while (due >= 1 && mayGoOn()) {
      due--;
      const head = `{"seq":${seq},"pad":"`;
      seq++;
      const text = `${head}${'x'.repeat(Math.max(0, size - head.length - 2))}"}`;
      // Compression would take longer than a turn.
      socket.send(text, { compress: false });
    }
  });
};

const flaky: Serve = (socket, query) => {
  const seconds = numberOf(query, 'seconds', 5, 0, 3600);
  const code = numberOf(query, 'code', 1006, 1000, 4999);
  const stopTicker = ticker(socket, query);
  const timer = setTimeout(() => {
    if (code === 1005) {
      socket.close();
    } else if (isSendableCloseCode(code)) {
      socket.close(code, 'flaky');
    } else {
      socket.terminate();
    }
  }, seconds * 1000);
  return () => {
    stopTicker();
    clearTimeout(timer);
  };
};

const endpoints: Readonly<Record<string, Serve>> = {
  '/ticker': ticker,
  '/echo': echo,
  '/binary': binary,
  '/protobuf': protobuf,
  '/gzip': gzip,
  '/mqtt': mqtt,
  '/flood': flood,
  '/flaky': flaky,
  '/silent': () => nothing,
  '/auth': ticker,
  '/socketio': socketio,
  // Where its clients look if they are told no path.
  '/socket.io/': socketio,
  '/signalr': signalr,
  '/graphql': graphql,
};

/**
 * Starts the demo server on loopback.
 *
 * @param port 0 takes any free port
 * @throws Error if the port is not available
 */
export async function startDemoServer(port = 0): Promise<DemoServer> {
  const server = createServer((_request, response) => {
    response.writeHead(426, { 'Content-Type': 'text/plain' });
    response.end(`WebSocket endpoints: ${Object.keys(endpoints).join(' ')}\n`);
  });
  const answering = new WebSocketServer({ noServer: true, perMessageDeflate: true });
  const mute = new WebSocketServer({ noServer: true, autoPong: false });

  server.on('upgrade', (request, socket, head) => {
    socket.on('error', nothing); // Node removed its listener: a reset would end the extension host.
    const { origin } = request.headers;
    if (origin !== undefined && !isOfThisMachine(origin)) {
      refuse(socket, '403 Forbidden', `Pages of ${JSON.stringify(origin)} cannot connect.\n${why}`);
      return;
    }
    const path = request.url ?? '/';
    const base = 'http://localhost';
    const { pathname, searchParams } = new URL(URL.canParse(path, base) ? path : '/', base);
    const serve = Object.hasOwn(endpoints, pathname) ? endpoints[pathname] : undefined;
    if (!serve) {
      refuse(socket, '404 Not Found');
      return;
    }
    if (pathname === '/auth' && !isAllowed(request, searchParams)) {
      refuse(socket, '401 Unauthorized\r\nWWW-Authenticate: Bearer');
      return;
    }
    const sockets = pathname === '/silent' ? mute : answering;
    sockets.handleUpgrade(request, socket, head, client => {
      const stop = serve(client, searchParams);
      client.on('error', nothing); // A 'close' follows.
      client.on('close', stop);
    });
  });

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const address = server.address() as AddressInfo;
  return {
    url: `ws://127.0.0.1:${address.port}/ticker`,
    dispose: () =>
      new Promise(resolve => {
        for (const client of [...answering.clients, ...mute.clients]) {
          client.terminate();
        }
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

const why =
  'This demo server accepts only programs and pages of this machine: otherwise any page in a browser\n' +
  'could connect to it. Clients that are not browsers send no Origin and are accepted.\n';

/**
 * Whether a page comes from this machine (RFC 6455, section 10.2). The requested host is not checked:
 * any domain name may resolve to this machine.
 */
function isOfThisMachine(origin: string): boolean {
  const { protocol, hostname } = URL.canParse(origin) ? new URL(origin) : new URL('null:');
  const isOfWeb = protocol === 'http:' || protocol === 'https:';
  return isOfWeb && /^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname);
}

/** Refuses an opening handshake: `status` may hold headers after the status; `body` is the reason. */
function refuse(socket: Duplex, status: string, body = ''): void {
  socket.once('finish', () => socket.destroy());
  const type = body === '' ? '' : 'Content-Type: text/plain; charset=utf-8\r\n';
  const length = `Content-Length: ${Buffer.byteLength(body)}`;
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\n${type}${length}\r\n\r\n${body}`);
}

function isAllowed(request: IncomingMessage, query: URLSearchParams): boolean {
  return (
    request.headers.authorization === `Bearer ${demoToken}` || query.get('token') === demoToken
  );
}

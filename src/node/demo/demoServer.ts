import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { encode } from '@msgpack/msgpack';
import { WebSocketServer, type WebSocket } from 'ws';
import { isSendableCloseCode } from '../../core/connection/wire/closeCode.ts';

/** A running demo server. */
export interface DemoServer {
  /** Its ticker, `ws://127.0.0.1:<port>/ticker`; the other endpoints are beside it. */
  readonly url: string;
  /** Ends it and drops its connections; resolves when the port is free. */
  dispose(): Promise<void>;
}

/** What `/auth` lets in, as `Authorization: Bearer demo` or `?token=demo`. Not a secret. */
const demoToken = 'demo';
/** A flood skips a turn while the client has so much to read still. */
const maxBufferedBytes = 8 * 1024 * 1024;
const turnMs = 10;
/** And takes no longer than this of the extension host's time, whatever the rate. */
const turnBudgetMs = 5;

/** Serves one connection; returns what stops it. */
type Serve = (socket: WebSocket, query: URLSearchParams) => () => void;

const nothing = () => undefined;

function every(intervalMs: number, run: () => void): () => void {
  const timer = setInterval(run, intervalMs);
  return () => clearInterval(timer);
}

/** A number of the query within bounds, or the fallback. */
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

const symbols = ['ACME', 'BETA', 'CORP', 'DYNE', 'ECHO'];

/** A price that wanders, so that consecutive quotes look like quotes. */
function quotes(): () => object {
  const prices = new Map(symbols.map(symbol => [symbol, 50 + Math.random() * 100]));
  let seq = 0;
  return () => {
    const symbol = symbols[seq % symbols.length] ?? 'ACME';
    const before = prices.get(symbol) ?? 100;
    const price = Math.max(1, before + (Math.random() - 0.5) * 2);
    prices.set(symbol, price);
    seq++;
    return {
      seq,
      symbol,
      price: Number(price.toFixed(2)),
      change: Number((price - before).toFixed(2)),
      volume: Math.ceil(Math.random() * 1000),
      at: new Date().toISOString(),
    };
  };
}

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
      // Compressing each would take far longer than a flood has.
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
  '/flood': flood,
  '/flaky': flaky,
  '/silent': () => nothing,
  '/auth': ticker,
};

/**
 * Starts the demo server on loopback.
 *
 * @param port 0 takes any that is free
 * @throws Error where the port cannot be had
 */
export async function startDemoServer(port = 0): Promise<DemoServer> {
  const server = createServer((_request, response) => {
    response.writeHead(426, { 'Content-Type': 'text/plain' });
    response.end(`WebSocket endpoints: ${Object.keys(endpoints).join(' ')}\n`);
  });
  const answering = new WebSocketServer({ noServer: true, perMessageDeflate: true });
  const mute = new WebSocketServer({ noServer: true, autoPong: false });

  server.on('upgrade', (request, socket, head) => {
    socket.on('error', nothing); // Node listens no more: a reset would end the extension host.
    const { origin } = request.headers;
    if (origin !== undefined && !isOfThisMachine(origin)) {
      refuse(
        socket,
        '403 Forbidden',
        `Pages of ${JSON.stringify(origin)} may not connect.\n${why}`,
      );
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
  'This demo server is for programs and pages of this machine only: any page that a browser shows\n' +
  'could reach it otherwise. Clients that are no browser send no Origin and are let in.\n';

/**
 * Whether a page comes from this machine (RFC 6455, section 10.2). The host that was asked for says
 * nothing: a name of a stranger's may lead here.
 */
function isOfThisMachine(origin: string): boolean {
  const { protocol, hostname } = URL.canParse(origin) ? new URL(origin) : new URL('null:');
  const isOfWeb = protocol === 'http:' || protocol === 'https:';
  return isOfWeb && /^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname);
}

/** Answers an opening handshake with a status and perhaps headers, says why, and hangs up. */
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

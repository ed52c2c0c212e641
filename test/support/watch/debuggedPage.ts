import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type WebSocket } from 'ws';

/**
 * The script of the page: it opens a socket at once, then takes one step after the other as the test
 * says, by requests that wait for it: a socket would be among those that are watched.
 */
export const pageScript = `
const address = path => 'ws://' + location.host + path;
const first = new WebSocket(address('/first?token=hidden'), ['shop', 'other']);
first.onopen = () => first.send('hello');
const frame = source => document.body.append(Object.assign(document.createElement('iframe'), { src: source }));
const steps = {
  say: () => first.send('said later'),
  open: path => new WebSocket(address(path)),
  binary: () => {
    const socket = new WebSocket(address('/binary'));
    socket.onopen = () => {
      socket.send(new Uint8Array([1, 2, 3]).buffer);
      socket.send(new Blob(['in a blob']));
    };
  },
  signedIn: async () => {
    await new Promise(resolve => {
      const request = new XMLHttpRequest();
      request.onloadend = resolve;
      request.open('GET', '/guarded/', true, 'ann', 'hidden-password');
      request.send();
    });
    new WebSocket(address('/guarded/socket'));
  },
  worker: () => { window.kept = [new Worker('/worker.js'), new SharedWorker('/shared.js')]; },
  frames: () => {
    frame('/frame.html');
    frame(location.href.replace('127.0.0.1', 'localhost').replace(/\\/[^/]*$/, '/foreign.html'));
  },
  tab: () => { window.tab = window.open('/tab'); },
  leave: () => {
    document.querySelectorAll('iframe').forEach(each => each.remove());
    window.kept[0].terminate();
    window.tab.close();
  },
  reload: () => location.reload(),
};
const go = async () => {
  for (;;) {
    const [step, argument] = await (await fetch('/next')).json();
    await steps[step](argument);
  }
};
go();
`;

const workerScript = (path: string) => `
const socket = new WebSocket('ws://' + location.host + '${path}');
socket.onopen = () => socket.send('from ${path}');
setInterval(() => socket.send('still here'), 500);
`;

const inlinePage = (path: string) => `<!doctype html><title>Part</title>
<script>
  const socket = new WebSocket('ws://' + location.host + '${path}');
  setInterval(() => socket.send('still here'), 500);
</script>`;

const bodies: Readonly<Record<string, string>> = {
  '/': `<!doctype html><title>Shop</title><body>
<script>
  new WebSocket('ws://' + location.host + '/inline');
</script>
<script src="/app.js"></script>`,
  '/app.js': pageScript,
  '/worker.js': workerScript('/worker'),
  '/shared.js': workerScript('/shared'),
  '/frame.html': inlinePage('/frame'),
  '/foreign.html': inlinePage('/foreign'),
  '/tab': inlinePage('/of-tab'),
};

export interface DebuggedPage {
  readonly url: string;
  /** What the latest handshake of each path brought along. */
  readonly requests: Map<string, IncomingMessage['headers']>;
  /** Lets the page take a step of its script; resolves when it was told. */
  run(step: string, argument?: string): Promise<void>;
  close(): Promise<void>;
}

/**
 * Serves a page with sockets of all kinds, on loopback.
 *
 * @param floodCount how many messages `/flood` has: `{"n":0}` and so on
 */
export async function serveDebuggedPage(floodCount: number): Promise<DebuggedPage> {
  const requests = new Map<string, IncomingMessage['headers']>();
  const idle = new Set<ServerResponse>();
  const wanted: ((response: ServerResponse) => void)[] = [];
  const server = createServer((request, response) => {
    const path = pathOf(request);
    if (path === '/next') {
      const next = wanted.shift();
      if (next) {
        next(response);
      } else {
        idle.add(response);
        response.on('close', () => idle.delete(response));
      }
    } else if (path === '/guarded/' && request.headers.authorization === undefined) {
      response.writeHead(401, { 'www-authenticate': 'Basic realm="Shop"' }).end();
    } else {
      const type = path.endsWith('.js') ? 'text/javascript' : 'text/html; charset=utf-8';
      response.setHeader('content-type', type);
      response.setHeader('set-cookie', 'sid=hidden-cookie; Path=/');
      response.end(bodies[path] ?? '');
    }
  });
  const sockets = new WebSocketServer({ noServer: true });
  sockets.on('headers', headers => headers.push('Set-Cookie: seen=hidden-answer'));
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const path = pathOf(request);
    requests.set(path, request.headers);
    socket.on('error', () => undefined);
    if (path === '/refused') {
      socket.end('HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n');
    } else {
      sockets.handleUpgrade(request, socket, head, client => serve(path, client, floodCount));
    }
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/`,
    requests,
    run: async (...step) => {
      const [waiting] = idle;
      const response = waiting ?? (await new Promise<ServerResponse>(take => wanted.push(take)));
      await new Promise<void>(resolve => response.end(JSON.stringify(step), resolve));
    },
    close: async () => {
      sockets.clients.forEach(client => client.terminate());
      server.closeAllConnections();
      await new Promise<void>(resolve => server.close(() => resolve()));
    },
  };
}

function pathOf({ url = '/' }: IncomingMessage): string {
  return new URL(url, 'http://localhost').pathname;
}

function serve(path: string, client: WebSocket, floodCount: number): void {
  client.on('error', () => undefined);
  switch (path) {
    case '/first':
      for (let n = 0; n < 10; n++) {
        client.send(`{"first":${n}}`);
      }
      break;
    case '/binary':
      client.send(Uint8Array.from([4, 5, 255]));
      break;
    case '/code':
      client.close(4001, 'told by the page');
      break;
    case '/large':
      client.send('x'.repeat(20_000_000), () => client.close(1000));
      break;
    case '/flood':
      void flood(client, floodCount);
      break;
    default:
      client.send(`welcome to ${path}`);
  }
}

async function flood(client: WebSocket, count: number): Promise<void> {
  for (let n = 0; n < count && client.readyState === client.OPEN; n++) {
    const isLastOfBlock = n % 1000 === 999;
    if (isLastOfBlock) {
      await new Promise(resolve => client.send(`{"n":${n}}`, resolve));
    } else {
      client.send(`{"n":${n}}`);
    }
  }
  client.close(1000);
}

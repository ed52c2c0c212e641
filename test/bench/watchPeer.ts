// A page for the measurements of the watch, with the server of its sockets, in a process of its own. Each step of
// the page waits for a word of the parent's: it opens a socket, begins the flood, and tells how long that took.
// /n sends so many numbered text messages of 100 bytes, as fast as they are taken.
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { acceptance, frame } from '../support/network/frames.ts';

const size = 100;
const bytesPerWrite = 262_144;

/** What the page tells when it has received the last message. */
export interface PageFlood {
  /** When the first message came, in milliseconds since 1970. */
  readonly from: number;
  /** From the first message to the last. */
  readonly ms: number;
}

/** What the parent is told: that the page waits before a step, or has ended one. */
export type Told = { readonly waits: string } | PageFlood | number;

const page = `<!doctype html><title>Flood</title><script>
const flood = async () => {
  const count = Number(await (await fetch('/wait?open')).text());
  const socket = new WebSocket('ws://' + location.host + '/' + count);
  await new Promise(resolve => (socket.onopen = resolve));
  await fetch('/wait?flood');
  let received = 0;
  let from = 0;
  await new Promise(resolve => {
    socket.onmessage = () => {
      from ||= performance.now();
      if (++received === count) {
        resolve();
      }
    };
    socket.send('go');
  });
  const ms = performance.now() - from;
  socket.close();
  await fetch('/done?' + new URLSearchParams({ from: performance.timeOrigin + from, ms }));
  await flood();
};
flood();
</script>`;

function send(socket: Socket, count: number): void {
  let n = 0;
  const go = () => {
    while (n < count) {
      const frames: Buffer[] = [];
      for (let bytes = 0; bytes < bytesPerWrite && n < count; bytes += size) {
        frames.push(frame(1, `{"n":${n++}}`.padEnd(size)));
      }
      if (!socket.write(Buffer.concat(frames))) {
        socket.once('drain', go);
        return;
      }
    }
  };
  go();
}

const waiting: ServerResponse[] = [];
const tell = (told: Told) => process.send?.(told);
const server = createServer((request, response) => {
  const { pathname, search, searchParams } = new URL(request.url ?? '/', 'http://localhost');
  if (pathname === '/wait') {
    waiting.push(response);
    tell({ waits: search.slice(1) });
  } else if (pathname === '/done') {
    const number = (name: string) => Number(searchParams.get(name));
    tell({ from: number('from'), ms: number('ms') });
    response.end();
  } else {
    response.setHeader('content-type', 'text/html');
    response.end(pathname === '/' ? page : '');
  }
});
server.on('upgrade', (request, socket: Socket) => {
  socket.on('error', () => socket.destroy());
  socket.write(
    acceptance(`Sec-WebSocket-Key: ${request.headers['sec-websocket-key'] ?? ''}\r\n\r\n`),
  );
  socket.once('data', () => {
    send(socket, Number(request.url?.slice(1)));
    // The client's close frame.
    socket.once('data', () => socket.end());
  });
});
// The answer to what waits for longest.
process.on('message', answer => waiting.shift()?.end(String(answer)));
server.listen(0, '127.0.0.1', () => tell((server.address() as AddressInfo).port));
process.on('disconnect', () => process.exit());

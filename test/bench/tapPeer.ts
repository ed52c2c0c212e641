// A WebSocket server for the measurements of the tap, in a process of its own. /n?size=s sends so many text
// messages of that size as fast as they are taken, and ends; with ?rate=r so many a second. /echo echoes.
import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { WebSocketServer } from 'ws';
import { acceptance, frame } from '../support/network/frames.ts';

const bytesPerWrite = 262_144;
const paceMs = 10;

function send(socket: Socket, count: number, size: number, rate: number): void {
  const one = frame(1, 'x'.repeat(size));
  const perWrite = rate > 0 ? (rate * paceMs) / 1000 : Math.ceil(bytesPerWrite / one.length);
  const chunk = Buffer.concat(Array.from({ length: perWrite }, () => one));
  let left = count;
  const go = () => {
    while (left > 0) {
      const some = Math.min(left, perWrite);
      left -= some;
      const isTaken = socket.write(chunk.subarray(0, some * one.length));
      if (rate > 0) {
        setTimeout(go, paceMs);
        return;
      }
      if (!isTaken) {
        socket.once('drain', go);
        return;
      }
    }
    socket.end();
  };
  go();
}

const server = createServer();
const echo = new WebSocketServer({ noServer: true, perMessageDeflate: false });
server.on('upgrade', (request, socket: Socket, head) => {
  const url = new URL(request.url ?? '/', 'http://localhost');
  socket.on('error', () => socket.destroy());
  if (url.pathname === '/echo') {
    echo.handleUpgrade(request, socket, head, client => {
      client.on('message', (data, isBinary) => client.send(data, { binary: isBinary }));
    });
    return;
  }
  const key = `Sec-WebSocket-Key: ${request.headers['sec-websocket-key'] ?? ''}\r\n\r\n`;
  socket.write(acceptance(key));
  socket.resume();
  const number = (name: string) => Number(url.searchParams.get(name) ?? 0);
  send(socket, Number(url.pathname.slice(1)), number('size'), number('rate'));
});
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
process.on('disconnect', () => process.exit());

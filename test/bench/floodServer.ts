// A WebSocket server for measurements, in a process of its own: prints its port, and sends each
// client that asks for /n so many text messages of 100 bytes, as fast as they are taken.
import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';

const payloadByteLength = 100;
const framesPerWrite = 5000;

/** Unmasked text frames (RFC 6455, section 5.2), each with a JSON object of 100 bytes. */
function frames(count: number): Buffer {
  const json = JSON.stringify({ symbol: 'ABC', price: 101.25, at: 1_700_000_000_000, note: '' });
  const payload = json.replace(
    '"note":""',
    `"note":"${'x'.repeat(payloadByteLength - json.length)}"`,
  );
  const frame = Buffer.concat([Buffer.of(0x81, payloadByteLength), Buffer.from(payload)]);
  return Buffer.concat(Array.from({ length: count }, () => frame));
}

const chunk = frames(framesPerWrite);

function send(socket: Duplex, count: number): void {
  let left = count;
  while (left > 0) {
    const some = Math.min(left, framesPerWrite);
    left -= some;
    if (!socket.write(chunk.subarray(0, (some * chunk.length) / framesPerWrite))) {
      socket.once('drain', () => send(socket, left));
      return;
    }
  }
}

const server = createServer();
server.on('upgrade', (request, socket) => {
  // RFC 6455, section 1.3
  const accept = createHash('sha1')
    .update(`${request.headers['sec-websocket-key'] ?? ''}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
    .digest('base64');
  socket.on('error', () => socket.destroy());
  socket.resume();
  socket.write(
    'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
      `Sec-WebSocket-Accept: ${accept}\r\n\r\n`,
  );
  send(socket, Number(request.url?.slice(1)));
});
server.listen(0, '127.0.0.1', () => console.log((server.address() as AddressInfo).port));
process.stdin.resume().on('end', () => process.exit());

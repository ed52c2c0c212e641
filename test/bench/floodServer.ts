// A WebSocket server for measurements, in a process of its own: prints its port, and sends each
// client that asks for /n so many text messages of 100 bytes, as fast as they are taken, or with ?rate=r
// so many a second, each written by itself. With ?close it closes behind them; /ended?after=n is
// answered as soon as more than n clients have answered that, with their number.
import { createHash } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
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
const single = frames(1);

/** Close code 1000. */
const closeFrame = Buffer.of(0x88, 2, 0x03, 0xe8);

function send(socket: Duplex, count: number, closes: boolean): void {
  let left = count;
  while (left > 0) {
    const some = Math.min(left, framesPerWrite);
    left -= some;
    if (!socket.write(chunk.subarray(0, (some * chunk.length) / framesPerWrite))) {
      socket.once('drain', () => send(socket, left, closes));
      return;
    }
  }
  if (closes) {
    socket.write(closeFrame);
    // The client's own close frame: all before it has been received.
    socket.once('data', () => {
      socket.end();
      endedCount++;
      ended.emit('one');
    });
  }
}

/** Sends as many messages as are due, a thousand times a second. */
function sendAtRate(socket: Duplex, count: number, perSecond: number): void {
  const start = performance.now();
  let sent = 0;
  const timer = setInterval(() => {
    const due = Math.min(count, Math.floor(((performance.now() - start) * perSecond) / 1000));
    for (; sent < due; sent++) {
      socket.write(single);
    }
    if (sent === count) {
      clearInterval(timer);
    }
  }, 1);
  socket.once('close', () => clearInterval(timer));
}

/** Of floods with ?close. */
let endedCount = 0;
const ended = new EventEmitter();

async function tellEnded(after: number, response: ServerResponse): Promise<void> {
  while (endedCount <= after) {
    await once(ended, 'one');
  }
  response.end(String(endedCount));
}

const server = createServer((request, response) => {
  const { searchParams } = new URL(request.url ?? '/', 'http://localhost');
  void tellEnded(Number(searchParams.get('after')), response);
});
server.on('upgrade', (request, socket: Socket) => {
  socket.setNoDelay(true);
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
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
  const count = Number(pathname.slice(1));
  const rate = searchParams.get('rate');
  if (rate === null) {
    send(socket, count, searchParams.has('close'));
  } else {
    sendAtRate(socket, count, Number(rate));
  }
});
server.listen(0, '127.0.0.1', () => console.log((server.address() as AddressInfo).port));
process.stdin.resume().on('end', () => process.exit());

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { acceptance, closeFrame, frame } from '../../../support/network/frames.ts';
import { raw, type Peer } from '../../../support/network/peers.ts';
import { messagesOf, tapTo, type TestTap } from '../../../support/network/taps.ts';
import { until } from '../../../support/until.ts';

const random = Buffer.from(Array.from({ length: 3000 }, (_, at) => (at * 7919 + 13) % 256));

/** What a server sends, as the pieces that it writes. */
const streams: Readonly<Record<string, readonly Buffer[]>> = {
  'a text': [frame(1, 'a')],
  'an empty text': [frame(1)],
  'an empty binary message': [frame(2)],
  '125, 126 and 127 bytes': [
    frame(1, 'x'.repeat(125)),
    frame(1, 'y'.repeat(126)),
    frame(1, 'z'.repeat(127)),
  ],
  '65,535 and 65,536 bytes': [frame(2, Buffer.alloc(65_535, 1)), frame(2, Buffer.alloc(65_536, 2))],
  'a short length in the long form of 16 bits': [Buffer.from([0x81, 126, 0, 1, 0x61])],
  'a short length in the long form of 64 bits': [
    Buffer.from([0x81, 127, 0, 0, 0, 0, 0, 0, 0, 1, 0x61]),
  ],
  'fragments with a ping between': [frame(1, 'a', { fin: false }), frame(9, 'p'), frame(0, 'b')],
  'empty fragments': [frame(1, '', { fin: false }), frame(0, '', { fin: false }), frame(0)],
  'RSV1 without an extension': [frame(1, 'a', { rsv: 4 })],
  'RSV2': [frame(1, 'a', { rsv: 2 })],
  'RSV3': [frame(2, 'a', { rsv: 1 })],
  'all reserved bits': [frame(2, 'a', { rsv: 7 }), frame(1, 'b')],
  'a reserved opcode': [frame(5, 'a'), frame(11, 'b')],
  'a continuation of nothing': [frame(0, 'a')],
  'a message within another': [frame(1, 'a', { fin: false }), frame(2, 'b')],
  'a ping in fragments': [frame(9, 'a', { fin: false }), frame(0, 'b')],
  'a ping of 200 bytes': [frame(9, 'x'.repeat(200))],
  'text that is not UTF-8': [frame(1, Buffer.of(0xc3, 0x28))],
  'close 1000': [closeFrame(1000, 'ok')],
  'close without a code': [closeFrame()],
  'close of one byte': [frame(8, 'x')],
  'close 4999': [closeFrame(4999)],
  'close 999': [closeFrame(999)],
  'close 1005': [closeFrame(1005)],
  'close 1015': [closeFrame(1015, 'tls')],
  'two close frames': [closeFrame(1000), closeFrame(1001)],
  'data after the close': [closeFrame(1000), frame(1, 'late'), Buffer.from('and no frame')],
  'a frame of 8 PiB that never ends': [Buffer.from([0x82, 127, 0x7f, 0, 0, 0, 0, 0, 0, 0]), random],
  'no frames at all': [random],
  'half a header': [Buffer.of(0x81)],
  'half a payload': [frame(1, 'abcdef').subarray(0, 5)],
  'a message that never ends': [frame(1, 'a', { fin: false }), frame(0, 'b', { fin: false })],
  'one byte a piece': [...Buffer.concat([frame(1, 'abc'), frame(9, 'p'), closeFrame(1000)])].map(
    byte => Buffer.of(byte),
  ),
  'what looks compressed and is not': [frame(1, random, { rsv: 4 }), frame(1, 'on')],
  'thousands of messages': [
    Buffer.concat(Array.from({ length: 3000 }, (_, at) => frame(1, `m${at}`))),
  ],
  'thousands of empty pings': [Buffer.concat(Array.from({ length: 3000 }, () => frame(9)))],
  'masked frames of a server': [frame(1, 'abc', { mask: true })],
  'a megabyte': [frame(2, Buffer.alloc(1_048_576, 'mega'))],
  'nothing': [],
};

const names = Object.keys(streams);

/** The same frames as a client sends them. */
function asClient(pieces: readonly Buffer[]): Buffer {
  return Buffer.concat(pieces);
}

describe('A tap that nobody touches', () => {
  /** What the upstream received behind the heads, by the number of the stream. */
  const received = new Map<number, Buffer[]>();
  let peer: Peer;
  let tap: TestTap;

  before(async () => {
    peer = await raw(
      (socket, head) => {
        const number = Number(/^GET \/(\d+)/.exec(head)?.[1]);
        const parts: Buffer[] = [];
        received.set(number, parts);
        socket.on('data', (part: Buffer) => void parts.push(part));
        const pieces = streams[names[number] ?? ''] ?? [];
        void send(socket, pieces);
      },
      {
        allowHalfOpen: true,
        headers: ['x-ODD:   of the server ', 'Sec-WebSocket-Extensions: permessage-deflate'],
      },
    );
    tap = await tapTo(peer.url);
  });

  after(async () => {
    tap.dispose();
    await peer.dispose();
  });

  it('has forty streams to pass on', () => {
    assert.equal(names.length, 40);
  });

  names.forEach((name, number) => {
    it(`passes ${name} on both ways, byte for byte, and both ends`, async () => {
      const pieces = streams[name] ?? [];
      const client = connect({ port: tap.port, host: '127.0.0.1', allowHalfOpen: true });
      const parts: Buffer[] = [];
      client.on('data', (part: Buffer) => void parts.push(part));
      const ended = once(client, 'end');
      const head =
        `GET /${number} HTTP/1.1\r\nhost: localhost:${tap.port}\r\nX-odd: Of the Client\r\n` +
        'upgrade: websocket\r\nCONNECTION: Upgrade\r\nSec-WebSocket-Version: 13\r\n' +
        'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nx-odd: twice\r\n\r\n';
      client.write(head);
      const answer = acceptance(head, [
        'x-ODD:   of the server ',
        'Sec-WebSocket-Extensions: permessage-deflate',
      ]);
      await until('the answer came', () => Buffer.concat(parts).length >= answer.length);
      await send(client, [asClient(pieces)]);
      await ended;
      const whole = Buffer.concat([answer, ...pieces]);
      assert.ok(Buffer.concat(parts).equals(whole), 'what the client received');
      await until(
        'the upstream has all',
        () =>
          (received.get(number) ?? []).reduce((sum, part) => sum + part.length, 0) >=
          asClient(pieces).length,
      );
      assert.ok(
        Buffer.concat(received.get(number) ?? []).equals(asClient(pieces)),
        'what the server received',
      );
      const request = peer.requests.find(each => each.startsWith(`GET /${number} `));
      assert.equal(request, head.replace(`localhost:${tap.port}`, `127.0.0.1:${peer.port}`));
      client.destroy();
    });
  });

  it('passes on what comes in one packet with the head of the request, and of the answer', async () => {
    const parts: Buffer[] = [];
    const other = await raw(undefined, {
      before: (socket, head) => {
        socket.on('data', (part: Buffer) => void parts.push(part));
        socket.write(Buffer.concat([acceptance(head), frame(1, 'first')]));
      },
    });
    const own = await tapTo(other.url);
    const client = connect(own.port, '127.0.0.1');
    const got: Buffer[] = [];
    client.on('data', (part: Buffer) => void got.push(part));
    const head =
      `GET / HTTP/1.1\r\nHost: localhost:${own.port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
      'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n';
    client.write(Buffer.concat([Buffer.from(head), frame(1, 'early')]));
    await until(
      'both came',
      () => Buffer.concat(got).includes('first') && Buffer.concat(parts).includes('early'),
    );
    const [socket] = own.sockets;
    assert.ok(socket);
    assert.deepEqual([...messagesOf(socket)].sort(), ['1< first', '1> early']);
    client.destroy();
    own.dispose();
    await other.dispose();
  });
});

async function send(socket: Socket, pieces: readonly Buffer[]): Promise<void> {
  socket.setNoDelay(true);
  for (const piece of pieces) {
    if (!socket.write(piece)) {
      await once(socket, 'drain');
    } else {
      await new Promise(resolve => setImmediate(resolve));
    }
  }
  socket.end();
}

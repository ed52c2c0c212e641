import assert from 'node:assert/strict';
import { once } from 'node:events';
import { describe, it } from 'node:test';
import type { Socket } from 'node:net';
import { WebSocket } from 'ws';
import { frame } from '../../../support/network/frames.ts';
import { raw } from '../../../support/network/peers.ts';
import { tapTo } from '../../../support/network/taps.ts';
import { until } from '../../../support/until.ts';

const piece = frame(2, Buffer.alloc(65_000, 1));
/** 200 MB */
const pieceCount = 3100;

/** A server that sends all pieces, each as soon as there is room for it. */
function floodServer() {
  const server = {
    written: 0,
    flood: (socket: Socket) => {
      while (server.written < pieceCount) {
        server.written++;
        if (!socket.write(piece)) {
          socket.once('drain', () => server.flood(socket));
          return;
        }
      }
    },
  };
  return server;
}

describe('A client that does not read', () => {
  it('slows its server, and neither the other direction nor other sockets', async () => {
    const server = floodServer();
    let echoed = '';
    const peer = await raw((socket, head) => {
      socket.on('data', (part: Buffer) => (echoed += `${part.length} `));
      if (head.startsWith('GET /flood')) {
        server.flood(socket);
      } else {
        socket.write(frame(1, 'other'));
      }
    });
    const tap = await tapTo(peer.url);
    const client = new WebSocket(`${tap.url}/flood`, { perMessageDeflate: false });
    await once(client, 'open');
    client.pause();
    const before = process.memoryUsage().arrayBuffers;
    let last = -1;
    await until('the server is held up', () => {
      const isSteady = server.written === last;
      last = server.written;
      return isSteady;
    });
    assert.ok(
      server.written < pieceCount / 2,
      `the server could write ${server.written} of ${pieceCount}`,
    );
    // What is recorded of it is kept by the test, and counted as well.
    const recorded =
      tap.sockets[0]?.rows.reduce(
        (sum, row) => sum + ('flags' in row ? row.payload.length : 0),
        0,
      ) ?? 0;
    const grown = process.memoryUsage().arrayBuffers - before - recorded;
    assert.ok(grown < 33_554_432, `${grown} bytes more`);
    client.send('the other direction');
    await until('the other direction goes on', () => echoed !== '');
    const other = new WebSocket(`${tap.url}/other`);
    const [data] = (await once(other, 'message')) as [Buffer];
    assert.equal(data.toString(), 'other');
    client.terminate();
    other.terminate();
    tap.dispose();
    await peer.dispose();
  });

  it('is what a capture under pressure is like', async () => {
    const server = floodServer();
    const peer = await raw(socket => {
      socket.once('data', () => server.flood(socket));
    });
    const tap = await tapTo(peer.url);
    const client = new WebSocket(tap.url, { perMessageDeflate: false });
    let got = 0;
    client.on('message', () => got++);
    await once(client, 'open');
    tap.sockets[0]?.setPressure(true);
    client.send('go');
    let last = -1;
    await until('nothing goes on', () => {
      const isSteady = server.written === last;
      last = server.written;
      return isSteady;
    });
    assert.equal(got, 0);
    tap.sockets[0]?.setPressure(false);
    await until('all came', () => got >= 100);
    client.terminate();
    tap.dispose();
    await peer.dispose();
  });
});

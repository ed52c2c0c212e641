import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, it } from 'node:test';
import { deflateRawSync } from 'node:zlib';
import { WebSocket, WebSocketServer } from 'ws';
import { RowFlag } from '../../../../src/core/record/record.ts';
import { frame } from '../../../support/network/frames.ts';
import { raw } from '../../../support/network/peers.ts';
import { messagesOf, sentencesOf, tapTo } from '../../../support/network/taps.ts';
import { until } from '../../../support/until.ts';

describe('Compressed messages through a tap', () => {
  it('pass as they are, also where one grows without end, and the others are read on', async () => {
    // A thousandth of what it grows to.
    const bomb = frame(1, deflateRawSync(Buffer.alloc(64 * 1024 * 1024)), { rsv: 4 });
    const sent = Buffer.concat([bomb, frame(1, 'after'), bomb, frame(1, 'end')]);
    const peer = await raw(socket => socket.write(sent), {
      headers: ['Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover'],
    });
    const tap = await tapTo(peer.url, { maxMessageBytes: 1024 * 1024 });
    const client = connect(tap.port, '127.0.0.1');
    const got: Buffer[] = [];
    client.on('data', chunk => got.push(chunk));
    client.write(
      `GET / HTTP/1.1\r\nHost: localhost:${tap.port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
        'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n',
    );
    await until(
      'the last message was read',
      () =>
        tap.sockets[0]?.rows.some(row => 'flags' in row && String(row.payload) === 'end') === true,
    );
    const [observed] = tap.sockets;
    assert.ok(observed);
    await until('the client has all', () => Buffer.concat(got).subarray(-sent.length).equals(sent));
    const told = sentencesOf(observed).filter(sentence => sentence.includes('maxMessageSize'));
    assert.equal(told.length, 2);
    assert.match(
      told[0] ?? '',
      /^The message before has 67(\.1)? MB, more than maxMessageSize allows/,
    );
    assert.ok(messagesOf(observed).includes('1< after'));
    assert.ok(observed.rows.every(row => !('flags' in row) || row.payload.length <= 1024 * 1024));
    client.destroy();
    tap.dispose();
    await peer.dispose();
  });

  it('are read both ways, with one window each, however long they are', async () => {
    const server = new WebSocketServer({
      host: '127.0.0.1',
      port: 0,
      perMessageDeflate: { threshold: 0 },
    });
    await once(server, 'listening');
    server.on('connection', socket =>
      socket.on('message', data => socket.send(`echo ${(data as Buffer).toString()}`)),
    );
    const tap = await tapTo(`ws://127.0.0.1:${(server.address() as { port: number }).port}`);
    const client = new WebSocket(tap.url, { perMessageDeflate: { threshold: 0 } });
    await once(client, 'open');
    const texts = ['', 'short', 'long '.repeat(50_000), 'short', 'long '.repeat(50_000)];
    const got: string[] = [];
    client.on('message', data => got.push((data as Buffer).toString()));
    texts.forEach(text => client.send(text));
    await until('all came back', () => got.length === texts.length);
    const [observed] = tap.sockets;
    assert.ok(observed);
    const read = (mark: string) =>
      messagesOf(observed).flatMap(row => (row.startsWith(mark) ? [row.slice(3)] : []));
    assert.deepEqual(read('1>'), texts);
    assert.deepEqual(
      read('1<'),
      texts.map(text => `echo ${text}`),
    );
    assert.ok(
      observed.rows.every(row => !('flags' in row) || (row.flags & RowFlag.Compressed) !== 0),
    );
    client.terminate();
    tap.dispose();
    server.close();
  });
});

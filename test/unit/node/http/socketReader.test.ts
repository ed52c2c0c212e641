import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { describe, it, type TestContext } from 'node:test';
import { SocketReader } from '../../../../src/node/http/socketReader.ts';

/** A socket whose peer sends `text`, and then ends the connection if asked to. */
async function socketWith(t: TestContext, text: string, isEnded = false): Promise<Socket> {
  const server = createServer(peer => {
    peer.on('error', () => undefined);
    peer.write(text);
    if (isEnded) {
      peer.end();
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  t.after(() => {
    socket.destroy();
    server.close();
  });
  await once(socket, 'connect');
  return socket;
}

const listenersOf = (socket: Socket) =>
  ['data', 'end', 'close', 'error'].map(name => socket.listenerCount(name));

describe('A reader of a socket', () => {
  it('gives the socket back without its listeners, and with the bytes that were not read', async t => {
    const socket = await socketWith(t, 'abcdef');
    const before = listenersOf(socket);
    const reader = new SocketReader(socket);
    assert.notDeepEqual(listenersOf(socket), before);
    assert.equal((await reader.bytes(2)).toString(), 'ab');
    reader.release();
    assert.deepEqual(listenersOf(socket), before);
    const rest = once(socket, 'data');
    socket.resume();
    assert.equal(String((await rest)[0]), 'cdef');
  });

  it('rejects if the connection ends too early', async t => {
    const reader = new SocketReader(await socketWith(t, 'abc', true));
    await assert.rejects(reader.bytes(4), /the connection was closed/);
  });
});

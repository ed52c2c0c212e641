import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { describe } from 'node:test';
import { acceptance, closeFrame, frame, Opcode } from '../../support/network/frames.ts';
import { answer, listen, raw, readHead, type Peer } from '../../support/network/peers.ts';
import { scenario } from '../../support/scenarios/scenarios.ts';

const hello = frame(Opcode.Text, 'hello');

/** Greets each client, and drops it as soon as its first message comes. */
function greeting(drop: (socket: Socket) => unknown): Promise<Peer> {
  return raw(socket => {
    socket.write(hello);
    socket.once('data', () => drop(socket));
  });
}

const login = { onOpen: [{ json: { op: 'login' } }] };

describe('Scenarios of peers that greet us and then drop us', { concurrency: true }, () => {
  for (const [what, drop, says] of [
    [
      'closes with 4004',
      (socket: Socket) => socket.end(closeFrame(4004, 'Unknown login')),
      /Closed with 4004 Private Use, reason: “Unknown login”/,
    ],
    ['resets', (socket: Socket) => socket.resetAndDestroy(), /Closed with 1006/],
    ['ends TCP', (socket: Socket) => socket.end(), /Closed with 1006/],
    ['closes without a code', (socket: Socket) => socket.end(closeFrame()), /Closed with 1005/],
    [
      'says more and closes with 1011',
      (socket: Socket) => socket.end(Buffer.concat([hello, hello, closeFrame(1011)])),
      /Closed with 1011/,
    ],
  ] as const) {
    scenario(`one that ${what} on the login is given up at the limit`, async world => {
      const peer = await world.peer(greeting(drop));
      const settings = { ...login, 'reconnect.maxAttempts': 4 };
      const rig = world.manual({ url: peer.url, settings, isRemote: true });
      rig.connection.connect();
      const delays = await rig.exhaust();
      const { why, flaps } = await rig.stopped();
      assert.deepEqual([why, flaps, peer.connections], ['exhausted', 4, 4]);
      assert.deepEqual(
        delays,
        [...delays].sort((one, other) => one - other),
      );
      assert.ok(delays.length === 3 && (delays[2] ?? 0) > (delays[0] ?? 0), delays.join());
      assert.match(rig.sentence, says);
      assert.match(
        rig.sentence,
        /accepted and dropped 4 times in a row: the peer greets us, and then drops us\./,
      );
      assert.match(rig.sentence, /Gave up after 4 failures in a row \(reconnect\.maxAttempts\)/);
    });
  }

  scenario('a server that was stable, went away and is dialled anew has its limit', async world => {
    const first = await world.peer(greeting(() => undefined));
    const settings = { ...login, 'reconnect.maxAttempts': 4 };
    const rig = world.manual({ url: first.url, settings });
    rig.connection.connect();
    await rig.has('in text hello');
    rig.manual.advance(10_000);
    rig.connection.disconnect();
    await rig.until('idle');
    await first.dispose();
    rig.connection.connect();
    assert.equal((await rig.exhaust()).length, 3);
    assert.equal((await rig.stopped()).why, 'exhausted');
  });

  scenario('the limit of the user holds after a loss of what was stable, too', async world => {
    const peer = await world.peer(greeting(() => undefined));
    const settings = { ...login, 'reconnect.maxAttempts': 4 };
    const rig = world.manual({ url: peer.url, settings });
    rig.connection.connect();
    await rig.has('in text hello');
    rig.manual.advance(10_000);
    await peer.dispose();
    assert.equal((await rig.exhaust()).length, 3);
    assert.match(rig.sentence, /\(reconnect\.maxAttemptsAfterSuccess\)/);
  });

  scenario('a message in the packet of the 101 is a sign of life', async world => {
    let isRestarting = false;
    const sockets: Socket[] = [];
    const peer = await world.peer(
      listen(socket =>
        readHead(socket, head => {
          if (isRestarting) {
            socket.end(answer(404));
            return;
          }
          sockets.push(socket);
          socket.write(Buffer.concat([acceptance(head), hello]));
        }),
      ),
    );
    const rig = world.manual({ url: peer.url });
    rig.connection.connect();
    await rig.has('in text hello');
    rig.manual.advance(10_000);
    isRestarting = true;
    sockets.forEach(socket => socket.resetAndDestroy());
    await rig.retry();
    const { rule, cause } = await rig.waiting();
    assert.deepEqual([rule, cause.status], ['HTTP: no such path', 404]);
    isRestarting = false;
    await rig.retry();
    await rig.until('open');
  });
});

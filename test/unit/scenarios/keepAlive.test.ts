import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { describe } from 'node:test';
import type {
  Handshake,
  Transport,
  TransportListener,
} from '../../../src/core/connection/wire/transport.ts';
import { maxUnwrittenPongs } from '../../../src/node/handshake/transportLimits.ts';
import { openWsTransport } from '../../../src/node/transport/wsTransport.ts';
import { ConnectionRig } from '../../support/scenarios/connectionRig.ts';
import { childServer } from '../../support/network/frozenPeers.ts';
import { closeFrame, frame, Opcode, pingsIn } from '../../support/network/frames.ts';
import { connectionsUpToNow, raw } from '../../support/network/peers.ts';
import { eventually } from '../../support/scenarios/realRig.ts';
import { scenario, type World } from '../../support/scenarios/scenarios.ts';

const noSigstop = { skip: process.platform === 'win32' };

/** Answers each ping of the client. */
const answerPings = (socket: Socket) =>
  socket.on('data', (bytes: Buffer) =>
    pingsIn(bytes).forEach(ping => socket.write(frame(Opcode.Pong, ping))),
  );

/** A server of its own process that has answered a ping and then stands still. */
async function frozenAfterAPong(world: World) {
  const child = await world.keep(childServer('ws'));
  const rig = world.manual({ url: child.url });
  rig.connection.connect();
  await rig.until('open');
  rig.manual.advance(1000);
  await rig.has('in pong');
  child.freeze();
  return { child, rig };
}

describe('Scenarios of the heartbeat', { concurrency: true }, () => {
  scenario(
    'a frozen server is suspect at 30 s, counted from its last pong, and dead at 40 s',
    async world => {
      const { rig } = await frozenAfterAPong(world);
      rig.manual.advance(29_999);
      assert.equal(healthOf(rig), 'ok');
      rig.manual.advance(1);
      assert.equal(healthOf(rig), 'suspect');
      rig.manual.advance(9999);
      assert.equal(healthOf(rig), 'suspect');
      rig.manual.advance(1);
      assert.equal((await rig.waiting()).cause.kind, 'heartbeat');
      assert.match(rig.sentence, /no data for 40 s/);
    },
    noSigstop,
  );

  scenario(
    'a server that thaws at 35 s is well again, on the same socket',
    async world => {
      const { child, rig } = await frozenAfterAPong(world);
      rig.manual.advance(35_000);
      assert.equal(healthOf(rig), 'suspect');
      child.thaw();
      await rig.has('in pong', 3);
      rig.manual.advance(20_000);
      await rig.has('in pong', 4);
      assert.equal(healthOf(rig), 'ok');
      assert.equal(child.connections, 1);
    },
    noSigstop,
  );

  scenario('a server that ignores pings is killed twice, then only kept', async world => {
    const peer = await world.peer(raw());
    const rig = world.manual({ url: peer.url });
    rig.connection.connect();
    for (const loss of [1, 2]) {
      await rig.until('open');
      rig.manual.advance(21_000);
      assert.equal((await rig.waiting()).cause.kind, 'heartbeat', `Loss ${loss}`);
      await rig.retry();
    }
    await rig.until('open');
    const pings = rig.count('out ping');
    rig.manual.advance(600_000);
    assert.equal(healthOf(rig), 'unverifiable');
    assert.deepEqual([rig.kind, peer.connections], ['open', 3]);
    assert.ok(rig.count('out ping') - pings >= 29, 'It still keeps proxies from dropping it');
  });

  scenario('a pong behind a large message that drips in is waited for', async world => {
    const seconds = 30;
    const bytes = frame(Opcode.Text, 'x'.repeat(1_000_000));
    const pings: Buffer[] = [];
    const peer = await world.peer(
      raw(socket => socket.on('data', (data: Buffer) => pings.push(...pingsIn(data)))),
    );
    const { dial, dialled } = watchedDial();
    const rig = world.manual({ url: peer.url, dial });
    rig.connection.connect();
    await rig.until('open');
    rig.manual.advance(1000);
    await eventually(() => pings.length === 1, 'the first ping');
    const [socket] = peer.sockets;
    for (let second = 0; second < seconds; second++) {
      const before = dialled().bytesRead;
      const [from, to] = [second, second + 1].map(n => Math.ceil((bytes.length * n) / seconds));
      socket?.write(bytes.subarray(from, to));
      await eventually(() => dialled().bytesRead - before === (to ?? 0) - (from ?? 0), 'a part');
      rig.manual.advance(1000);
      assert.equal(healthOf(rig), 'ok', `After ${second + 1} s`);
    }
    assert.equal(rig.count('in pong'), 0, 'No pong came before the message was through');
    assert.ok(rig.count('out ping') >= 2, 'It was asked meanwhile');
    pings.forEach(ping => socket?.write(frame(Opcode.Pong, ping)));
    await rig.has('in pong');
    assert.deepEqual([rig.kind, peer.connections], ['open', 1]);
  });

  scenario(
    'a server that floods with pings and does not read is kept, within bounds',
    async world => {
      const pings = Buffer.concat(
        Array.from({ length: 2000 }, () => frame(Opcode.Ping, 'x'.repeat(100))),
      );
      const peer = await world.peer(
        raw(socket => {
          const flood = () => {
            if (!socket.destroyed && socket.write(pings)) {
              setImmediate(flood);
            }
          };
          setImmediate(() => {
            socket.pause().on('drain', flood);
            flood();
          });
        }),
      );
      const { dial, dialled } = watchedDial();
      const rig = world.manual({ url: peer.url, dial });
      rig.connection.connect();
      const isOwing = () => rig.count('in ping') > rig.count('out pong') + 10_000;
      await eventually(isOwing, 'pings that are not answered');
      assert.equal(rig.kind, 'open');
      const { bufferedBytes } = dialled();
      assert.ok(bufferedBytes <= maxUnwrittenPongs * 106, `${bufferedBytes} bytes of pongs wait`);
      assert.equal(peer.connections, 1);
    },
  );

  scenario('the pong of an old connection is nothing to the new one', async world => {
    const kept: Buffer[] = [];
    const peer = await world.peer(
      raw(socket => {
        socket.on('data', (bytes: Buffer) => kept.push(...pingsIn(bytes)));
        kept.forEach(ping => socket.write(frame(Opcode.Pong, ping)));
        socket.write(frame(Opcode.Text, 'answered'));
      }),
    );
    const rig = world.manual({ url: peer.url });
    rig.connection.connect();
    await rig.until('open');
    rig.manual.advance(1000);
    await eventually(() => kept.length === 1, 'a ping');
    peer.sockets.forEach(socket => socket.destroy());
    await rig.retry();
    await rig.has('in text answered', 2);
    assert.equal(rig.count('in pong'), 1);
    assert.equal(rig.connection.latencyMs, undefined);
    rig.manual.advance(1000);
    await eventually(() => kept.length === 2, 'a ping of the second connection');
    rig.manual.advance(20_000);
    const { cause } = await rig.waiting();
    assert.equal(cause.kind, 'heartbeat', 'Nor is it a sign of life of the new one later');
  });

  scenario('the late reply to an old heartbeat message is nothing to the new one', async world => {
    const accepted: Socket[] = [];
    const peer = await world.peer(raw(socket => void accepted.push(socket)));
    const settings = {
      'heartbeat.ping': false,
      'heartbeat.message': 'ping',
      'heartbeat.expect': 'pong',
    };
    const rig = world.manual({ url: peer.url, settings });
    rig.connection.connect();
    await rig.until('open');
    rig.connection.reconnect();
    await rig.until('open');
    accepted[0]?.write(frame(Opcode.Text, 'pong'));
    // A connection that is made after the reply is accepted after it was received.
    await connectionsUpToNow(peer);
    rig.manual.advance(20_000);
    assert.equal((await rig.waiting()).cause.kind, 'heartbeat');
    assert.equal(rig.count('in text'), 0);
  });

  scenario('while reading is paused for five minutes nothing is taken for dead', async world => {
    const peer = await world.peer(raw(socket => void answerPings(socket)));
    const rig = world.manual({ url: peer.url });
    rig.connection.connect();
    await rig.until('open');
    rig.manual.advance(1000);
    await rig.has('in pong');
    rig.connection.setPaused(true);
    rig.manual.advance(300_000);
    assert.equal(healthOf(rig), 'ok');
    peer.sockets.forEach(socket => socket.write(closeFrame(1000)));
    rig.connection.setPaused(false);
    assert.equal((await rig.stopped()).cause.close, 1000);
    assert.equal(peer.connections, 1);
  });

  scenario('a connection that was open for a minute starts counting anew', async () => {
    const rig = new ConnectionRig();
    await rig.dial();
    for (let failure = 1; failure <= 4; failure++) {
      rig.network.last.refuse();
      await rig.retry();
    }
    rig.network.last.open();
    for (let second = 0; second < 60; second += 20) {
      await rig.advance(1000);
      rig.network.last.pong();
      await rig.advance(19_000);
    }
    rig.network.last.end();
    assert.equal(rig.label, 'retry 1');
    rig.checkInvariants();
    rig.connection.dispose();
  });
});

/** Dials as the extension does, and gives access to the last socket. */
function watchedDial() {
  let last: Transport | undefined;
  return {
    dial: (handshake: Handshake, listener: TransportListener) =>
      (last = openWsTransport(handshake, listener)),
    dialled: (): Transport => {
      assert.ok(last, 'Nothing was dialled');
      return last;
    },
  };
}

function healthOf(rig: { readonly connection: ConnectionRig['connection'] }): string | undefined {
  const { state } = rig.connection;
  return state.kind === 'open' ? state.health : undefined;
}

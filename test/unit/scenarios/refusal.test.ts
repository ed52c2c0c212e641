import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { describe } from 'node:test';
import { blackhole } from '../../support/network/frozenPeers.ts';
import { acceptance } from '../../support/network/frames.ts';
import { connectionsUpToNow, drip, raw, refusedPort, silent } from '../../support/network/peers.ts';
import { quick, seededRandom } from '../../support/scenarios/realRig.ts';
import { until } from '../../support/until.ts';
import { scenario } from '../../support/scenarios/scenarios.ts';

const impatient = { ...quick, connectTimeout: 0.3 };

describe('Scenarios before the handshake', { concurrency: true }, () => {
  scenario('a closed port is tried ten times within the bands of the back-off', async world => {
    const port = await refusedPort();
    const rig = world.manual({ url: `ws://127.0.0.1:${port}/`, random: seededRandom(1) });
    rig.connection.connect();
    const delays = await rig.exhaust();
    const caps = [1000, 2000, 4000, 5000, 5000, 5000, 5000, 5000, 5000];
    assert.equal(delays.length, caps.length);
    caps.forEach((cap, index) => {
      const delay = delays[index] ?? NaN;
      assert.ok(delay > cap / 2 && delay <= cap, `Delay ${index + 1} is ${delay}`);
    });
    const { why, failures, cause } = await rig.stopped();
    assert.deepEqual([why, failures, cause.error], ['exhausted', 10, 'ECONNREFUSED']);
    assert.match(rig.sentence, /refused the connection.*Gave up after 10 failures in a row/);
    const late = await world.peer(raw(undefined, { port }));
    rig.manual.advance(3_600_000);
    assert.deepEqual([await connectionsUpToNow(late), rig.attemptsAt.length], [0, 10]);
  });

  scenario('a port that opens later is found within one delay', async world => {
    const port = await refusedPort();
    const rig = world.manual({ url: `ws://127.0.0.1:${port}/` });
    rig.connection.connect();
    await rig.retry();
    await rig.retry();
    const { failures } = await rig.waiting();
    const peer = await world.peer(raw(undefined, { port }));
    const delayMs = await rig.retry();
    await rig.until('open');
    assert.deepEqual([failures, peer.connections], [3, 1]);
    assert.ok(delayMs <= 5000);
  });

  scenario(
    'a black hole is given up at the deadline, in the phase of TCP',
    async world => {
      const hole = await world.keep(blackhole());
      const others = synsTo(hole.port);
      const rig = world.manual({ url: hole.url });
      rig.connection.connect();
      await rig.until('connecting');
      rig.manual.advance(9999);
      assert.equal(rig.kind, 'connecting');
      assert.equal(synsTo(hole.port), others + 1);
      rig.manual.advance(1);
      const { cause } = await rig.waiting();
      assert.deepEqual([cause.error, cause.phase], ['CONNECT_TIMEOUT', 'tcp']);
      assert.match(rig.sentence, /in time: it stopped at connecting by TCP/);
      assert.equal(synsTo(hole.port), others, 'The socket is gone');
    },
    { skip: process.platform !== 'linux' },
  );

  scenario('a server that says nothing is given up at the deadline', async world => {
    const peer = await world.peer(silent());
    const rig = world.rig({ url: peer.url, settings: impatient });
    rig.connection.connect();
    const { cause } = await rig.waiting();
    assert.deepEqual([cause.error, cause.phase], ['CONNECT_TIMEOUT', 'upgrade']);
    assert.match(rig.sentence, /Raise connectTimeout/);
  });

  scenario('a server that drips its 101 does not outlast the deadline', async world => {
    const peer = await world.peer(drip(200));
    const rig = world.rig({ url: peer.url, settings: { ...quick, connectTimeout: 0.7 } });
    rig.connection.connect();
    const { cause } = await rig.waiting();
    assert.deepEqual([cause.error, cause.phase], ['CONNECT_TIMEOUT', 'upgrade']);
  });

  scenario('silence in place of TLS is given up at the deadline, once', async world => {
    const peer = await world.peer(silent());
    const url = peer.url.replace('ws:', 'wss:');
    const rig = world.manual({ url });
    rig.connection.connect();
    await rig.until('connecting');
    const hasAsked = () => [...peer.sockets].some(({ bytesRead }) => bytesRead > 0);
    await until('the client has begun with TLS', hasAsked);
    rig.manual.advance(10_000);
    const { cause, failures } = await rig.waiting();
    assert.deepEqual([cause.phase, failures], ['tls', 1]);
    assert.equal(rig.states.filter(({ kind }) => kind === 'waiting').length, 1);
  });

  for (const [what, end] of [
    ['RST', (socket: Socket) => socket.resetAndDestroy()],
    ['FIN', (socket: Socket) => socket.end()],
  ] as const) {
    scenario(`a ${what} during the handshake is one failure, not two`, async world => {
      const peer = await world.peer(raw(undefined, { before: end }));
      const rig = world.manual({ url: peer.url });
      rig.connection.connect();
      const { failures, cause } = await rig.waiting();
      assert.deepEqual([failures, cause.phase], [1, 'upgrade']);
      await rig.retry();
      assert.equal((await rig.waiting()).failures, 2);
      assert.deepEqual(
        rig.states.map(({ kind }) => kind),
        ['preparing', 'connecting', 'waiting', 'preparing', 'connecting', 'waiting'],
      );
      assert.equal(peer.connections, 2);
    });
  }

  scenario('a server that drops in the middle of the 101 is tried again', async world => {
    const peer = await world.peer(
      raw(undefined, {
        before: (socket, head, number) =>
          number === 1 ? socket.end(acceptance(head).subarray(0, 40)) : false,
      }),
    );
    const rig = world.manual({ url: peer.url });
    rig.connection.connect();
    await rig.retry();
    await rig.until('open');
    assert.equal(peer.connections, 2);
  });
});

/** How many sockets of this machine still wait for an answer of this port. */
function synsTo(port: number): number {
  const remote = `0100007F:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const lines = readFileSync('/proc/net/tcp', 'utf8').split('\n');
  return lines.filter(line => line.includes(` ${remote} 02 `)).length;
}

import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { describe } from 'node:test';
import { DialLimiter } from '../../../src/core/connection/retry/dialLimiter.ts';
import { FakeNetwork, settle } from '../../support/network/fakeNetwork.ts';
import { acceptance, frame, Opcode, pingsIn } from '../../support/network/frames.ts';
import { ManualClock } from '../../support/manualClock.ts';
import { raw, silent } from '../../support/network/peers.ts';
import { eventually, seededRandom } from '../../support/scenarios/realRig.ts';
import { scenario } from '../../support/scenarios/scenarios.ts';

describe('Scenarios of several connections to a host', () => {
  scenario(
    'one connection that fails for good does not hold up another to the host',
    async world => {
      const peer = await world.peer(
        raw(undefined, {
          before: (socket, head) =>
            head.startsWith('GET /bad')
              ? socket.end('HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n')
              : false,
        }),
      );
      const clock = new ManualClock();
      const limiter = new DialLimiter(clock);
      const bad = world.rig({ url: `${peer.url}bad`, clock, limiter });
      const good = world.rig({ url: `${peer.url}good`, clock, limiter });
      bad.connection.connect();
      good.connection.connect();
      assert.equal((await bad.failed()).kind, 'stopped');
      await good.until('open');
      assert.equal(peer.connections, 2);
      assert.deepEqual(
        good.states.map(({ kind }) => kind),
        ['preparing', 'connecting', 'open'],
      );
    },
  );

  scenario('twenty monitors that wake together take turns', async world => {
    const clock = new ManualClock();
    const limiter = new DialLimiter(clock);
    const random = seededRandom(57);
    const held: { readonly socket: Socket; readonly head: string }[] = [];
    const peer = await world.peer(
      raw(undefined, { before: (socket, head) => held.push({ socket, head }) }),
    );
    const rigs = Array.from({ length: 20 }, () =>
      world.rig({ url: peer.url, clock, limiter, random }),
    );
    rigs.forEach(rig => rig.connection.connect());
    const connecting = () => rigs.filter(({ kind }) => kind === 'connecting');
    const openAll = async () => {
      for (let steps = 0; rigs.some(({ kind }) => kind !== 'open'); steps++) {
        assert.ok(steps < 5000, 'All come to be open');
        await settle();
        const [first, ...others] = connecting();
        assert.equal(others.length, 0, `${others.length + 1} are connecting at once`);
        if (first) {
          await eventually(() => held.length > 0, 'its request');
          assert.equal(held.length, 1, 'The server has one request at a time');
          for (const { socket, head } of held.splice(0)) {
            socket.write(acceptance(head));
            socket.once('data', (ping: Buffer) =>
              pingsIn(ping).forEach(payload => socket.write(frame(Opcode.Pong, payload))),
            );
          }
          await first.until('open');
        }
        clock.advance(50);
      }
    };
    await openAll();
    assert.equal(peer.connections, 20);
    clock.advance(1000);
    await Promise.all(rigs.map(rig => rig.has('in pong')));
    rigs.forEach(({ connection }) => connection.wake());
    clock.advance(4000);
    rigs.forEach(({ kind }) => assert.equal(kind, 'waiting'));
    await openAll();
    assert.equal(peer.connections, 40);
    const again = rigs.map(({ attemptsAt }) => attemptsAt[1] ?? NaN);
    const spreadMs = Math.max(...again) - Math.min(...again);
    assert.ok(spreadMs >= 1000, `All within ${spreadMs} ms`);
  });

  scenario('what wakes at another host does not wait for these', async world => {
    const clock = new ManualClock();
    const limiter = new DialLimiter(clock);
    const mute = await world.peer(silent());
    const peer = await world.peer(raw());
    const stuck = world.rig({ url: mute.url, clock, limiter });
    const free = world.rig({ url: peer.url, clock, limiter });
    stuck.connection.connect();
    free.connection.connect();
    await free.until('open');
    assert.equal(stuck.kind, 'connecting');
  });

  scenario('the user is not held up by others that wait for the limiter', async world => {
    const clock = new ManualClock();
    const limiter = new DialLimiter(clock);
    const network = new FakeNetwork();
    const make = (rules: readonly object[]) =>
      world.rig({
        url: 'ws://example.test/',
        clock,
        limiter,
        settings: { 'reconnect.rules': rules, 'reconnect.maxAttempts': 0 },
        dial: (_handshake, listener) => network.dial(listener),
      });
    const eager = make([{ error: '*', action: 'retry', delay: 0.25 }]);
    eager.connection.connect();
    while (clock.monotonic() < 60_000) {
      await settle();
      if (eager.kind === 'connecting') {
        network.last.refuse();
      }
      clock.advance(250);
    }
    assert.equal(network.attempts.length, 30, 'At most thirty in five minutes');
    assert.equal(eager.kind, 'preparing');
    const asked = make([]);
    asked.connection.connect();
    await settle();
    assert.equal(asked.kind, 'connecting');
    network.last.open();
    asked.connection.dispose();
    clock.advance(300_000);
    await settle();
    assert.equal(eager.kind, 'connecting', 'And then it is its turn again');
  });
});

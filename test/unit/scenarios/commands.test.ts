import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { describe } from 'node:test';
import { handleUnexpectedErrors } from '../../../src/core/base/errors.ts';
import { optionsOf } from '../../support/scenarios/connectionRig.ts';
import { settle } from '../../support/network/fakeNetwork.ts';
import { closeFrame, frame, Opcode } from '../../support/network/frames.ts';
import {
  connectionsUpToNow,
  raw,
  refusedPort,
  silent,
  status,
} from '../../support/network/peers.ts';
import { eventually, quick, type RealRig } from '../../support/scenarios/realRig.ts';
import { scenario, type World } from '../../support/scenarios/scenarios.ts';

/** No pings, which the peers here do not answer. */
const silently = { ...quick, 'heartbeat.ping': false } as const;

/** Ways into each state, with what is asked of the connection then. */
const states: Readonly<Record<string, (world: World) => Promise<RealRig>>> = {
  preparing: async world => {
    const peer = await world.peer(raw());
    const prepare = () => new Promise<void>(() => undefined);
    return connecting(world.manual({ url: peer.url, settings: silently, prepare }), 'preparing');
  },
  connecting: async world => {
    const peer = await world.peer(silent());
    const rig = world.manual({ url: peer.url, settings: silently });
    await connecting(rig, 'connecting');
    await eventually(() => peer.connections === 1, 'a connection');
    return rig;
  },
  open: async world => {
    const peer = await world.peer(raw());
    return connecting(world.manual({ url: peer.url, settings: silently }), 'open');
  },
  closing: async world => {
    const peer = await world.peer(raw());
    const rig = world.manual({ url: peer.url, settings: silently });
    await connecting(rig, 'open');
    rig.connection.disconnect();
    assert.equal(rig.kind, 'closing');
    return rig;
  },
  waiting: async world => {
    const url = `ws://127.0.0.1:${await refusedPort()}/`;
    return connecting(world.manual({ url, settings: silently }), 'waiting');
  },
  stopped: async world => {
    const peer = await world.peer(status(404));
    return connecting(world.manual({ url: peer.url, settings: silently }), 'stopped');
  },
};

async function connecting(rig: RealRig, kind: RealRig['kind']): Promise<RealRig> {
  rig.connection.connect();
  await rig.until(kind);
  return rig;
}

/** Lets an hour pass, in which a retry that should not come would. */
async function anHour(rig: RealRig): Promise<void> {
  rig.manual.advance(3_600_000);
  await settle();
}

describe('Scenarios of commands', { concurrency: true }, () => {
  scenario('connecting three times is one attempt, with one result', async world => {
    const peer = await world.peer(silent());
    const rig = world.rig({ url: peer.url, settings: { ...quick, connectTimeout: 0.3 } });
    const results: Promise<unknown>[] = [];
    for (let call = 0; call < 3; call++) {
      rig.connection.connect();
      results.push(rig.connection.settled());
    }
    await rig.waiting();
    assert.equal(peer.connections, 1);
    rig.connection.disconnect();
    const [first, ...others] = await Promise.all(results);
    others.forEach(other => assert.equal(other, first));
  });

  scenario('disconnecting in the same turn dials nothing', async world => {
    const peer = await world.peer(raw());
    const rig = world.manual({ url: peer.url });
    rig.connection.connect();
    rig.connection.disconnect();
    await anHour(rig);
    assert.deepEqual([rig.kind, await connectionsUpToNow(peer)], ['idle', 0]);
  });

  for (const [state, reach] of Object.entries(states)) {
    scenario(`disconnecting while ${state} is idle in time, and stays so`, async world => {
      const rig = await reach(world);
      const attempts = rig.attemptsAt.length;
      rig.connection.disconnect();
      rig.manual.advance(1000 * silently.closeTimeout);
      await rig.until('idle');
      assert.deepEqual(rig.connection.timers, []);
      await anHour(rig);
      assert.deepEqual([rig.kind, rig.attemptsAt.length], ['idle', attempts]);
    });
  }

  scenario('connecting while closing does not wait for a mute peer', async world => {
    const peer = await world.peer(raw());
    const rig = await connecting(world.manual({ url: peer.url, settings: silently }), 'open');
    rig.connection.disconnect();
    rig.connection.connect();
    await rig.until('open');
    await eventually(() => peer.sockets.size === 1, 'only the new socket');
    await anHour(rig);
    assert.deepEqual([rig.kind, await connectionsUpToNow(peer)], ['open', 2]);
  });

  scenario('connecting while it waits is an attempt now, and no second when due', async world => {
    const port = await refusedPort();
    const rig = world.manual({ url: `ws://127.0.0.1:${port}/`, random: () => 0 });
    rig.connection.connect();
    await rig.retry();
    await rig.retry();
    assert.equal((await rig.waiting()).failures, 3);
    rig.connection.connect();
    const { failures, delayMs } = await rig.waiting();
    assert.deepEqual([failures, delayMs, rig.attemptsAt.length], [1, 1000, 4]);
    const peer = await world.peer(raw(undefined, { port }));
    await rig.retry();
    await rig.until('open');
    rig.manual.advance(3999);
    assert.deepEqual([rig.kind, peer.connections], ['open', 1]);
  });

  scenario('the late close of an old connection is nothing to the new one', async world => {
    const accepted: Socket[] = [];
    const peer = await world.peer(raw(socket => void accepted.push(socket)));
    const rig = await connecting(world.manual({ url: peer.url, settings: silently }), 'open');
    rig.connection.reconnect();
    await rig.until('open');
    const { length } = rig.states;
    accepted[0]?.end(closeFrame(1011));
    await eventually(() => peer.sockets.size === 1, 'the old socket is gone');
    await anHour(rig);
    assert.deepEqual([rig.states.length, await connectionsUpToNow(peer)], [length, 2]);
    assert.equal(rig.count('in close'), 0);
  });

  scenario('a listener that throws harms nobody', async world => {
    const peer = await world.peer(raw());
    const rig = world.rig({ url: peer.url, settings: quick });
    const seen: string[] = [];
    const bug = new Error('A listener of a test');
    const errors = new Set<unknown>();
    const handling = handleUnexpectedErrors(error => errors.add(error));
    rig.connection.onDidChangeState(() => {
      throw bug;
    });
    rig.connection.onDidChangeState(({ kind }) => seen.push(kind));
    await connecting(rig, 'open');
    peer.sockets.forEach(socket => socket.destroy());
    await eventually(() => peer.connections === 2, 'a reconnect');
    await rig.until('open');
    assert.deepEqual(seen, [
      'preparing',
      'connecting',
      'open',
      'waiting',
      'preparing',
      'connecting',
      'open',
    ]);
    rig.connection.dispose();
    handling.dispose();
    assert.deepEqual([...errors], [bug]);
  });

  scenario('a listener that disconnects or disposes ends it, whatever the state', async world => {
    for (const command of ['disconnect', 'dispose', 'reconnect'] as const) {
      for (const kind of ['preparing', 'connecting', 'open'] as const) {
        const peer = await world.peer(
          raw(socket => socket.on('data', () => socket.end(closeFrame(1000)))),
        );
        const rig = world.rig({ url: peer.url, settings: quick });
        let isDone = false;
        rig.connection.onDidChangeState(state => {
          if (state.kind === kind && !isDone) {
            isDone = true;
            rig.connection[command]();
          }
        });
        rig.connection.connect();
        const end = { disconnect: 'idle', dispose: 'disposed', reconnect: 'open' } as const;
        await rig.until(end[command]);
        rig.checkTimers();
      }
    }
  });

  scenario('a peer that never reads is not sent more than is bearable', async world => {
    const peer = await world.peer(raw(socket => void socket.pause()));
    const rig = await connecting(world.rig({ url: peer.url, settings: quick }), 'open');
    const chunk = new Uint8Array(1024 * 1024);
    const sending: Promise<unknown>[] = [];
    const results: string[] = [];
    for (let count = 0; count < 40; count++) {
      sending.push(
        rig.connection.send(chunk).then(
          () => results.push('sent'),
          (error: unknown) => results.push(String(error)),
        ),
      );
    }
    await eventually(() => results.some(text => text.includes('does not read')), 'a refusal');
    const refused = results.filter(text => text.includes('does not read')).length;
    assert.ok(refused >= 15 && refused <= 24, `${refused} refused`);
    rig.connection.disconnect();
    await rig.until('idle');
    await Promise.all(sending);
  });

  scenario(
    'settings that change while it waits are tried at once, and counted anew',
    async world => {
      const refused = `ws://127.0.0.1:${await refusedPort()}/`;
      const other = `ws://127.0.0.1:${await refusedPort()}/`;
      const rig = world.manual({ url: refused });
      rig.connection.connect();
      await rig.retry();
      assert.equal((await rig.waiting()).failures, 2);
      rig.connection.setOptions(optionsOf({}, other));
      const { failures } = await rig.waiting();
      assert.equal(failures, 1);
      assert.match(
        rig.sentence,
        new RegExp(`${new URL(other).host} refused`),
        'It is named by its new URL',
      );
      rig.connection.disconnect();
      rig.connection.setOptions(optionsOf({ 'heartbeat.interval': 7 }, other));
      assert.equal(rig.kind, 'idle', 'Settings alone connect nothing');
    },
  );

  scenario('a pause of reading holds over a reconnect, and hinders no goodbye', async world => {
    const peer = await world.peer(
      raw(socket => {
        socket.write(frame(Opcode.Text, 'hello'));
        socket.on('data', () => socket.end(closeFrame(1000)));
      }),
    );
    const rig = world.rig({ url: peer.url, settings: quick });
    rig.connection.setPaused(true);
    await connecting(rig, 'open');
    rig.connection.reconnect();
    await rig.until('open');
    rig.connection.disconnect();
    await rig.until('idle');
    await eventually(() => peer.sockets.size === 0, 'no socket');
  });

  scenario('a hundred reconnects leave one socket, and no listeners', async world => {
    const peer = await world.peer(raw());
    const rig = world.manual({ url: peer.url });
    rig.connection.connect();
    for (let count = 0; count < 100; count++) {
      await rig.until('open');
      rig.connection.reconnect();
      rig.manual.advance(250);
    }
    await rig.until('open');
    await eventually(() => peer.sockets.size === 1, 'one socket');
    assert.equal(peer.connections, 101);
    assert.ok(rig.manual.pending.length <= 2, `${rig.manual.pending.length} timers`);
  });
});

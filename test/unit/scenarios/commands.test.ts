import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { describe } from 'node:test';
import { Governor } from '../../../src/core/connection/governor.ts';
import { parseEndpoint } from '../../../src/core/connection/endpoint.ts';
import { optionsOf } from '../../support/connectionRig.ts';
import { closeFrame, frame, Opcode } from '../../support/frames.ts';
import { ManualClock } from '../../support/manualClock.ts';
import { raw, refusedPort, silent, status } from '../../support/peers.ts';
import {
  eventually,
  quick,
  scenario,
  type RealRig,
  type RealRigOptions,
  type World,
} from '../../support/realRig.ts';

/** Ways into each state, with what is asked of the connection then. */
const states: Readonly<
  Record<string, (world: World, more: Partial<RealRigOptions>) => Promise<RealRig>>
> = {
  preparing: async (world, more) => {
    const peer = await world.peer(raw());
    const prepare = () => new Promise<void>(() => undefined);
    return connecting(world.rig({ url: peer.url, settings: quick, prepare, ...more }), 'preparing');
  },
  connecting: async (world, more) => {
    const peer = await world.peer(silent());
    const rig = world.rig({ url: peer.url, settings: quick, ...more });
    await connecting(rig, 'connecting');
    await eventually(() => peer.connections === 1, 'a connection');
    return rig;
  },
  open: async (world, more) => {
    const peer = await world.peer(raw());
    return connecting(world.rig({ url: peer.url, settings: quick, ...more }), 'open');
  },
  closing: async (world, more) => {
    const peer = await world.peer(raw());
    const rig = world.rig({ url: peer.url, settings: quick, ...more });
    await connecting(rig, 'open');
    rig.connection.disconnect();
    assert.equal(rig.kind, 'closing');
    return rig;
  },
  waiting: async (world, more) => {
    const url = `ws://127.0.0.1:${await refusedPort()}/`;
    return connecting(world.rig({ url, settings: quick, ...more }), 'waiting');
  },
  stopped: async (world, more) => {
    const peer = await world.peer(status(404));
    return connecting(world.rig({ url: peer.url, settings: quick, ...more }), 'stopped');
  },
};

async function connecting(rig: RealRig, kind: RealRig['kind']): Promise<RealRig> {
  rig.connection.connect();
  await rig.until(kind);
  return rig;
}

/** Long enough for a retry that should not come. */
const afterRetries = () => new Promise(resolve => setTimeout(resolve, 400));

describe('Scenarios of commands', { concurrency: true }, () => {
  scenario('#58 connecting three times is one attempt, with one result', async world => {
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

  scenario('#59 disconnecting in the same turn dials nothing', async world => {
    const peer = await world.peer(raw());
    const rig = world.rig({ url: peer.url, settings: quick });
    rig.connection.connect();
    rig.connection.disconnect();
    await afterRetries();
    assert.deepEqual([rig.kind, peer.connections], ['idle', 0]);
  });

  for (const [state, reach] of Object.entries(states)) {
    scenario(`#60 disconnecting while ${state} is idle in time, and stays so`, async world => {
      const rig = await reach(world, {});
      const attempts = rig.attemptsAt.length;
      rig.connection.disconnect();
      await rig.until('idle');
      assert.deepEqual(rig.connection.timers, []);
      await afterRetries();
      assert.deepEqual([rig.kind, rig.attemptsAt.length], ['idle', attempts]);
    });
  }

  scenario('#61 connecting while closing does not wait for a mute peer', async world => {
    const peer = await world.peer(raw());
    const rig = await connecting(world.rig({ url: peer.url, settings: quick }), 'open');
    rig.connection.disconnect();
    rig.connection.connect();
    await rig.until('open');
    await eventually(() => peer.sockets.size === 1, 'only the new socket');
    await afterRetries();
    assert.deepEqual([rig.kind, peer.connections, peer.sockets.size], ['open', 2, 1]);
  });

  scenario('#62 connecting while it waits is an attempt now, and no second when due', async world => {
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

  scenario('#64 the late close of an old connection is nothing to the new one', async world => {
    const accepted: Socket[] = [];
    const peer = await world.peer(raw(socket => void accepted.push(socket)));
    const rig = await connecting(world.rig({ url: peer.url, settings: quick }), 'open');
    rig.connection.reconnect();
    await rig.until('open');
    const { length } = rig.states;
    accepted[0]?.end(closeFrame(1011));
    await eventually(() => peer.sockets.size === 1, 'the old socket is gone');
    await afterRetries();
    assert.deepEqual([rig.states.length, peer.connections], [length, 2]);
    assert.equal(rig.count('in close'), 0);
  });

  scenario('#67 a listener that throws harms nobody', async world => {
    const peer = await world.peer(raw());
    const rig = world.rig({ url: peer.url, settings: quick });
    const seen: string[] = [];
    rig.connection.onDidChangeState(() => {
      throw new Error('A listener of a test');
    });
    rig.connection.onDidChangeState(({ kind }) => seen.push(kind));
    await connecting(rig, 'open');
    peer.sockets.forEach(socket => socket.destroy());
    await eventually(() => peer.connections === 2, 'a reconnect');
    await rig.until('open');
    assert.deepEqual(seen, ['preparing', 'connecting', 'open', 'waiting', 'preparing', 'connecting', 'open']);
  });

  scenario('#106 a listener that disconnects or disposes ends it, whatever the state', async world => {
    for (const command of ['disconnect', 'dispose', 'reconnect'] as const) {
      for (const kind of ['preparing', 'connecting', 'open'] as const) {
        const peer = await world.peer(raw(socket => socket.on('data', () => socket.end(closeFrame(1000)))));
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

  scenario('#50 a peer that never reads is not sent more than is bearable', async world => {
    const peer = await world.peer(raw(socket => void socket.pause()));
    const rig = await connecting(world.rig({ url: peer.url, settings: quick }), 'open');
    const chunk = new Uint8Array(1024 * 1024);
    const sending: Promise<unknown>[] = [];
    const results: string[] = [];
    for (let count = 0; count < 40; count++) {
      sending.push(
        rig.connection.send(chunk).then(
          () => results.push('sent'),
          (error: Error) => results.push(error.message),
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

  scenario('#76 an unknown host that was good before is tried for ever', async world => {
    const clock = new ManualClock();
    const peer = await world.peer(raw());
    let isGone = false;
    const { openWsTransport } = await import('../../../src/node/wsTransport.ts');
    const rig = world.rig({
      url: peer.url,
      clock,
      dial: (handshake, listener) =>
        openWsTransport(
          isGone ? { ...handshake, endpoint: parseEndpoint('ws://no-such-host.invalid/') } : handshake,
          {
            ...listener,
            // Where there is no network, the system says EAI_AGAIN.
            onEnd: ended =>
              listener.onEnd(
                ended.phase === 'dns'
                  ? { ...ended, error: { code: 'ENOTFOUND', message: 'no such host' } }
                  : ended,
              ),
          },
        ),
    });
    await connecting(rig, 'open');
    peer.sockets.forEach(socket => socket.write(frame(Opcode.Text, 'hello')));
    await rig.has('in text');
    clock.advance(10_000);
    isGone = true;
    peer.sockets.forEach(socket => socket.destroy());
    for (let failure = 0; failure < 20; failure++) {
      await rig.retry();
    }
    const { cause, limit } = await rig.waiting();
    assert.deepEqual([cause.error, limit], ['ENOTFOUND', 0]);
    isGone = false;
    await rig.retry();
    await rig.until('open');
  });

  scenario('#75 an unknown host is tried three times, and named', async world => {
    const rig = world.manual({ url: 'ws://no-such-host.invalid/' });
    rig.connection.connect();
    await rig.exhaust();
    const { cause, why, failures } = await rig.stopped();
    assert.match(rig.sentence, /no-such-host\.invalid/);
    if (cause.error !== 'EAI_AGAIN') {
      assert.deepEqual([why, failures, rig.attemptsAt.length], ['fatal', 3, 3]);
    }
  });

  scenario('#77 credentials of the URL are sent and never shown', async world => {
    const peer = await world.peer(status(401));
    const rig = world.manual({ url: peer.url.replace('//', '//me:hunter22@') });
    rig.connection.connect();
    await rig.stopped();
    const basic = Buffer.from('me:hunter22').toString('base64');
    assert.match(peer.requests.join(), new RegExp(`^authorization: Basic ${basic}\r$`, 'im'));
    const shown = JSON.stringify([rig.states, rig.connection.handshake, rig.sentence, rig.log.lines]);
    assert.doesNotMatch(shown, /hunter22/);
    assert.ok(!shown.includes(basic));
  });

  for (const [what, url, host] of [
    ['IPv6', 'ws://[::1]:8080/x', '[::1]:8080'],
    ['unicode', 'ws://bücher.example/ü', 'xn--bcher-kva.example'],
    ['http:', 'http://example.test/', /Use ws:\/\//],
    ['a fragment', 'ws://example.test/#here', /fragment/],
    ['no host', 'ws://', /not a valid URL/],
    ['a port out of range', 'ws://example.test:99999/', /not a valid URL/],
  ] as const) {
    scenario(`#77 a URL with ${what} is read, or refused before the wire`, () => {
      if (typeof host === 'string') {
        assert.equal(optionsOf({}, url).endpoint.host, host);
      } else {
        assert.throws(() => parseEndpoint(url), host);
      }
      return Promise.resolve();
    });
  }

  scenario('#80 one connection that fails for good does not hold up another to the host', async world => {
    const peer = await world.peer(
      raw(undefined, {
        before: (socket, head) =>
          head.startsWith('GET /bad') ? socket.end('HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n') : false,
      }),
    );
    const clock = new ManualClock();
    const governor = new Governor(clock);
    const bad = world.rig({ url: `${peer.url}bad`, clock, governor });
    const good = world.rig({ url: `${peer.url}good`, clock, governor });
    bad.connection.connect();
    good.connection.connect();
    assert.equal((await bad.failed()).kind, 'stopped');
    await good.until('open');
    assert.equal(peer.connections, 2);
    assert.deepEqual(
      good.states.map(({ kind }) => kind),
      ['preparing', 'connecting', 'open'],
    );
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ConnectionState } from '../../../src/core/connection/state/state.ts';
import { DialLimiter } from '../../../src/core/connection/retry/dialLimiter.ts';
import { WakeWatch } from '../../../src/core/connection/wakeWatch.ts';
import { optionsOf } from '../../support/scenarios/connectionRig.ts';
import { FakeNetwork, settle, type FakeTransport } from '../../support/network/fakeNetwork.ts';
import { ManualClock } from '../../support/manualClock.ts';
import { RealRig, seededRandom } from '../../support/scenarios/realRig.ts';
import { checkNothingUncaught } from '../../support/scenarios/scenarios.ts';

const seed = Number(process.env['SEED'] ?? 20_261_122);
const url = 'ws://example.test/feed';

/** One world of fakes. `live` are the transports that nobody has ended or dropped. */
function makeWorld(random: () => number, settings: Readonly<Record<string, unknown>> = {}) {
  const clock = new ManualClock();
  const network = new FakeNetwork();
  const limiter = new DialLimiter(clock);
  const rig = new RealRig({
    url,
    settings,
    random,
    clock,
    limiter,
    dial: (_handshake, listener) => network.dial(listener),
  });
  return { clock, network, limiter, rig };
}

type World = ReturnType<typeof makeWorld>;

/** What the peers of the scenarios do to a connection that is being opened. */
const answers: readonly ((transport: FakeTransport) => void)[] = [
  transport => transport.refuse(),
  transport => transport.refuse('ENOTFOUND'),
  transport => transport.refuse('CERT_HAS_EXPIRED'),
  transport => transport.end({ phase: 'upgrade', error: { message: 'socket hang up' } }),
  transport => transport.status(401),
  transport => transport.status(404),
  transport => transport.status(407),
  transport => transport.status(429),
  transport => transport.status(503, { 'retry-after': '7' }),
  transport => transport.status(503, { 'retry-after': '99999999999' }),
  () => undefined,
  transport => transport.open(),
  transport => transport.open(),
  transport => transport.open(),
  transport => {
    transport.open();
    transport.end({ code: 1011 });
  },
];

const closeCodes = [1000, 1001, 1005, 1006, 1008, 1011, 1012, 1013, 3000, 4401, 4408, 4429, 4999];

/** What they do to one that is open. */
const deeds: readonly ((transport: FakeTransport, random: () => number) => void)[] = [
  transport => transport.receive('message'),
  transport => transport.bytesRead++,
  transport => transport.pings.length > 0 && transport.pong(),
  transport => transport.pings.length > 0 && transport.pong(),
  transport => transport.pings.length > 0 && transport.pong(0),
  transport => (transport.bufferedBytes = 20 * 1024 * 1024),
  transport => (transport.bufferedBytes = 0),
  () => undefined,
  (transport, random) => transport.end({ code: pick(closeCodes, random) }),
  transport => transport.end({ error: { code: 'WS_ERR_INVALID_UTF8', message: 'bad' } }),
  transport => transport.end({ error: { code: 'Z_DATA_ERROR', message: 'bad' } }),
];

const commands: readonly ((rig: RealRig, random: () => number) => unknown)[] = [
  rig => rig.connection.connect(),
  rig => rig.connection.connect(),
  rig => rig.connection.disconnect(),
  rig => rig.connection.reconnect(),
  rig => rig.connection.send('hello').catch(() => undefined),
  (rig, random) => rig.connection.setPaused(random() < 0.5),
  rig => rig.connection.wake(),
  rig => rig.connection.hint(),
  (rig, random) =>
    rig.connection.setOptions(
      optionsOf({ 'heartbeat.interval': 5 + Math.floor(random() * 30) }, url),
    ),
];

function pick<T>(choices: readonly T[], random: () => number): T {
  const choice = choices[Math.floor(random() * choices.length)];
  assert.ok(choice !== undefined);
  return choice;
}

/** Lets the peer answer, or do something, where there is a transport; it may have been left before. */
function play({ network, rig }: World, random: () => number): void {
  const transport = network.attempts.at(-1);
  if (!transport || (transport.isDisposed && random() < 0.8)) {
    return;
  }
  if (rig.kind === 'connecting') {
    pick(answers, random)(transport);
  } else if (rig.kind === 'closing' && random() < 0.5) {
    transport.end({ code: 1000 });
  } else {
    pick(deeds, random)(transport, random);
  }
}

/** What must hold after each step. */
function check({ clock, network, rig }: World): void {
  const hasTransport = ['connecting', 'open', 'closing'].includes(rig.kind);
  // A transport that is replaced says goodbye for a quarter of a second.
  const alive = network.attempts.filter(attempt => !attempt.isDisposed);
  const leaving = hasTransport ? alive.slice(0, -1) : alive;
  leaving.forEach(attempt => assert.ok(attempt.closed, 'A transport was forgotten'));
  assert.ok(alive.length <= 60, `${alive.length} transports`);
  rig.checkTimers();
  // Of the bag 1, of the heartbeat at most 3, of the limiter 1, and the goodbyes.
  assert.ok(clock.pending.length <= 7 + leaving.length, `${clock.pending.length} timers`);
  const last = network.attempts.at(-1);
  const kept = network.attempts.filter(attempt => !attempt.isDisposed || attempt === last);
  network.attempts.splice(0, network.attempts.length, ...kept);
}

/** Failures grow by one at a time and go back to none only at once. */
function watchCount(rig: RealRig): void {
  let before = 0;
  rig.connection.onDidChangeState((state: ConnectionState) => {
    if (state.kind === 'waiting' || state.kind === 'connecting' || state.kind === 'preparing') {
      const { failures } = state;
      assert.ok(failures <= before + 1, `Failures went from ${before} to ${failures}`);
      assert.ok(failures >= before || failures <= 1, `Failures fell from ${before} to ${failures}`);
      before = failures;
    }
    if (state.kind === 'waiting') {
      assert.ok(state.delayMs >= 250 && state.delayMs <= 660_000, `A delay of ${state.delayMs}`);
    }
  });
}

describe('Soak', { concurrency: false }, () => {
  it('ten thousand cycles of anything leave nothing behind', async () => {
    const random = seededRandom(seed);
    const world = makeWorld(random);
    const { clock, rig } = world;
    watchCount(rig);
    const wakes = new WakeWatch(clock, () => rig.connection.wake());
    const visited = new Set<string>();
    for (let cycle = 0; cycle < 10_000; cycle++) {
      try {
        if (random() < 0.25) {
          pick(commands, random)(rig, random);
        }
        await Promise.resolve();
        if (rig.kind === 'preparing') {
          await settle();
        }
        play(world, random);
        clock.advance(pick([0, 10, 300, 1000, 5000, 20_000, 60_000], random) * random());
        check(world);
        assert.deepEqual(
          rig.log.lines.filter(line => !line.startsWith('Not sent')),
          [],
        );
        checkNothingUncaught();
      } catch (error) {
        throw new Error(`Seed ${seed}, cycle ${cycle}, ${rig.kind}`, { cause: error });
      }
      visited.add(rig.kind);
      rig.states.length = 0;
      rig.traffic.lines.length = 0;
      rig.attemptsAt.length = 0;
    }
    assert.deepEqual(
      [...visited].sort(),
      ['closing', 'connecting', 'idle', 'open', 'preparing', 'stopped', 'waiting'],
      `Seed ${seed}`,
    );
    wakes.dispose();
    rig.connection.dispose();
    clock.advance(600_000);
    assert.deepEqual(clock.pending, []);
    assert.ok(world.network.attempts.every(attempt => attempt.isDisposed));
  });

  it('three hours of flapping grow nothing', async () => {
    const random = seededRandom(seed);
    const world = makeWorld(random, { 'reconnect.maxAttempts': 0 });
    const { clock, network, rig } = world;
    const wakes = new WakeWatch(clock, () => rig.connection.wake());
    rig.connection.connect();
    const threeHours = 3 * 3_600_000;
    const most = { pending: 0, alive: 0 };
    let losses = 0;
    let attempts = 0;
    while (clock.monotonic() < threeHours) {
      await settle();
      if (rig.kind === 'connecting') {
        attempts++;
        network.last.open();
        network.last.receive('hello');
        clock.advance(200 + 3000 * random());
        network.last.end({ code: pick([1001, 1005, 1006, 1011], random) });
        losses++;
      }
      check(world);
      most.pending = Math.max(most.pending, clock.pending.length);
      most.alive = Math.max(most.alive, network.attempts.filter(a => !a.isDisposed).length);
      rig.states.length = 0;
      rig.traffic.lines.length = 0;
      clock.advance(500);
    }
    assert.ok(losses > 300 && losses < 1000, `${losses} losses`);
    assert.ok(most.pending <= 5 && most.alive <= 1, JSON.stringify(most));
    // Beyond the first minute, never faster than the cap's lower half.
    assert.ok(attempts <= 12 + threeHours / 15_000, `${attempts} attempts`);
    assert.match(rig.sentence, /Flapping|Connect|Opening/);
    wakes.dispose();
    rig.connection.dispose();
    clock.advance(1000);
    assert.deepEqual(clock.pending, []);
  });
});

import assert from 'node:assert/strict';
import { describe } from 'node:test';
import type { Clock } from '../../../src/core/base/clock.ts';
import { toDisposable, type Disposable } from '../../../src/core/base/lifecycle.ts';
import { WakeWatch } from '../../../src/core/connection/wakeWatch.ts';
import { FakeNetwork, settle } from '../../support/network/fakeNetwork.ts';
import type { RealRig } from '../../support/scenarios/realRig.ts';
import { scenario, type World } from '../../support/scenarios/scenarios.ts';

/** A clock of a machine that can sleep. Timers that were due meanwhile all run late, and at once. */
class SleepyClock implements Clock {
  #wallMs = 1_700_000_000_000;
  #monotonicMs = 0;
  readonly #tasks = new Set<{ readonly dueAt: number; readonly run: () => void }>();

  now(): number {
    return this.#wallMs;
  }

  monotonic(): number {
    return this.#monotonicMs;
  }

  schedule(delayMs: number, run: () => void): Disposable {
    const task = { dueAt: this.#monotonicMs + Math.max(0, delayMs), run };
    this.#tasks.add(task);
    return toDisposable(() => this.#tasks.delete(task));
  }

  afterInput(run: () => void): Disposable {
    return this.schedule(0, run);
  }

  /** @param monotonicRuns as on macOS; on Linux it stands still */
  sleep(ms: number, monotonicRuns: boolean): void {
    this.#wallMs += ms;
    this.#monotonicMs += monotonicRuns ? ms : 0;
  }

  advance(ms: number): void {
    const until = this.#monotonicMs + ms;
    for (;;) {
      const due = [...this.#tasks].filter(({ dueAt }) => dueAt <= until);
      const [next] = due.sort((one, other) => one.dueAt - other.dueAt);
      if (!next) {
        break;
      }
      this.#tasks.delete(next);
      this.#to(Math.max(this.#monotonicMs, next.dueAt));
      next.run();
    }
    this.#to(until);
  }

  #to(monotonicMs: number): void {
    this.#wallMs += monotonicMs - this.#monotonicMs;
    this.#monotonicMs = monotonicMs;
  }
}

const eightHours = 8 * 3_600_000;

interface Sleeper {
  readonly clock: SleepyClock;
  readonly network: FakeNetwork;
  readonly rig: RealRig;
}

/** A connection of a machine that can sleep; wakes as in the extension. */
function sleeper(world: World, url = 'ws://example.test/'): Sleeper {
  const clock = new SleepyClock();
  const network = new FakeNetwork();
  const dial = (_: unknown, listener: Parameters<typeof network.dial>[0]) => network.dial(listener);
  const rig = world.rig({ url, clock, dial });
  const watch = new WakeWatch(clock, () => rig.connection.wake());
  void world.keep(watch);
  return { clock, network, rig };
}

/** Open, and its first ping answered. */
async function open({ clock, network, rig }: Sleeper): Promise<void> {
  rig.connection.connect();
  await settle();
  network.last.open();
  clock.advance(1000);
  network.last.pong();
}

describe('Scenarios of sleep and wake', () => {
  for (const [system, monotonicRuns] of [
    ['Linux', false],
    ['macOS', true],
  ] as const) {
    scenario(
      `after eight hours of sleep on ${system} there is one probe, then a reconnect`,
      async world => {
        const all = sleeper(world);
        const { clock, network, rig } = all;
        await open(all);
        clock.sleep(eightHours, monotonicRuns);
        const before = network.last.pings.length;
        clock.advance(monotonicRuns ? 0 : 4000); // The watch ticks.
        const probes = network.last.pings.length - before;
        // On macOS a beat that was due is on its way before the wake-up is noticed.
        assert.ok(probes >= 1 && probes <= (monotonicRuns ? 2 : 1), `${probes} probes`);
        clock.advance(3999);
        assert.equal(rig.kind, 'open');
        assert.equal(network.last.pings.length - before, probes, 'There is no storm of beats');
        clock.advance(1);
        const { cause, failures, delayMs } = await rig.waiting();
        assert.deepEqual([cause.kind, failures], ['heartbeat', 0]);
        assert.ok(delayMs <= 2000);
      },
    );

    scenario(`a connection that outlived eight hours on ${system} goes on`, async world => {
      const all = sleeper(world);
      const { clock, network, rig } = all;
      await open(all);
      clock.sleep(eightHours, monotonicRuns);
      clock.advance(monotonicRuns ? 0 : 5000);
      network.last.pong();
      clock.advance(10_000);
      assert.deepEqual([rig.kind, network.attempts.length], ['open', 1]);
    });
  }

  for (const [heldMs, moment, beforeMs] of [
    [30_000, 'between two beats', 5000],
    [30_000, 'in the wait for a pong', 20_000],
    // Too short to be taken for a sleep, which would be followed by a probe.
    [8000, 'at the end of the wait for a pong', 28_000],
  ] as const) {
    scenario(
      `a thread held up for ${heldMs} ms ${moment} sends one beat, and loses nothing`,
      async world => {
        const all = sleeper(world);
        const { clock, network, rig } = all;
        await open(all);
        clock.advance(beforeMs);
        const before = network.last.pings.length;
        clock.sleep(heldMs, true);
        clock.advance(0);
        assert.ok(network.last.pings.length - before <= 1, 'Beats are not caught up with');
        network.last.pong();
        for (let second = 0; second < 60; second++) {
          clock.advance(1000);
          network.last.pong();
        }
        assert.deepEqual([rig.kind, network.attempts.length], ['open', 1]);
        assert.ok(network.last.pings.length - before <= 4, 'Nor are they later');
        assert.ok(!rig.states.some(state => state.kind === 'open' && state.health === 'suspect'));
      },
    );
  }

  scenario(
    'a wait that was slept through ends within two seconds, and nothing counts',
    async world => {
      const { clock, network, rig } = sleeper(world);
      rig.connection.connect();
      for (let failure = 1; failure <= 6; failure++) {
        await settle();
        network.last.refuse();
        if (failure < 6) {
          clock.advance((await rig.waiting()).delayMs);
        }
      }
      const { failures } = await rig.waiting();
      assert.equal(failures, 6);
      clock.sleep(eightHours, false);
      const before = network.attempts.length;
      clock.advance(5000); // The watch ticks.
      clock.advance(2000);
      await settle();
      assert.equal(network.attempts.length, before + 1);
      const wokeAt = clock.monotonic();
      while (clock.monotonic() - wokeAt < 25_000) {
        network.last.refuse('ENOTFOUND');
        const state = await rig.waiting();
        assert.equal(state.failures, failures);
        assert.ok(state.delayMs >= 1000 && state.delayMs <= 2000, `${state.delayMs}`);
        clock.advance(state.delayMs);
        await settle();
      }
      clock.advance(10_000 - 1);
      await settle();
      if (rig.kind === 'connecting') {
        network.last.refuse();
      }
      assert.equal((await rig.waiting()).failures, failures + 1);
    },
  );

  scenario('a server that asked for a minute gets it also after a wake-up', async world => {
    const { clock, network, rig } = sleeper(world);
    rig.connection.connect();
    await settle();
    rig.connection.wake();
    clock.advance(250);
    await settle();
    network.last.status(503, { 'retry-after': '60' });
    const { delayMs, hold } = await rig.waiting();
    assert.equal(hold?.askedMs, 60_000);
    assert.ok(delayMs >= 60_000, `${delayMs}`);
    rig.connection.wake();
    rig.connection.hint();
    const before = network.attempts.length;
    clock.advance(59_000);
    await settle();
    assert.equal(network.attempts.length, before);
    rig.connection.connect();
    await settle();
    assert.equal(network.attempts.length, before + 1, 'The user may break it');
  });

  scenario('a hint cuts a wait short once in 30 s, and costs nothing while open', async world => {
    const all = sleeper(world);
    const { clock, network, rig } = all;
    await open(all);
    rig.connection.hint();
    network.last.end();
    await rig.waiting();
    clock.advance(300);
    rig.connection.hint();
    await settle();
    assert.equal(network.attempts.length, 2);
    network.last.refuse();
    await rig.waiting();
    rig.connection.hint();
    await settle();
    assert.equal(network.attempts.length, 2, 'Not again so soon');
  });

  scenario('what a login at a portal stopped goes on when the user is back', async world => {
    const { clock, network, rig } = sleeper(world);
    rig.connection.connect();
    await settle();
    network.last.status(511);
    assert.equal((await rig.failed()).kind, 'stopped');
    rig.connection.hint();
    clock.advance(250);
    await settle();
    network.last.open();
    assert.equal(rig.kind, 'open');
  });

  scenario('an attempt that was slept through begins anew, uncounted', async world => {
    const { clock, network, rig } = sleeper(world);
    rig.connection.connect();
    await settle();
    clock.sleep(eightHours, false);
    clock.advance(5000);
    await settle();
    clock.advance(250);
    await settle();
    assert.deepEqual([network.attempts.length, network.alive, rig.kind], [2, 1, 'connecting']);
    network.last.refuse();
    assert.equal((await rig.waiting()).failures, 0);
  });
});

import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { ConnectionState } from '../../../src/core/connection/state/state.ts';
import { ManualClock } from '../manualClock.ts';
import type { Peer } from '../network/peers.ts';
import { eventually, RealRig, type RealRigOptions } from './realRig.ts';

/** What nobody caught in this process, and what was warned of. Every scenario looks here when it ends. */
const uncaught: unknown[] = [];
process.on('uncaughtException', error => uncaught.push(error));
process.on('unhandledRejection', reason => uncaught.push(reason));
// Too many listeners on one socket or request.
process.on('warning', warning => {
  if (warning.name === 'MaxListenersExceededWarning') {
    uncaught.push(warning);
  }
});

export function checkNothingUncaught(): void {
  assert.deepEqual(uncaught, [], 'Something was not caught');
}

/** The peers and connections of one scenario, and what must hold when it is over. */
export class World {
  readonly #peers: Peer[] = [];
  readonly #owned: { dispose(): unknown }[] = [];
  readonly #rigs: RealRig[] = [];

  /** A server whose sockets are counted at the end. */
  async peer(making: Promise<Peer>): Promise<Peer> {
    const peer = await making;
    this.#peers.push(peer);
    this.#owned.push(peer);
    return peer;
  }

  /** Disposed of at the end. */
  async keep<T extends { dispose(): unknown }>(making: T | Promise<T>): Promise<T> {
    const made = await making;
    this.#owned.push(made);
    return made;
  }

  rig(options: RealRigOptions): RealRig {
    const rig = new RealRig(options);
    this.#rigs.push(rig);
    return rig;
  }

  /** The same with a clock that the test moves. */
  manual(options: RealRigOptions): RealRig {
    return this.rig({ clock: new ManualClock(), ...options });
  }

  async checkInvariants(): Promise<void> {
    const inState = (...kinds: readonly ConnectionState['kind'][]) =>
      this.#rigs.filter(rig => kinds.includes(rig.kind)).length;
    const sockets = () => this.#peers.reduce((sum, { sockets }) => sum + sockets.size, 0);
    const isServed = () => {
      const least = this.#peers.length === 0 ? 0 : inState('open');
      return sockets() >= least && sockets() <= least + inState('connecting', 'closing');
    };
    const story = () => `${sockets()} sockets; ${this.#rigs.map(rig => rig.story).join('; ')}`;
    await eventually(isServed, 'one socket for each open connection', story);
    this.#rigs.forEach(rig => rig.checkTimers());
    this.#rigs.forEach(rig => rig.connection.dispose());
    await eventually(() => sockets() === 0, 'no socket of what is gone', story);
    for (const { connection, clock } of this.#rigs) {
      assert.deepEqual(connection.timers, []);
      if (clock instanceof ManualClock) {
        clock.advance(1000);
        assert.deepEqual(clock.pending, [], 'Timers are left behind');
      }
    }
    checkNothingUncaught();
  }

  async dispose(): Promise<void> {
    this.#rigs.forEach(rig => rig.connection.dispose());
    await Promise.all(this.#owned.map(owned => owned.dispose()));
  }
}

/** A test of one row of scenarios.md; its invariants are checked at the end. */
export function scenario(
  name: string,
  run: (world: World) => Promise<void>,
  options: { readonly skip?: boolean } = {},
): void {
  it(name, options, async () => {
    const world = new World();
    try {
      await run(world);
      await world.checkInvariants();
    } finally {
      await world.dispose();
    }
  });
}

import assert from 'node:assert/strict';
import { describe } from 'node:test';
import { childServer } from '../../support/network/frozenPeers.ts';
import { letTimePass } from '../../support/letTimePass.ts';
import { quick } from '../../support/scenarios/realRig.ts';
import { scenario } from '../../support/scenarios/scenarios.ts';

// By itself, because it holds up the whole process.
describe('Scenarios of a thread that is held up', () => {
  scenario('a thread that was held up loses no connection and sends one beat', async world => {
    const child = await world.keep(childServer('ws'));
    const settings = { ...quick, 'heartbeat.interval': 1, 'heartbeat.timeout': 0.3 };
    const rig = world.rig({ url: child.url, settings });
    rig.connection.connect();
    await rig.has('in pong', 1);
    // Once in the wait for the next beat, once in the wait for a pong.
    for (const waitMs of [50, 1000]) {
      await letTimePass(waitMs, 'the beats go by the real clock');
      const pings = rig.count('out ping');
      blockLoop(2500);
      await letTimePass(200, 'further beats must not come');
      assert.ok(rig.count('out ping') - pings <= 1, 'Beats are not caught up with');
      assert.equal(rig.kind, 'open');
    }
    await rig.has('in pong', rig.count('in pong') + 1);
    assert.equal(child.connections, 1);
  });
});

function blockLoop(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

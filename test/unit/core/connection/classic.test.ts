import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ConnectionRig } from '../../../support/scenarios/connectionRig.ts';

const settings = { preset: 'classic' };

// connection.md b.13: what the client of the blog post does on the network.
describe('The preset classic', () => {
  it('makes eleven attempts two seconds apart where the server refuses, and stops', async () => {
    const rig = new ConnectionRig({ settings });
    await rig.dial();
    for (let attempt = 1; attempt <= 11; attempt++) {
      rig.network.last.refuse();
      await rig.advance(2000);
    }
    await rig.advance(3_600_000);
    assert.deepEqual(
      rig.attemptsAt,
      Array.from({ length: 11 }, (_, index) => index * 2000),
    );
    const { state } = rig.connection;
    assert.equal(state.kind === 'stopped' && state.why, 'exhausted');
    rig.checkInvariants();
  });

  it('sends start and a ping at once on each open, and the ping every ten seconds', async () => {
    const rig = new ConnectionRig({ settings });
    await rig.open();
    await rig.advance(20_000);
    assert.deepEqual(rig.network.last.sent, ['start', 'ping', 'ping', 'ping']);
    rig.network.last.end();
    await rig.advance(1999);
    assert.equal(rig.network.attempts.length, 1);
    await rig.advance(1);
    rig.network.last.open();
    assert.deepEqual(rig.network.last.sent, ['start', 'ping']);
    await rig.advance(10_000);
    assert.deepEqual(rig.network.last.sent, ['start', 'ping', 'ping']);
    rig.connection.dispose();
  });

  it('reconnects after 1006 however often, without counting it', async () => {
    const rig = new ConnectionRig({ settings });
    await rig.open();
    for (let loss = 1; loss <= 25; loss++) {
      rig.network.last.end();
      assert.equal(rig.label, 'retry 1/11');
      await rig.advance(2000);
      rig.network.last.open();
    }
    assert.equal(rig.connection.state.kind, 'open');
    rig.connection.dispose();
  });

  it('never forgets a refusal while the user does not connect anew', async () => {
    const rig = new ConnectionRig({ settings });
    await rig.dial();
    for (let refusal = 1; refusal <= 10; refusal++) {
      rig.network.last.refuse();
      await rig.advance(2000);
    }
    rig.network.last.open();
    rig.network.last.receive('hello');
    await rig.advance(1000);
    rig.network.last.pong();
    await rig.advance(15_000);
    rig.network.last.end();
    await rig.advance(2000);
    rig.network.last.refuse();
    assert.equal(rig.connection.state.kind, 'stopped');
  });

  for (const code of [1000, 1001, 1005, 1011, 1012, 4000]) {
    it(`stops after close code ${code}`, async () => {
      const rig = new ConnectionRig({ settings });
      await rig.open();
      rig.network.last.end({ code });
      await rig.advance(60_000);
      assert.deepEqual([rig.word, rig.network.attempts.length], ['disconnected', 1]);
    });
  }

  for (const [what, fail] of Object.entries({
    'an unknown host': (rig: ConnectionRig) => rig.network.last.refuse('ENOTFOUND'),
    'an HTTP status': (rig: ConnectionRig) => rig.network.last.status(503),
    'a certificate': (rig: ConnectionRig) => rig.network.last.refuse('CERT_HAS_EXPIRED'),
    'a connection that takes too long': (rig: ConnectionRig) => rig.clock.advance(10_000),
  })) {
    it(`stops on ${what}, where the post's program crashes`, async () => {
      const rig = new ConnectionRig({ settings });
      await rig.dial();
      fail(rig);
      await rig.advance(60_000);
      assert.deepEqual([rig.word, rig.network.attempts.length], ['failed', 1]);
    });
  }

  it('yields to what the user sets', async () => {
    const rig = new ConnectionRig({ settings: { ...settings, 'reconnect.maxAttempts': 2 } });
    await rig.dial();
    rig.network.last.refuse();
    await rig.advance(2000);
    rig.network.last.refuse();
    assert.deepEqual([rig.connection.state.kind, rig.network.attempts.length], ['stopped', 2]);
  });
});

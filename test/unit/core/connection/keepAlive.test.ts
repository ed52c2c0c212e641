import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { answerMatcher } from '../../../../src/core/connection/keepAlive.ts';
import { ConnectionRig } from '../../../support/scenarios/connectionRig.ts';

const seen = (rig: ConnectionRig) => {
  const { state } = rig.connection;
  return state.kind === 'open' ? state.health : state.kind;
};

describe('Heartbeat', () => {
  it('pings after one second and then every twenty, and measures the round trip', async () => {
    const rig = new ConnectionRig();
    await rig.open();
    await rig.advance(1000);
    rig.clock.advance(40);
    rig.network.last.pong();
    assert.equal(rig.connection.latencyMs, 40);
    await rig.advance(19_960);
    assert.equal(rig.network.last.pings.length, 2);
    rig.connection.dispose();
  });

  it('suspects a silent peer after one timeout and gives it up after two', async () => {
    const rig = new ConnectionRig();
    await rig.open();
    await rig.advance(1000);
    rig.network.last.pong();
    await rig.advance(20_000);
    assert.equal(seen(rig), 'ok');
    await rig.advance(10_000);
    assert.equal(seen(rig), 'suspect');
    await rig.advance(10_000);
    const { state } = rig.connection;
    assert.equal(state.kind === 'waiting' && state.cause.message, 'no data for 40 s');
    const dead = rig.network.last;
    assert.deepEqual([dead.isDisposed, dead.closed], [true, undefined], 'it is not asked to close');
    rig.checkInvariants();
  });

  it('takes any byte for life, because a pong may be stuck behind a large message', async () => {
    const rig = new ConnectionRig();
    await rig.open();
    for (let second = 0; second < 120; second++) {
      rig.network.last.bytesRead += 100;
      await rig.advance(1000);
    }
    assert.equal(seen(rig), 'ok');
    rig.connection.dispose();
  });

  it('recovers from suspicion on the same connection', async () => {
    const rig = new ConnectionRig();
    await rig.open();
    await rig.advance(11_000);
    assert.equal(seen(rig), 'suspect');
    rig.network.last.receive('still here');
    await rig.advance(10_000);
    assert.deepEqual([seen(rig), rig.network.attempts.length], ['ok', 1]);
    rig.connection.dispose();
  });

  it('sends and judges nothing more where a listener leaves a suspected connection', async () => {
    const rig = new ConnectionRig();
    await rig.open();
    rig.connection.onDidChangeState(() => {
      if (seen(rig) === 'suspect') {
        rig.connection.reconnect();
      }
    });
    await rig.advance(11_000);
    await rig.advance(250);
    const [left, current] = rig.network.attempts;
    current?.open();
    for (let second = 0; second < 60; second++) {
      current?.receive('still here');
      await rig.advance(1000);
    }
    assert.deepEqual([left?.pings.length, seen(rig), rig.network.attempts.length], [1, 'ok', 2]);
    rig.connection.dispose();
  });

  it('waits longer for a peer that still takes what was sent to it', async () => {
    const rig = new ConnectionRig();
    await rig.open();
    const peer = rig.network.last;
    peer.bufferedBytes = 1000;
    await rig.advance(1000);
    peer.bufferedBytes = 900;
    await rig.advance(10_000);
    assert.equal(seen(rig), 'ok');
    peer.bufferedBytes = 800;
    await rig.advance(10_000);
    assert.equal(seen(rig), 'ok');
    await rig.advance(10_000);
    assert.equal(seen(rig), 'suspect');
    rig.connection.dispose();
  });

  it('does not judge while reading is paused', async () => {
    const rig = new ConnectionRig();
    await rig.open();
    await rig.advance(1000);
    rig.connection.setPaused(true);
    await rig.advance(300_000);
    assert.equal(seen(rig), 'ok');
    rig.connection.dispose();
  });

  it('hears an answer that waited in the socket while this thread was held up', async () => {
    const rig = new ConnectionRig();
    await rig.open();
    await rig.advance(1000);
    const peer = rig.network.last;
    // The timeout fires first; the pong is read in the same turn, before the verdict.
    const timer = rig.clock.schedule(10_000, () => {
      rig.clock.afterInput(() => undefined);
      peer.pong();
    });
    await rig.advance(10_000);
    assert.equal(seen(rig), 'ok');
    timer.dispose();
    rig.connection.dispose();
  });

  it('believes that a peer never answers pings after two connections lost to that', async () => {
    const rig = new ConnectionRig();
    await rig.open();
    for (let loss = 1; loss <= 2; loss++) {
      await rig.advance(21_000);
      assert.equal(seen(rig), 'waiting');
      await rig.retry();
      rig.network.last.open();
    }
    await rig.advance(600_000);
    assert.deepEqual([seen(rig), rig.network.attempts.length], ['unverifiable', 3]);
    rig.connection.dispose();
  });

  it('leaves no timer where a listener removes a connection that answers no pings', async () => {
    const rig = new ConnectionRig({ settings: { 'heartbeat.message': 'beat' } });
    await rig.open();
    rig.connection.onDidChangeState(() => {
      if (seen(rig) === 'unverifiable') {
        rig.connection.dispose();
      }
    });
    for (let lost = 0; lost < 2; lost++) {
      await rig.advance(21_000);
      await rig.retry();
      rig.network.last.open();
    }
    assert.deepEqual([seen(rig), rig.clock.pending], ['disposed', []]);
  });

  it('does not take a stale or a strange pong for an answer', async () => {
    const rig = new ConnectionRig();
    await rig.open();
    await rig.advance(1000);
    const stale = rig.network.last.pings[0] ?? new Uint8Array(8);
    rig.network.last.end();
    await rig.advance(1000);
    rig.network.last.open();
    await rig.advance(1000);
    rig.network.last.pings.push(stale);
    rig.network.last.pong();
    assert.equal(rig.connection.latencyMs, undefined);
    rig.connection.dispose();
  });

  it('sends a message at once and then at its interval, and waits for its answer', async () => {
    const rig = new ConnectionRig({
      settings: {
        'heartbeat.ping': false,
        'heartbeat.message': 'ping',
        'heartbeat.messageInterval': 5,
        'heartbeat.timeout': 2,
        'heartbeat.expect': '/^pong/i',
      },
    });
    await rig.open();
    rig.clock.advance(30);
    rig.network.last.receive('PONG 1');
    assert.equal(rig.connection.latencyMs, 30);
    await rig.advance(5000);
    assert.deepEqual(rig.traffic.lines, ['out text ping ♥', 'in text PONG 1 ♥', 'out text ping ♥']);
    await rig.advance(1970);
    assert.equal(seen(rig), 'suspect');
    await rig.advance(2000);
    assert.equal(seen(rig), 'waiting');
    rig.connection.dispose();
  });

  it('finds its answer among texts that come at once', async () => {
    const rig = new ConnectionRig({
      settings: {
        'heartbeat.ping': false,
        'heartbeat.message': 'ping',
        'heartbeat.expect': '/^pong/i',
      },
    });
    await rig.open();
    rig.clock.advance(30);
    rig.network.last.receiveTexts('one', 'PONG', 'two');
    assert.equal(rig.connection.latencyMs, 30);
    assert.deepEqual(rig.traffic.lines, [
      'out text ping ♥',
      'in text one',
      'in text PONG ♥',
      'in text two',
    ]);
    rig.connection.dispose();
    rig.network.last.receiveTexts('late');
    assert.equal(rig.traffic.lines.includes('in text late'), false);
  });

  it('finds answers in long messages by the patterns that people write, and in no time', () => {
    const long = 'pon'.repeat(21_000);
    const answers: Readonly<Record<string, string>> = {
      '/pong/': `${long}g`,
      '/.*pong.*/': `${long}g${long}`,
      '/^pong$/': 'pong',
      '/"type":"pong"/': `{"data":"${long}","type":"pong"}`,
      '/a.*b.*c.*d/': `${'abc'.repeat(21_000)}d`,
      '/^(\\w+\\s?)*:ok$/': `${'a'.repeat(60_000)}:ok`,
    };
    for (const [expect, answer] of Object.entries(answers)) {
      const matches = answerMatcher(expect);
      assert.equal(matches?.(answer), true, expect);
      assert.equal(matches('abc '.repeat(15_000)), false, expect);
    }
  });

  it('says once that a message was too long for a pattern that has no bound', async () => {
    const rig = new ConnectionRig({
      settings: {
        'heartbeat.ping': false,
        'heartbeat.message': 'ping',
        'heartbeat.expect': '/(?=.*pong).*x.*y/',
      },
    });
    await rig.open();
    rig.network.last.receive('x'.repeat(60_000));
    rig.network.last.receive('x'.repeat(60_000));
    assert.equal(rig.notices.filter(said => said.includes('heartbeat.expect')).length, 1);
    rig.clock.advance(30);
    rig.network.last.receive('pong x y');
    assert.equal(rig.connection.latencyMs, 30);
    rig.connection.dispose();
  });

  it('expects nothing where nothing is set', async () => {
    const rig = new ConnectionRig({
      settings: { 'heartbeat.ping': false, 'heartbeat.message': 'ping' },
    });
    await rig.open();
    await rig.advance(600_000);
    assert.deepEqual([seen(rig), rig.network.last.sent.length], ['ok', 61]);
    rig.connection.dispose();
  });
});

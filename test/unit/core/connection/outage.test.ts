import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import { OutageWatch } from '../../../../src/core/connection/outage.ts';
import { stateSentence } from '../../../../src/core/connection/report.ts';
import { FeedMeter } from '../../../../src/core/metrics/feedMeter.ts';
import { ManualClock } from '../../../support/manualClock.ts';
import {
  ConnectionRig,
  optionsOf,
  type RigOptions,
} from '../../../support/scenarios/connectionRig.ts';

const withoutPings = { 'heartbeat.ping': false };

describe('A connection that is open again', () => {
  let rig = new ConnectionRig();
  const setUp = (options?: RigOptions) => (rig = new ConnectionRig(options));
  const sentence = () => stateSentence(rig.connection.state, rig.connection.options.endpoint);

  afterEach(() => rig.connection.dispose());

  /** Opens it, and lets the peer send something every `everyMs`. */
  async function feed(everyMs: number, forMs: number): Promise<void> {
    await rig.open();
    for (let at = 0; at < forMs; at += everyMs) {
      rig.clock.advance(everyMs);
      rig.network.last.receive('tick');
    }
  }

  /** Lets each retry be refused until that many have been. */
  async function refuse(times: number): Promise<void> {
    for (let time = 0; time < times; time++) {
      await rig.retry();
      rig.network.last.refuse();
    }
  }

  it('says how long it was gone, which retry it was, and how much may be missing', async () => {
    setUp({ settings: withoutPings });
    await feed(200, 20_000);
    rig.network.last.end({ code: 1006 });
    assert.match(sentence(), /Retry 1 in 1 s/);
    await refuse(2);
    assert.match(sentence(), /Retry 3 in 4 s/);
    await rig.retry();
    assert.equal(
      rig.connection.state.kind === 'connecting' && rig.connection.state.retry,
      3,
      'one number for the retry and for its attempt',
    );
    rig.clock.advance(400);
    rig.network.last.open();
    assert.equal(
      sentence(),
      'Connected again after 7.4 s, attempt 3. At 5/s about 37 messages may be missing.',
    );
  });

  it('gives the first retry its number also after a loss that does not count', async () => {
    setUp({ settings: withoutPings });
    await feed(200, 20_000);
    rig.network.last.end({ code: 1012 });
    assert.match(sentence(), /Retry 1 /);
    const states: string[] = [];
    rig.connection.onDidChangeState(() => states.push(sentence()));
    await rig.retry();
    rig.network.last.open();
    assert.match(states[0] ?? '', /^Connecting to .*, retry 1\.$/);
    assert.match(sentence(), /, attempt 1\. At 5\/s about/);
  });

  it('says nothing of the kind the first time, and when the user has ended it', async () => {
    setUp({ settings: withoutPings });
    await feed(200, 20_000);
    assert.equal(sentence(), 'Connected to example.test.');
    rig.connection.reconnect();
    await rig.advance(0);
    rig.network.last.open();
    assert.equal(sentence(), 'Connected to example.test.');
    rig.network.last.end({ code: 1006 });
    rig.connection.disconnect();
    await rig.open();
    assert.equal(sentence(), 'Connected to example.test.');
  });

  it('does not count the attempt that the user asked for', async () => {
    setUp({ settings: withoutPings });
    await feed(200, 20_000);
    rig.network.last.end({ code: 1006 });
    rig.clock.advance(600);
    rig.connection.reconnect();
    await rig.advance(0);
    rig.network.last.open();
    assert.match(sentence(), /^Connected again after 0\.6 s\. At 5\/s about 3 messages/);
  });

  it('says so also if it had given up meanwhile, but not if the peer had finished', async () => {
    setUp({ settings: { ...withoutPings, 'reconnect.maxAttempts': 1 } });
    await feed(200, 9000);
    rig.network.last.end({ code: 1006 });
    assert.equal(rig.connection.state.kind, 'stopped');
    rig.clock.advance(12_000);
    await rig.open();
    assert.match(sentence(), /^Connected again after 12 s\. At 5\/s about 60 messages/);
    rig.network.last.end({ code: 1000 });
    rig.clock.advance(12_000);
    await rig.open();
    assert.equal(sentence(), 'Connected to example.test.');
  });

  it('is another connection if the URL was changed', async () => {
    setUp({ settings: withoutPings });
    await feed(200, 20_000);
    rig.network.last.end({ code: 1006 });
    rig.connection.setOptions(optionsOf(withoutPings, 'ws://other.test/feed'));
    await rig.advance(0);
    rig.network.last.open();
    assert.equal(sentence(), 'Connected to other.test.');
  });

  it('estimates nothing for a feed that came in fits', async () => {
    setUp({ settings: withoutPings });
    await rig.open();
    rig.clock.advance(20_000);
    for (let count = 0; count < 50; count++) {
      rig.network.last.receive('burst');
    }
    rig.clock.advance(10_000);
    rig.network.last.end({ code: 1006 });
    await rig.retry();
    rig.network.last.open();
    assert.equal(sentence(), 'Connected again after 1 s, attempt 1.');
  });

  it('counts a silence from the last sign of life, and answers to a heartbeat as no messages', async () => {
    setUp({
      settings: {
        'heartbeat.message': 'ping',
        'heartbeat.messageInterval': 1,
        'heartbeat.expect': 'pong',
        'heartbeat.ping': false,
      },
    });
    await rig.open();
    for (let second = 0; second < 30; second++) {
      rig.network.last.receive('pong');
      rig.clock.advance(1000);
    }
    rig.clock.advance(20_000);
    assert.equal(rig.connection.state.kind, 'waiting');
    await rig.retry();
    rig.network.last.open();
    assert.match(sentence(), /^Connected again after 22 s, attempt 1\.$/);
  });

  it('says it once: a heartbeat that comes back does not repeat it', async () => {
    setUp();
    await feed(200, 20_000);
    rig.network.last.end({ code: 1006 });
    await rig.retry();
    rig.network.last.open();
    assert.match(sentence(), /^Connected again/);
    rig.clock.advance(15_000);
    const { state } = rig.connection;
    assert.equal(state.kind === 'open' && state.health, 'suspect');
    rig.network.last.pong();
    assert.equal(sentence(), 'Connected to example.test.');
  });
});

/** A clock of a machine that sleeps: the wall clock goes on, the other one may not. */
class SleepingClock extends ManualClock {
  #sleptMs = 0;

  override now(): number {
    return super.now() + this.#sleptMs;
  }

  sleep(ms: number): void {
    this.#sleptMs += ms;
  }
}

describe('An outage', () => {
  const hourMs = 3_600_000;
  const open = { kind: 'open', subprotocol: '', extensions: '', health: 'ok' } as const;

  function setUp() {
    const clock = new SleepingClock();
    const traffic = { feed: new FeedMeter(), inputAt: 0 };
    const watch = new OutageWatch(clock, traffic);
    const opened = () => watch.opened({ ...open, openedAt: clock.monotonic() }, 2).again;
    opened();
    for (let count = 0; count < 100; count++) {
      clock.advance(200);
      traffic.inputAt = clock.now();
      traffic.feed.add(traffic.inputAt);
    }
    return { clock, watch, opened };
  }

  for (const [what, wakes] of [
    ['before the loss is known', 'first'],
    ['after it', 'later'],
  ] as const) {
    it(`began when the machine fell asleep, if it woke ${what}`, () => {
      const { clock, watch, opened } = setUp();
      clock.sleep(8 * hourMs);
      if (wakes === 'first') {
        watch.woke();
      }
      clock.advance(4000);
      watch.lost({ kind: 'lost' });
      if (wakes === 'later') {
        watch.woke();
      }
      clock.advance(1000);
      const again = opened();
      assert.equal(again?.outageMs, 8 * hourMs + 5000);
      assert.equal(again.perSecond, undefined, 'twenty seconds tell nothing of eight hours');
    });
  }

  it('is never shorter than the clock that cannot be set says', () => {
    const { clock, watch, opened } = setUp();
    watch.lost({ kind: 'lost' });
    clock.sleep(-hourMs);
    clock.advance(3000);
    const again = opened();
    assert.deepEqual([again?.outageMs, again?.perSecond?.toFixed(3)], [3000, '5.000']);
  });
});

import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import { stateSentence } from '../../../../src/core/connection/report.ts';
import {
  ConnectionRig,
  optionsOf,
  type RigOptions,
} from '../../../support/scenarios/connectionRig.ts';

/** The limits of a connection whose delays do not matter here. */
const limited = (limit: object) => ({ 'reconnect.initialDelay': 0.25, ...limit });

describe('What an endpoint has proven', () => {
  let rig = new ConnectionRig();
  const setUp = (options?: RigOptions) => (rig = new ConnectionRig(options));
  const sentence = () => stateSentence(rig.connection.state, rig.connection.options.endpoint);

  afterEach(() => rig.connection.dispose());

  /** Opens each attempt, lets the peer do what it does, and drops it, until nothing more is tried. */
  async function dropped(play: () => void, code = 4004, most = 60): Promise<number> {
    await rig.dial();
    for (let drop = 1; drop <= most && rig.connection.state.kind === 'connecting'; drop++) {
      rig.network.last.open();
      play();
      rig.network.last.end({ code, reason: 'No such login' });
      await rig.retry();
    }
    return rig.network.attempts.length;
  }

  for (const [what, play] of Object.entries<() => void>({
    'greets': () => rig.network.last.receive('hello'),
    'says much': () => ['a', 'b', 'c'].forEach(text => rig.network.last.receive(text)),
    'says nothing': () => undefined,
    'pings': () => rig.network.last.pinged(),
    'stays for nine seconds': () => {
      rig.network.last.receive('hello');
      rig.clock.advance(9000);
    },
  })) {
    for (const code of [4004, 1011, 1006]) {
      it(`is nothing where the peer ${what} and then drops us with ${code}`, async () => {
        setUp({ settings: limited({ 'reconnect.maxAttempts': 4 }) });
        assert.equal(await dropped(play, code), 4);
        const { state } = rig.connection;
        assert.deepEqual(state.kind === 'stopped' && [state.why, state.flaps, state.limitedBy], [
          'exhausted',
          4,
          'reconnect.maxAttempts',
        ]);
      });
    }
  }

  it('waits longer after each drop, and says that the peer greets and then drops us', async () => {
    setUp();
    assert.equal(await dropped(() => rig.network.last.receive('hello')), 10);
    const gaps = rig.attemptsAt.slice(1).map((at, index) => at - (rig.attemptsAt[index] ?? 0));
    assert.deepEqual(gaps, [1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000, 30_000]);
    assert.equal(
      sentence(),
      'Closed with 4004 Private Use, reason: “No such login” after 0 s. ' +
        'Flapping: accepted and dropped 10 times in a row: the peer greets us, and then drops us. ' +
        'Gave up after 10 failures in a row (reconnect.maxAttempts).',
    );
  });

  it('says so as well where one or two drops are the limit', async () => {
    for (const [limit, words] of [
      [1, /accepted and dropped 1 time: the peer greets us.*after 1 failure \(/],
      [2, /accepted and dropped 2 times in a row: the peer greets us/],
    ] as const) {
      setUp({ settings: limited({ 'reconnect.maxAttempts': limit }) });
      assert.equal(await dropped(() => rig.network.last.receive('hello')), limit);
      assert.match(sentence(), words);
    }
  });

  it('is not that it greets where it only did so once', async () => {
    setUp({ settings: limited({ 'reconnect.maxAttempts': 4 }) });
    let drops = 0;
    await dropped(() => drops++ > 0 && rig.network.last.receive('hello'));
    assert.match(sentence(), /Flapping: accepted and dropped 4 times in a row\. /);
  });

  it('counts drops and refusals in one row', async () => {
    setUp({ settings: limited({ 'reconnect.maxAttempts': 4 }) });
    await rig.dial();
    for (const opens of [true, false, true, false, true, false]) {
      if (rig.connection.state.kind === 'connecting') {
        if (opens) {
          rig.network.last.open();
          rig.network.last.receive('hello');
          rig.network.last.end({ code: 4004 });
        } else {
          rig.network.last.refuse();
        }
        await rig.retry();
      }
    }
    assert.deepEqual([rig.connection.state.kind, rig.network.attempts.length], ['stopped', 4]);
  });

  /** Open for long enough, and heard. */
  async function stable(): Promise<void> {
    await rig.open();
    rig.network.last.receive('hello');
    await rig.advance(10_000);
  }

  /** Refuses until nothing more is tried, and not for ever. Returns how often. */
  async function refused(most = 40): Promise<number> {
    let count = 0;
    for (; count < most && rig.connection.state.kind === 'connecting'; count++) {
      rig.network.last.refuse();
      await rig.retry();
    }
    return count;
  }

  for (const [limits, after] of [
    [{}, Infinity],
    [{ 'reconnect.maxAttempts': 4 }, 4],
    [{ 'reconnect.maxAttempts': 0 }, Infinity],
    [{ 'reconnect.maxAttempts': 4, 'reconnect.maxAttemptsAfterSuccess': 6 }, 6],
    [{ 'reconnect.maxAttempts': 4, 'reconnect.maxAttemptsAfterSuccess': 0 }, Infinity],
    [{ 'reconnect.maxAttemptsAfterSuccess': 6 }, 6],
  ] as const) {
    it(`gives up after ${after} failures with ${JSON.stringify(limits)}`, async () => {
      setUp({ settings: limited(limits) });
      await stable();
      rig.network.last.end();
      await rig.retry();
      const failures = 1 + (await refused());
      if (after === Infinity) {
        assert.ok(failures > 40, `${failures} failures`);
      } else {
        assert.equal(failures, after);
        assert.match(
          sentence(),
          /Gave up after \d failures in a row \(reconnect\.maxAttemptsAfterSuccess\)/,
        );
      }
    });
  }

  it('is forgotten when the user connects anew, in whatever way', async () => {
    for (const again of ['connect', 'reconnect'] as const) {
      setUp({ settings: { 'reconnect.initialDelay': 0.25 } });
      await stable();
      if (again === 'connect') {
        rig.connection.disconnect();
        rig.network.last.end({ code: 1000 });
      }
      rig.connection[again]();
      await rig.advance(250);
      rig.network.last.refuse();
      assert.equal(rig.label, 'retry 1/10');
      await rig.retry();
      rig.network.last.status(404);
      assert.equal(rig.word, 'failed', 'A path that was good once may be wrong by now');
    }
  });

  it('is forgotten with the URL, and by no other change of the settings', async () => {
    for (const [url, label] of [
      ['ws://example.test/feed', 'retry 1'],
      ['ws://other.test/feed', 'retry 1/10'],
    ] as const) {
      setUp();
      await stable();
      rig.network.last.end();
      rig.connection.setOptions(optionsOf({ 'heartbeat.interval': 30 }, url));
      await rig.advance(0);
      rig.network.last.refuse();
      assert.equal(rig.label, label);
    }
  });

  it('does not go over to another URL while the connection to the old one is open', async () => {
    setUp();
    await rig.open();
    rig.connection.setOptions(optionsOf({}, 'ws://other.test/feed'));
    rig.network.last.receive('hello');
    await rig.advance(10_000);
    rig.network.last.end();
    assert.equal(rig.label, 'retry 1/10');
  });

  it('takes any byte for a sign of life, be it one that came with the answer', async () => {
    setUp();
    await rig.open();
    // As its only message came in the packet of the 101, it is counted in what was read at the open.
    rig.network.last.input();
    await rig.advance(10_000);
    rig.network.last.end();
    await rig.retry();
    rig.network.last.status(404);
    assert.equal(rig.word, 'retry', 'A path that was there comes back with the server');
  });

  it('believes a peer as soon as it is heard, once it has been open long enough', async () => {
    setUp();
    await rig.open();
    await rig.advance(10_500);
    rig.network.last.receive('late');
    rig.network.last.end();
    assert.equal(rig.label, 'retry 1');
  });
});

import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import { handleUnexpectedErrors, UserError } from '../../../../src/core/base/errors.ts';
import {
  ConnectionRig,
  optionsOf,
  type RigOptions,
} from '../../../support/scenarios/connectionRig.ts';
import { settle } from '../../../support/network/fakeNetwork.ts';

describe('Connection', () => {
  let rig: ConnectionRig | undefined;
  const setUp = (options?: RigOptions) => (rig = new ConnectionRig(options));

  afterEach(() => {
    rig?.checkInvariants();
    rig?.connection.dispose();
    rig?.checkInvariants();
    rig = undefined;
  });

  it('waits longer after each failure and gives up after the tenth', async () => {
    const { network, connection, attemptsAt } = setUp();
    await rig?.dial();
    for (let failure = 1; failure <= 10; failure++) {
      network.last.refuse();
      await rig?.retry();
    }
    assert.deepEqual(
      { attempts: attemptsAt.length, state: connection.state.kind, word: rig?.word },
      { attempts: 10, state: 'stopped', word: 'failed' },
    );
  });

  it('delays retries by 1, 2, 4, 8, 16, then 30 seconds, less the jitter', async () => {
    const { network, connection } = setUp({ random: () => 0.5 });
    await rig?.dial();
    const delays: number[] = [];
    for (let failure = 1; failure <= 7; failure++) {
      network.last.refuse();
      const { state } = connection;
      delays.push(state.kind === 'waiting' ? state.delayMs : NaN);
      await rig?.retry();
    }
    assert.deepEqual(delays, [750, 1500, 3000, 6000, 12_000, 22_500, 22_500]);
  });

  it('waits no longer than five seconds for a server on this machine', async () => {
    const { network, connection } = setUp({ url: 'ws://localhost:1234/' });
    await rig?.dial();
    for (let failure = 1; failure <= 8; failure++) {
      network.last.refuse();
      const { state } = connection;
      assert.ok(state.kind === 'waiting' && state.delayMs <= 5000);
      await rig?.retry();
    }
    assert.equal(connection.state.kind, 'connecting');
    assert.equal(network.attempts.length, 9);
  });

  it('says which retry comes, of how many, and when', async () => {
    const { network } = setUp();
    await rig?.dial();
    network.last.refuse();
    assert.equal(rig?.label, 'retry 1/10');
    await rig.advance(1000);
    network.last.refuse();
    assert.equal(rig.label, 'retry 2/10');
  });

  it('retries for ever once the endpoint has been stable', async () => {
    const { network, connection } = setUp();
    await rig?.open();
    network.last.receive('hello');
    await rig?.advance(10_000);
    for (let failure = 1; failure <= 40; failure++) {
      network.last.end();
      await rig?.retry();
    }
    assert.equal(connection.state.kind, 'connecting');
    network.last.end();
    assert.equal(rig?.label, 'retry 41');
  });

  it('tries a server that accepts and drops ten times, ever more slowly, and no more', async () => {
    const { network, connection, attemptsAt } = setUp();
    await rig?.open();
    for (let failure = 1; failure <= 10; failure++) {
      network.last.end({ code: 1011 });
      await rig?.retry();
      if (connection.state.kind === 'connecting') {
        network.last.open();
      }
    }
    assert.equal(attemptsAt.length, 10);
    assert.equal(connection.state.kind, 'stopped');
  });

  it('forgets failures only after the connection was open for ten seconds', async () => {
    const { network } = setUp();
    await rig?.dial();
    network.last.refuse();
    await rig?.advance(1000);
    network.last.open();
    network.last.receive('a');
    await rig?.advance(9000);
    network.last.end();
    assert.equal(rig?.label, 'retry 2/10');
    await rig.advance(2000);
    network.last.open();
    network.last.receive('a');
    await rig.advance(10_000);
    network.last.end();
    assert.equal(rig.label, 'retry 1');
  });

  it('does not believe in a connection on which nothing ever came', async () => {
    const { network } = setUp();
    await rig?.open();
    await rig?.advance(10_000);
    network.last.end();
    assert.equal(rig?.label, 'retry 1/10');
  });

  it('stays closed after the peer closed normally, and says so', async () => {
    const { network, connection } = setUp();
    await rig?.open();
    network.last.end({ code: 1000, reason: 'bye' });
    await rig?.advance(60_000);
    const { state } = connection;
    assert.deepEqual(
      {
        kind: state.kind,
        why: state.kind === 'stopped' && state.why,
        attempts: network.attempts.length,
      },
      { kind: 'stopped', why: 'server-closed', attempts: 1 },
    );
    assert.equal(rig?.word, 'disconnected');
  });

  it('gives up on an unknown host after three failures in a row', async () => {
    const { network, connection } = setUp();
    await rig?.dial();
    for (let failure = 1; failure <= 3; failure++) {
      network.last.refuse('ENOTFOUND');
      await rig?.retry();
    }
    assert.deepEqual([connection.state.kind, network.attempts.length], ['stopped', 3]);
  });

  it('does not try again where trying again cannot help', async () => {
    const { network, connection } = setUp();
    await rig?.dial();
    network.last.status(401);
    await rig?.advance(60_000);
    assert.deepEqual([connection.state.kind, network.attempts.length], ['stopped', 1]);
  });

  it('does nothing on a second connect while the first is on its way', async () => {
    const { connection, network } = setUp();
    connection.connect();
    connection.connect();
    await settle();
    await settle();
    connection.connect();
    network.last.open();
    connection.connect();
    assert.equal(network.attempts.length, 1);
  });

  it('tries at once and counts anew when the user connects while it waits', async () => {
    const { connection, network } = setUp();
    await rig?.dial();
    network.last.refuse();
    await rig?.retry();
    network.last.refuse();
    await rig?.dial();
    assert.equal(network.attempts.length, 3);
    network.last.refuse();
    assert.equal(rig?.label, 'retry 1/10');
    await rig.advance(1999);
    assert.equal(connection.state.kind, 'connecting', 'the old timer did not fire as well');
    assert.equal(network.attempts.length, 4);
  });

  it('dials nothing when it is disconnected in the same turn', async () => {
    const { connection, network, states } = setUp();
    connection.connect();
    connection.disconnect();
    await settle();
    await settle();
    assert.deepEqual(
      { states, attempts: network.attempts.length },
      { states: ['preparing', 'idle'], attempts: 0 },
    );
  });

  for (const [state, reach] of Object.entries({
    idle: () => Promise.resolve(),
    connecting: () => rig?.dial(),
    open: () => rig?.open(),
    waiting: async () => {
      await rig?.dial();
      rig?.network.last.refuse();
    },
    stopped: async () => {
      await rig?.dial();
      rig?.network.last.status(404);
    },
    closing: async () => {
      await rig?.open();
      rig?.connection.disconnect();
    },
  })) {
    it(`is disconnected within the close timeout from ${state}, and stays so`, async () => {
      const { connection, network } = setUp();
      await reach();
      const attempts = network.attempts.length;
      connection.disconnect();
      connection.disconnect();
      await rig?.advance(3000);
      assert.equal(connection.state.kind, 'idle');
      await rig?.advance(600_000);
      assert.equal(network.attempts.length, attempts);
    });

    it(`connects anew when told to reconnect from ${state}`, async () => {
      const { connection, network } = setUp();
      await reach();
      connection.reconnect();
      await rig?.advance(250);
      network.last.open();
      assert.equal(connection.state.kind, 'open');
    });

    it(`ends without a trace when disposed of from ${state}`, async () => {
      const { connection } = setUp();
      await reach();
      connection.dispose();
      connection.dispose();
      assert.throws(() => connection.connect(), UserError);
    });
  }

  it('closes with 1000 and waits for the peer to answer', async () => {
    const { connection, network, traffic } = setUp();
    await rig?.open();
    connection.setPaused(true);
    connection.disconnect();
    assert.deepEqual(network.last.closed, { code: 1000, reason: '' });
    assert.equal(network.last.isPaused, false, 'a paused socket would not hear the answer');
    network.last.end({ code: 1000 });
    assert.equal(connection.state.kind, 'idle');
    assert.deepEqual(traffic.lines, ['out close', 'in close']);
  });

  it('does not wait for a peer that will not close when it is to connect again', async () => {
    const { connection, network } = setUp();
    await rig?.open();
    const mute = network.last;
    connection.disconnect();
    await rig?.dial();
    network.last.open();
    mute.end({ code: 1000 });
    assert.equal(mute.isDisposed, true);
    assert.equal(connection.state.kind, 'open');
  });

  it('writes down the close frame that it sends when it is told to reconnect', async () => {
    const { connection, network, traffic } = setUp();
    await rig?.open();
    connection.reconnect();
    await rig?.advance(250);
    network.last.open();
    assert.deepEqual(
      traffic.lines.filter(line => line.includes('close')),
      ['out close'],
    );
  });

  for (const how of ['end', 'dispose'] as const) {
    it(`tells the peer that it goes away (1001) on ${how}(), once, and writes that down`, async () => {
      const { connection, network, traffic } = setUp();
      await rig?.open();
      connection.setPaused(true);
      void connection[how]();
      void connection[how]();
      assert.deepEqual(network.last.closed, { code: 1001, reason: '' });
      assert.equal(network.last.isPaused, false);
      assert.deepEqual(traffic.lines, ['out close']);
      await rig?.advance(250);
      assert.equal(network.last.isDisposed, true);
    });
  }

  it('waits for the peer to answer that it goes away, but not for long', async () => {
    for (const answers of [true, false]) {
      const { connection, network, clock, traffic } = setUp();
      await rig?.open();
      let isGone = false;
      void connection.end().then(() => (isGone = true));
      assert.equal(connection.state.kind, 'disposed');
      await rig?.advance(249);
      assert.deepEqual([isGone, network.last.isDisposed], [false, false]);
      if (answers) {
        network.last.receive('late');
        network.last.end({ code: 1001 });
        await settle();
      } else {
        await rig?.advance(1);
      }
      assert.deepEqual([isGone, network.last.isDisposed], [true, true]);
      assert.deepEqual(traffic.lines, ['out close'], 'Nobody listens any more');
      assert.deepEqual(clock.pending, []);
    }
  });

  it('does not disturb a closing handshake of the user when it ends', async () => {
    const { connection, network, traffic } = setUp();
    await rig?.open();
    connection.disconnect(4000, 'done');
    const gone = connection.end();
    assert.deepEqual(network.last.closed, { code: 4000, reason: 'done' });
    network.last.end({ code: 4000 });
    await gone;
    assert.equal(network.last.isDisposed, true);
    assert.deepEqual(traffic.lines, ['out close']);
  });

  it('has nothing to wait for when it ends while nothing is open', async () => {
    const { connection, network } = setUp();
    await connection.end();
    const { connection: waiting, network: failing } = setUp();
    await rig?.dial();
    failing.last.refuse();
    await waiting.end();
    assert.deepEqual([network.attempts.length, failing.alive], [0, 0]);
  });

  it('does not hear an attempt that it has given up', async () => {
    const { connection, network, traffic } = setUp();
    await rig?.dial();
    const abandoned = network.last;
    connection.reconnect();
    await settle();
    await settle();
    abandoned.open();
    abandoned.receive('late');
    abandoned.end();
    assert.deepEqual([connection.state.kind, traffic.lines], ['connecting', []]);
  });

  it('gives up an attempt that takes too long, and names the step it stopped at', async () => {
    const { connection, network } = setUp();
    await rig?.dial();
    await rig?.advance(10_000);
    const { state } = connection;
    assert.equal(network.last.isDisposed, true);
    assert.equal(state.kind === 'waiting' && state.cause.kind, 'timeout');
  });

  it('gives up a preparation that takes too long', async () => {
    const { connection } = setUp({ prepare: () => new Promise(() => undefined) });
    connection.connect();
    await rig?.advance(10_000);
    assert.equal(connection.state.kind, 'waiting');
  });

  it('puts nothing on the wire where the handshake cannot be prepared', async () => {
    const { connection, network } = setUp({
      prepare: () => Promise.reject(new UserError('The secret "x" is not stored.')),
    });
    await rig?.dial();
    const { state } = connection;
    assert.equal(network.attempts.length, 0);
    assert.equal(state.kind === 'stopped' && state.cause.message, 'The secret "x" is not stored.');
  });

  it('sends the messages of onOpen in order on each open, before the heartbeat', async () => {
    const { network, traffic } = setUp({
      settings: { 'onOpen': ['start', { json: { a: 1 } }], 'heartbeat.message': 'beat' },
    });
    await rig?.open();
    network.last.end();
    await rig?.advance(1000);
    network.last.open();
    const once = ['out text start', 'out text {"a":1}', 'out text beat ♥'];
    assert.deepEqual(traffic.lines, [...once, ...once]);
  });

  it('refuses to send while it is not open, and while the peer does not read', async () => {
    const { connection, network } = setUp();
    await assert.rejects(connection.send('x'), UserError);
    await rig?.open();
    await connection.send('x');
    network.last.bufferedBytes = 17 * 1024 * 1024;
    await assert.rejects(connection.send('y'), UserError);
    assert.deepEqual(network.last.sent, ['x']);
  });

  it('stays paused over a reconnect', async () => {
    const { connection, network } = setUp();
    await rig?.open();
    connection.setPaused(true);
    network.last.end();
    await rig?.advance(1000);
    network.last.open();
    assert.equal(network.last.isPaused, true);
  });

  it('takes a changed heartbeat at once and everything else with the next attempt', async () => {
    const { connection, network } = setUp();
    await rig?.open();
    connection.setOptions(optionsOf({ 'heartbeat.message': 'new' }));
    assert.deepEqual(network.last.sent, ['new']);
    assert.equal(network.attempts.length, 1);
  });

  it('tries at once with settings that changed while it waited', async () => {
    const { connection, network } = setUp();
    await rig?.dial();
    network.last.refuse();
    connection.setOptions(optionsOf({}, 'ws://other.test/'));
    await settle();
    await settle();
    assert.equal(network.attempts.length, 2);
  });

  it('does not reconnect where that is switched off, and says so', async () => {
    const { connection, network } = setUp({ settings: { 'reconnect.enabled': false } });
    await rig?.open();
    network.last.end();
    const { state } = connection;
    assert.equal(state.kind === 'stopped' && state.why, 'disabled');
  });

  it('goes on when a listener throws or disconnects', async () => {
    const { connection, network } = setUp();
    const errors: unknown[] = [];
    const handling = handleUnexpectedErrors(error => errors.push(error));
    const bug = new Error('a listener of somebody else');
    connection.onDidChangeState(() => {
      throw bug;
    });
    connection.onDidChangeState(({ kind }) => {
      if (kind === 'open') {
        connection.disconnect();
      }
    });
    await rig?.dial();
    network.last.open();
    assert.equal(connection.state.kind, 'closing');
    connection.dispose();
    handling.dispose();
    assert.ok(errors.length > 0 && errors.every(error => error === bug));
  });

  it('tells when it is open or nothing more will be tried', async () => {
    const { connection, network } = setUp();
    await rig?.dial();
    const opened = connection.settled();
    network.last.open();
    assert.equal((await opened).kind, 'open');
    const stopped = connection.settled();
    assert.equal((await stopped).kind, 'open');
    connection.disconnect();
    network.last.end({ code: 1000 });
    assert.equal((await connection.settled()).kind, 'idle');
  });
});

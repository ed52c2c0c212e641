import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import type { Storage } from '../../../../src/core/capture/capture.ts';
import { DialLimiter } from '../../../../src/core/connection/retry/dialLimiter.ts';
import { profileOf, type Profile } from '../../../../src/core/settings/profile.ts';
import { silentLog } from '../../../support/capture/captures.ts';
import { FakeCaptures } from '../../../support/capture/fakeCapture.ts';
import { closedOpening } from '../../../support/scenarios/connectionRig.ts';
import { FakeNetwork, settle } from '../../../support/network/fakeNetwork.ts';
import { editor } from '../../../support/host/fakeVscode.ts';
import { ManualClock } from '../../../support/manualClock.ts';
import { noOutput } from '../../../support/textRuns.ts';

const { Connections } = await import('../../../../src/host/connections/connections.ts');

/** The connections of a window whose network the test plays. */
function setUp(isConfigured: (name: string) => boolean = () => false) {
  const clock = new ManualClock();
  const network = new FakeNetwork();
  const captures = new FakeCaptures();
  const connections = new Connections({
    clock,
    log: silentLog,
    random: () => 0,
    limiter: new DialLimiter(clock),
    openCapture: captures.open,
    prepare: () => Promise.resolve({ dial: network.dial, isRefreshable: false }),
    output: noOutput,
    opening: {
      write: () => Promise.reject(new Error('Nothing is filled in here')),
      stepsOf: closedOpening.stepsOf,
      assertAllowed: closedOpening.assertAllowed,
    },
    redact: text => text,
    places: () => ({ isConfigured, settingFor: (_name, key) => key }),
  });
  return {
    clock,
    network,
    connections,
    keepIn: (kind: Storage['kind']) => (captures.storage = { ...captures.storage, kind }),
    get captures() {
      return captures.openCount;
    },
  };
}

function profile(name: string): Profile {
  const made = profileOf({ name, url: `ws://${name}.test/` }, () => undefined, []);
  assert.ok(made);
  return made;
}

const names = (count: number, prefix = 'link') =>
  Array.from({ length: count }, (_, index) => `${prefix}-${index}`);

beforeEach(() => {
  editor.shown.length = 0;
});

describe('The connections of a window', () => {
  it('are bounded where they have ended and no settings name them, the oldest going first', () => {
    const set = setUp();
    const { connections } = set;
    const removed: string[] = [];
    connections.onDidRemove(({ name }) => removed.push(name));
    for (const name of names(100)) {
      connections.open(profile(name));
    }
    assert.deepEqual(
      connections.all.map(({ name }) => name),
      names(100).slice(-21),
    );
    assert.deepEqual(removed, names(79));
    assert.equal(set.captures, 21, 'Their captures are closed, and so are files of the archive');
    connections.dispose();
    assert.equal(set.captures, 0);
  });

  it('stay where they are configured, live, or kept in memory only', async () => {
    const set = setUp(name => name.startsWith('own'));
    const { connections, network } = set;
    for (const name of names(3, 'own')) {
      connections.open(profile(name));
    }
    for (const name of names(3, 'live')) {
      connections.open(profile(name)).connection.connect();
      await settle();
      await settle();
      network.last.open();
    }
    set.keepIn('memory');
    for (const name of names(3, 'memory')) {
      connections.open(profile(name));
    }
    set.keepIn('file');
    for (const name of names(50)) {
      connections.open(profile(name));
    }
    assert.deepEqual(
      connections.all.map(({ name }) => name),
      [...names(3, 'own'), ...names(3, 'live'), ...names(3, 'memory'), ...names(50).slice(-21)],
    );
    connections.dispose();
  });

  it('never have the id of one that is gone', () => {
    const { connections } = setUp();
    const ids = new Set(names(60).map(name => connections.open(profile(name)).id));
    assert.equal(ids.size, 60);
    connections.dispose();
  });

  it('tell their peers when the window goes away, and wait for the answers but not for long', async () => {
    const { connections, network, clock } = setUp();
    for (const name of names(3)) {
      connections.open(profile(name)).connection.connect();
      await settle();
      await settle();
      network.last.open();
    }
    let isEnded = false;
    const ended = connections.end().then(() => (isEnded = true));
    assert.deepEqual(
      network.attempts.map(({ closed }) => closed?.code),
      [1001, 1001, 1001],
    );
    network.attempts[0]?.end({ code: 1001 });
    await settle();
    assert.equal(isEnded, false);
    clock.advance(250);
    await ended;
    assert.equal(network.alive, 0);
    assert.deepEqual(clock.pending, []);
  });

  it('offer exactly the setting that a failure names', async () => {
    const { connections, network } = setUp();
    const monitored = connections.open(profile('one'));
    monitored.connection.connect();
    await settle();
    await settle();
    network.last.status(401);
    assert.equal(monitored.helpfulSetting, 'auth');
    await settle();
    assert.deepEqual(
      editor.shown.map(({ choices }) => choices),
      [['Open Setting auth', 'Try Again']],
    );
    connections.dispose();
  });
});

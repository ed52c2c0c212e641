import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { UserError } from '../../../../src/core/base/errors.ts';
import { DisposableStore, toDisposable } from '../../../../src/core/base/lifecycle.ts';
import type { Step, Timing } from '../../../../src/core/library/library.ts';
import {
  SequenceRun,
  type OnAnswer,
  type RunProgress,
} from '../../../../src/core/library/sequenceRun.ts';
import { silentLog } from '../../../support/capture/captures.ts';
import { ManualClock } from '../../../support/manualClock.ts';

function step(text: string, timing: Partial<Timing> = {}): Step {
  return {
    name: text,
    origin: 'user',
    body: { as: 'text', text },
    timing: { delayMs: 0, ...timing },
  };
}

/** Lets everything that waits for nothing but promises go on. */
const settle = () => new Promise(resolve => setImmediate(resolve));

class Rig {
  readonly clock = new ManualClock();
  readonly sent: string[] = [];
  readonly watched = new Map<string, OnAnswer>();
  /** Called when the connection goes down. */
  readonly losses = new Set<(what: string) => void>();
  readonly run: SequenceRun;
  /** Why a message may have been missed. */
  whyNot: string | undefined;
  /** Why nothing is sent any more. */
  reject: string | undefined;
  end: RunProgress | undefined;

  constructor(steps: readonly Step[]) {
    this.run = new SequenceRun(steps, {
      clock: this.clock,
      log: silentLog,
      send: ({ body }) => {
        if (this.reject !== undefined) {
          return Promise.reject(new UserError(this.reject));
        }
        this.sent.push(body.as === 'text' ? body.text : body.as);
        return Promise.resolve(this.sent.length);
      },
      watchLoss: onLost => {
        this.losses.add(onLost);
        return toDisposable(() => this.losses.delete(onLost));
      },
      watch: (match, onMatch) => {
        if (match.endsWith(':')) {
          throw new UserError(`${match} is no filter.`);
        }
        this.watched.set(match, onMatch);
        const dispose = () => void this.watched.delete(match);
        return { dispose, whyNot: this.whyNot };
      },
    });
    void this.run.run().then(end => (this.end = end));
  }

  async advance(ms: number): Promise<void> {
    await settle();
    this.clock.advance(ms);
    await settle();
  }
}

const start = (steps: readonly Step[]) => new Rig(steps);

describe('A sequence', () => {
  it('sends its steps in order, each after its delay and as often as it says', async () => {
    const rig = start([
      step('a'),
      step('b', { delayMs: 1000, repeat: { everyMs: 500, times: 3 } }),
      step('c'),
    ]);
    await settle();
    assert.deepEqual(rig.sent, ['a']);
    assert.deepEqual([rig.run.progress.step, rig.run.progress.name], [1, 'b']);
    await rig.advance(1000);
    assert.deepEqual(rig.sent, ['a', 'b']);
    await rig.advance(500);
    await rig.advance(500);
    assert.deepEqual(rig.sent, ['a', 'b', 'b', 'b', 'c']);
    assert.deepEqual(rig.end, { state: 'done', step: 3, of: 3, name: '', sent: 5 });
    assert.deepEqual(rig.clock.pending, []);
  });

  it('says at the timeout why a message may have been missed', async () => {
    const waitFor = { match: '$.ok:true', timeoutMs: 5000 };
    const rig = start([step('first'), step('login', { delayMs: 1000, waitFor })]);
    rig.whyNot = 'They are binary.';
    await rig.advance(1000);
    await rig.advance(5000);
    assert.match(rig.end?.problem ?? '', /, and none came\. They are binary\.$/);
  });

  it('waits for what must come back, and gives up at the timeout with its name', async () => {
    const waitFor = { match: '$.ok:true', timeoutMs: 5000 };
    const rig = start([step('login', { waitFor }), step('next', { waitFor })]);
    await settle();
    assert.deepEqual(rig.sent, ['login']);
    rig.watched.get('$.ok:true')?.({ text: '{"ok":true}', row: 12 });
    await settle();
    assert.deepEqual(rig.sent, ['login', 'next']);
    await rig.advance(5000);
    assert.equal(rig.end?.state, 'failed');
    assert.match(rig.end.problem ?? '', /"next" waited 5 s .* \$\.ok:true, and none came\.$/);
    assert.deepEqual([rig.watched.size, rig.clock.pending.length], [0, 0]);
  });

  it('knows of each step what was sent and what answered it', async () => {
    const waitFor = { match: '$.ok:true', timeoutMs: 5000 };
    const rig = start([step('login', { waitFor }), step('next'), step('never', { delayMs: 9000 })]);
    await rig.advance(250);
    rig.watched.get('$.ok:true')?.({ text: 'welcome', row: 12 });
    await settle();
    assert.deepEqual(rig.run.outcomes, [
      {
        sent: 1,
        sentAt: rig.clock.monotonic() - 250,
        sentRow: 1,
        answer: { text: 'welcome', row: 12 },
        answeredAfterMs: 250,
      },
      { sent: 1, sentAt: rig.clock.monotonic(), sentRow: 2 },
      { sent: 0, sentAt: 0 },
    ]);
    rig.run.stop();
    await settle();
  });

  it('fails at once where the connection goes down while it waits for an answer', async () => {
    const waitFor = { match: '$.ok:true', timeoutMs: 60_000 };
    const rig = start([step('login', { waitFor }), step('next')]);
    await settle();
    assert.equal(rig.losses.size, 1);
    for (const lose of rig.losses) {
      lose('was lost');
    }
    await settle();
    assert.equal(rig.end?.problem, '"login" waited for an answer, and the connection was lost.');
    assert.deepEqual([rig.losses.size, rig.clock.pending.length], [0, 0]);
  });

  it('sends nothing of a step whose answer cannot be told', async () => {
    const rig = start([step('login', { waitFor: { match: '$.ok:', timeoutMs: 5000 } })]);
    await settle();
    assert.deepEqual(rig.sent, []);
    assert.match(rig.end?.problem ?? '', /no filter/);
    assert.deepEqual(rig.clock.pending, []);
  });

  it('goes on repeating until it is stopped, beside the steps that follow', async () => {
    const rig = start([
      step('beat', { repeat: { everyMs: 1000 } }),
      step('then', { delayMs: 1500 }),
    ]);
    await rig.advance(1000);
    await rig.advance(1000);
    assert.deepEqual(rig.sent, ['beat', 'beat', 'then', 'beat']);
    assert.equal(rig.run.progress.state, 'repeating');
    rig.run.stop();
    await rig.advance(10_000);
    assert.deepEqual(rig.sent.length, 4);
    assert.equal(rig.end?.state, 'stopped');
    assert.deepEqual(rig.clock.pending, []);
  });

  it('stops between two steps that wait for nothing', async () => {
    const rig = start(Array.from({ length: 1000 }, (_, index) => step(String(index))));
    rig.run.stop();
    await settle();
    assert.equal(rig.end?.state, 'stopped');
    assert.ok(rig.sent.length < 1000);
  });

  it('fails with what the send says, also while it repeats in the background', async () => {
    const rig = start([
      step('beat', { repeat: { everyMs: 1000 } }),
      step('last', { delayMs: 9000 }),
    ]);
    await settle();
    rig.reject = 'Not connected.';
    await rig.advance(1000);
    assert.deepEqual(rig.end, {
      state: 'failed',
      step: 1,
      of: 2,
      name: 'last',
      sent: 1,
      problem: 'Not connected.',
    });
  });

  it('holds no timer, watch or subscription after its end, however it ends', async () => {
    const timing = { delayMs: 100, waitFor: { match: 'answer', timeoutMs: 1000 } };
    const leaks = await DisposableStore.countLeaks(async () => {
      const stopped = start([step('a', timing), step('b')]);
      const timedOut = start([step('a', { ...timing, waitFor: { match: 'x', timeoutMs: 1000 } })]);
      for (const rig of [stopped, timedOut]) {
        rig.run.onDidChange(() => undefined);
        await rig.advance(100);
      }
      stopped.run.stop();
      await timedOut.advance(1000);
      await settle();
      for (const rig of [stopped, timedOut]) {
        assert.ok(rig.end);
        assert.deepEqual([rig.clock.pending, rig.watched.size], [[], 0]);
      }
    });
    assert.equal(leaks, 0);
  });
});

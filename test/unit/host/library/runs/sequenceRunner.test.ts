import assert from 'node:assert/strict';
import { setImmediate } from 'node:timers/promises';
import { describe, it } from 'node:test';
import { DisposableStore } from '../../../../../src/core/base/lifecycle.ts';
import type { Runnable } from '../../../../../src/core/library/library.ts';
import { runnablesOf } from '../../../../../src/core/library/library.ts';
import type { RunRow } from '../../../../../src/core/library/runReport.ts';
import type { OnAnswer } from '../../../../../src/core/library/sequenceRun.ts';
import { readLibrary } from '../../../../../src/core/library/readLibrary.ts';
import { CancellationError } from '../../../../../src/core/base/errors.ts';
import type { Origin } from '../../../../../src/core/variables/value.ts';
import type {
  FailedRun,
  SequenceRunner as Runner,
} from '../../../../../src/host/library/runs/sequenceRunner.ts';
import '../../../../support/host/fakeVscode.ts';
import { silentLog } from '../../../../support/capture/captures.ts';
import { ManualClock } from '../../../../support/manualClock.ts';

const { SequenceRunner } = await import('../../../../../src/host/library/runs/sequenceRunner.ts');

function itemsOf(items: readonly unknown[], origin: Origin = 'user'): readonly Runnable[] {
  return runnablesOf(readLibrary({ version: 1, items }, origin).library.items);
}

const [once, forEver, sequence, badWait, empty] = itemsOf([
  { name: 'Once', text: 'a' },
  { name: 'For ever', text: 'b', repeat: { every: 1 } },
  { name: 'Both', steps: [{ text: 'c', waitFor: { match: '$.ok', timeout: 2 } }, { text: 'd' }] },
  { name: 'Bad', steps: [{ text: 'e' }, { text: 'f', waitFor: { match: 'or or' } }] },
  { name: 'Empty', steps: [] },
]) as readonly [Runnable, Runnable, Runnable, Runnable, Runnable];

function setUp(fail?: Error) {
  const clock = new ManualClock();
  const sent: string[] = [];
  const watches = new Set<OnAnswer>();
  const rows: RunRow[] = [];
  const runner = new SequenceRunner({
    clock,
    log: silentLog,
    filterClock: () => ({ now: 0, startOfDay: 0 }),
    send: (connection, { body, origin }) => {
      if (fail !== undefined) {
        return Promise.reject(fail);
      }
      sent.push(`${connection} ${origin} ${'text' in body ? body.text : ''}`);
      return Promise.resolve(sent.length);
    },
    watchLoss: () => ({ dispose: () => undefined }),
    record: (_connection, row) => rows.push(row),
    redact: text => text.replaceAll('hunter2', '•••'),
    watch: (_connection, _condition, onMatch) => {
      watches.add(onMatch);
      return { dispose: () => watches.delete(onMatch) };
    },
  });
  return { clock, sent, watches, rows, runner };
}

const states = (runner: Runner) => runner.all.map(({ progress }) => progress.state);

describe('Runs of the library', () => {
  it('go on beside each other, and are shown for a while after their end', async () => {
    const { clock, sent, runner } = setUp();
    void runner.start(forEver, 'user', 'c1');
    const [shared] = itemsOf([{ name: 'Once', text: 'a' }], 'workspace');
    assert.ok(shared);
    const { state } = await runner.start(shared, 'workspace', 'c2');
    assert.equal(state, 'done');
    clock.advance(1000);
    await setImmediate();
    assert.deepEqual(sent, ['c1 user b', 'c2 workspace a', 'c1 user b']);
    assert.deepEqual(states(runner), ['repeating', 'done']);
    clock.advance(8000);
    await setImmediate();
    assert.deepEqual(
      runner.all.map(({ path }) => path),
      ['For ever'],
    );
    runner.dispose();
  });

  it('wait for what must come back', async () => {
    const { sent, watches, runner } = setUp();
    const ended = runner.start(sequence, 'user', 'c1');
    await setImmediate();
    assert.deepEqual(sent, ['c1 user c']);
    [...watches][0]?.({ text: 'ok' });
    assert.equal((await ended).state, 'done');
    assert.deepEqual([sent.length, watches.size], [2, 0]);
    runner.dispose();
  });

  it('end with a sentence where nothing comes back, or nothing can be sent', async () => {
    const { clock, runner, watches } = setUp();
    const waiting = runner.start(sequence, 'user', 'c1');
    await setImmediate();
    clock.advance(2000);
    const { state, problem } = await waiting;
    assert.equal(state, 'failed');
    assert.match(problem ?? '', /waited 2 s.*\$\.ok/);
    assert.equal(watches.size, 0);
    runner.dispose();
    const other = setUp(new Error('Not connected.')).runner;
    assert.equal((await other.start(once, 'user', 'c1')).problem, 'Not connected.');
    other.dispose();
  });

  it('leave rows at their start and their end, but not a message that is a row itself', async () => {
    const { clock, rows, runner } = setUp();
    await runner.start(once, 'user', 'c1');
    assert.equal(rows.length, 0);
    const failing = runner.start(sequence, 'user', 'c1');
    await setImmediate();
    clock.advance(2000);
    await failing;
    void runner.start(forEver, 'user', 'c1');
    await setImmediate();
    runner.stopItem('user', 'For ever');
    await setImmediate();
    assert.deepEqual(
      rows.map(({ severity, text }) => `${severity}: ${text}`),
      [
        'info: Sequence Both started: 2 steps.',
        'error: Sequence Both failed at step 1 of 2: "c" waited 2 s for a message that matches ' +
          '$.ok, and none came.',
        'info: Message For ever started.',
        'info: Message For ever stopped by you after 0 ms: 1 message sent.',
      ],
    );
    runner.dispose();
  });

  it('tell what could not be sent in a row, also of a plain message', async () => {
    const { rows, runner } = setUp(new Error('Not connected.'));
    await runner.start(once, 'user', 'c1');
    assert.deepEqual(
      rows.map(({ text, run }) => [text, run.phase, run.steps?.[0]?.problem]),
      [['Message Once failed: Not connected.', 'failed', 'Not connected.']],
    );
    runner.dispose();
  });

  it('are remembered by their item until the next one, however often others run', async () => {
    const { clock, watches, runner } = setUp();
    const first = runner.start(sequence, 'user', 'c1');
    assert.equal(runner.lastOf('user', 'Both'), undefined);
    await setImmediate();
    clock.advance(2000);
    await first;
    clock.advance(60_000);
    await runner.start(once, 'user', 'c1');
    const last = runner.lastOf('user', 'Both');
    assert.deepEqual([last?.progress.state, last?.elapsedMs], ['failed', 2000]);
    assert.match(last?.sentence ?? '', /^Sequence Both failed at step 1 of 2/);
    assert.equal(runner.lastOf('workspace', 'Both'), undefined);
    const second = runner.start(sequence, 'user', 'c1');
    assert.equal(runner.lastOf('user', 'Both'), undefined, 'while it runs again');
    await setImmediate();
    [...watches][0]?.({ text: 'ok' });
    await second;
    assert.equal(runner.lastOf('user', 'Both')?.progress.state, 'done');
    runner.dispose();
  });

  it('report a failure, unless the caller learns of it', async () => {
    const { runner } = setUp(new Error('Not connected.'));
    const told: FailedRun[] = [];
    runner.onDidFail(failed => told.push(failed));
    await runner.start(once, 'user', 'c1', { isAwaited: true });
    assert.deepEqual(told, []);
    await runner.start(once, 'user', 'c1');
    const sentence = 'Message Once failed: Not connected.';
    assert.deepEqual(told, [{ connection: 'c1', sentence, row: 2 }]);
    runner.dispose();
  });

  it('tell of a failure, then and later, without secrets', async () => {
    const { runner } = setUp(new Error('The server refused hunter2.'));
    const told: FailedRun[] = [];
    runner.onDidFail(failed => told.push(failed));
    await runner.start(once, 'user', 'c1');
    const sentence = 'Message Once failed: The server refused •••.';
    assert.deepEqual(
      told.map(each => each.sentence),
      [sentence],
    );
    assert.equal(runner.lastOf('user', 'Once')?.sentence, sentence);
    runner.dispose();
  });

  it('stop without a word where the user would rather not answer', async () => {
    const { runner } = setUp(new CancellationError());
    const { state, problem } = await runner.start(once, 'user', 'c1');
    assert.deepEqual([state, problem], ['stopped', undefined]);
    runner.dispose();
  });

  it('do not begin where they could not end', () => {
    const { sent, runner } = setUp();
    assert.throws(() => runner.start(badWait, 'user', 'c1'), /"Bad" cannot wait for or or/);
    assert.throws(() => runner.start(empty, 'user', 'c1'), /no steps/);
    for (let count = 0; count < 20; count++) {
      void runner.start(forEver, 'user', 'c1');
    }
    assert.throws(() => runner.start(once, 'user', 'c1'), /Stop some first/);
    assert.ok(!sent.some(line => line.endsWith('e')));
    runner.dispose();
  });

  it('are stopped one by one, by item, by connection, and all at the end', async () => {
    const { runner } = setUp();
    const ends = [
      runner.start(forEver, 'user', 'c1'),
      runner.start(forEver, 'workspace', 'c1'),
      runner.start(forEver, 'user', 'c2'),
      runner.start(forEver, 'user', 'c3'),
    ];
    runner.stop('run1');
    runner.stop('run99');
    runner.stopItem('workspace', 'For ever');
    runner.stopOn('c2');
    await Promise.all(ends.slice(0, 3));
    await setImmediate();
    assert.deepEqual(states(runner), ['stopped', 'stopped', 'stopped', 'repeating']);
    runner.dispose();
    assert.equal((await ends[3])?.state, 'stopped');
  });

  it('leave nothing behind', async () => {
    const leaks = await DisposableStore.countLeaks(async () => {
      const { runner } = setUp();
      const ended = runner.start(sequence, 'user', 'c1');
      await setImmediate();
      runner.dispose();
      await ended;
    });
    assert.equal(leaks, 0);
  });
});

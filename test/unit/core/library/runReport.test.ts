import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Step, Timing } from '../../../../src/core/library/library.ts';
import {
  answerOf,
  elapsedWords,
  isWorthRows,
  runEndRow,
  runStartRow,
  withTexts,
  type RunEnd,
  type RunSubject,
} from '../../../../src/core/library/runReport.ts';
import { preview } from '../../../../src/core/record/preview.ts';
import { flagsOf } from '../../../../src/core/record/record.ts';

const step = (text: string, timing: Partial<Timing> = {}): Step => ({
  name: `step ${text}`,
  origin: 'user',
  body: { as: 'text', text },
  timing: { delayMs: 0, ...timing },
});

const subjectOf = (...steps: readonly Step[]): RunSubject => ({
  kind: 'sequence',
  path: 'Flow/startup',
  steps,
});

const endOf = (state: 'done' | 'failed' | 'stopped', at: number, of: number): RunEnd => ({
  progress: {
    state,
    step: at,
    of,
    name: '',
    sent: at,
    ...(state === 'failed' ? { problem: 'No answer came.' } : {}),
  },
  outcomes: [],
  elapsedMs: 3120,
  startRow: 4,
  stoppedBy: 'user',
});

const bytes = (text: string) => new TextEncoder().encode(text);

describe('The rows of a run', () => {
  it('say how it ended, where and after how long', () => {
    const subject = subjectOf(step('a'), step('b'), step('c'));
    const text = (end: RunEnd) => runEndRow(subject, end).text;
    assert.equal(runStartRow(subject).text, 'Sequence Flow/startup started: 3 steps.');
    assert.equal(
      text(endOf('done', 3, 3)),
      'Sequence Flow/startup done in 3.1 s: 3 steps, 3 messages sent.',
    );
    assert.equal(
      text(endOf('failed', 2, 3)),
      'Sequence Flow/startup failed at step 3 of 3: No answer came.',
    );
    assert.equal(
      text(endOf('stopped', 1, 3)),
      'Sequence Flow/startup stopped by you at step 2 of 3 after 3.1 s: 1 message sent.',
    );
    assert.deepEqual(
      (['done', 'failed', 'stopped'] as const).map(
        state => runEndRow(subject, endOf(state, 1, 3)).severity,
      ),
      ['info', 'error', 'info'],
    );
  });

  it('are left to sequences, and to messages that wait or repeat', () => {
    const plain = { kind: 'message', path: 'Once', steps: [step('a')] } as const;
    assert.equal(isWorthRows(plain), false);
    const waitFor = { match: 'ok', timeoutMs: 1 };
    for (const timing of [{ delayMs: 1 }, { waitFor }, { repeat: { everyMs: 1 } }]) {
      assert.equal(isWorthRows({ ...plain, steps: [step('a', timing)] }), true);
    }
    assert.equal(isWorthRows({ ...plain, isOnOpen: true, steps: [step('a', { waitFor })] }), false);
    assert.equal(isWorthRows(subjectOf(step('a'))), true);
  });

  it('list the steps around the end of a very long one, and count the others', () => {
    const steps = Array.from({ length: 200 }, (_, index) => step(String(index)));
    const { run } = runEndRow(subjectOf(...steps), endOf('failed', 120, 200));
    assert.equal(run.steps?.length, 50);
    assert.deepEqual([run.steps.at(-1)?.step, run.unlisted], [121, 150]);
    assert.equal(run.steps.at(-1)?.problem, 'No answer came.');
  });

  it('hold a message as it was written, shortened', () => {
    const { run } = runStartRow(subjectOf(step('${secret:key}'), step('x'.repeat(1000))));
    assert.equal(run.steps?.[0]?.message, '${secret:key}');
    assert.equal(run.steps[1]?.message, `${'x'.repeat(200)}…`);
  });

  it('draw what is invisible in a name, and change every text that is a secret', () => {
    const subject = { ...subjectOf(step('hush')), path: 'a\u202eb' };
    const row = withTexts(runEndRow(subject, endOf('done', 1, 1)), text =>
      text.replaceAll('hush', '•••'),
    );
    assert.match(row.text, /^Sequence a⟨U\+202E⟩b done/);
    assert.doesNotMatch(JSON.stringify(row), /hush/);
    assert.equal(row.run.startRow, 4);
  });

  it('keep their steps out of the list', () => {
    const row = { state: 'connected', ...runStartRow(subjectOf(step('a'))) };
    const json = preview(flagsOf('state', 'in'), bytes(JSON.stringify(row)));
    assert.deepEqual(JSON.parse(json), {
      state: 'connected',
      severity: 'info',
      text: 'Sequence Flow/startup started: 1 step.',
      run: { kind: 'sequence', path: 'Flow/startup', phase: 'started' },
    });
  });
});

const same = (text: string) => text;
const message = (payload: Uint8Array, row?: number) => ({
  row,
  payload,
  byteLength: payload.length,
});

describe('An answer', () => {
  it('is its beginning, or its size if it is no text', () => {
    assert.deepEqual(answerOf(message(bytes('hello'), 3), same), { text: 'hello', row: 3 });
    const long = answerOf(message(bytes('ä'.repeat(500))), same);
    assert.deepEqual(long, { text: `${'ä'.repeat(200)}…` });
    assert.equal(answerOf(message(Uint8Array.of(0xff, 0xfe), 1), same).text, '2 bytes');
  });

  it('is what decoders say of it', () => {
    const decoded = { summary: 'chat "hush"' };
    const { text } = answerOf({ ...message(bytes('42["chat"]'), 1), decoded }, all =>
      all.replaceAll('hush', '•••'),
    );
    assert.equal(text, 'chat "•••"');
  });

  it('has no part of a secret, also where it ends', () => {
    const secret = 'hush'.repeat(500);
    const echo = bytes(`${'x'.repeat(190)}${secret}${'y'.repeat(500)}`);
    const { text } = answerOf(message(echo, 0), all => all.replaceAll(secret, '•••'));
    assert.equal(text, `${'x'.repeat(190)}•••${'y'.repeat(7)}…`);
  });
});

describe('An elapsed time', () => {
  it('is as exact as it is short', () => {
    assert.deepEqual([4, 420, 9940, 61_000].map(elapsedWords), ['4 ms', '0.4 s', '9.9 s', '61 s']);
  });
});

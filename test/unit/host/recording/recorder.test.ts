import assert from 'node:assert/strict';
import { it } from 'node:test';
import { flagsOf } from '../../../../src/core/record/record.ts';
import { textsOf, type TextRun } from '../../../../src/core/record/textRun.ts';
import { Recorder } from '../../../../src/host/recording/recorder.ts';
import { readSettings } from '../../../../src/core/settings/profile.ts';
import { silentLog } from '../../../support/capture/captures.ts';
import { FakeCaptures } from '../../../support/capture/fakeCapture.ts';
import { userSettings } from '../../../support/host/settings.ts';
import { ManualClock } from '../../../support/manualClock.ts';
import { runOf } from '../../../support/textRuns.ts';

const received = flagsOf('text', 'in');

function setUp(overflow: 'pause' | 'drop' = 'pause') {
  const captures = new FakeCaptures();
  const clock = new ManualClock();
  const output: string[] = [];
  const runs: TextRun[] = [];
  const push = (payload: Uint8Array) => void output.push(Buffer.from(payload).toString());
  const { values } = readSettings(
    userSettings(key => (key === 'history.overflow' ? overflow : undefined)),
  );
  const recorder = new Recorder(
    { name: 'r', stateWord: 'connected', setPaused: () => undefined },
    { url: 'ws://localhost', values },
    {
      clock,
      log: silentLog,
      openCapture: captures.open,
      redact: text => text,
      output: {
        message: (_at, _name, _flags, payload) => push(payload),
        texts: (_at, _name, _flags, run) => {
          runs.push(run);
          [...textsOf(run)].forEach(push);
        },
        state: () => undefined,
      },
    },
  );
  const [capture] = captures.all;
  assert.ok(capture);
  return { recorder, capture, output, runs, clock };
}

it('A run of texts is recorded as a run', () => {
  const { recorder, capture, output, runs, clock } = setUp();
  recorder.appendTexts(clock.now(), received, runOf(['a', 'b', 'c']));
  assert.deepEqual([capture.kept, output, runs.length], [['a', 'b', 'c'], ['a', 'b', 'c'], 1]);
  assert.equal(recorder.received.total, 3);
  recorder.dispose();
});

it('A run of texts is looked at one by one while somebody waits for one, who knows its row', () => {
  const { recorder, capture, runs } = setUp();
  const rows: (number | undefined)[] = [];
  const condition = { is: 'all', of: [] } as const;
  const watching = recorder.watchForAnswer(condition, ({ row }) => rows.push(row));
  recorder.appendTexts(1, received, runOf(['a', 'b']));
  watching.dispose();
  recorder.appendTexts(1, received, runOf(['c']));
  assert.deepEqual([rows, capture.kept, runs.length], [[0, 1], ['a', 'b', 'c'], 1]);
  assert.equal(recorder.received.total, 3);
  recorder.dispose();
});

it('A run of texts is dropped and counted as a whole', () => {
  const { recorder, capture, output } = setUp('drop');
  capture.setPressure(true);
  recorder.appendTexts(1, received, runOf(['ab', 'c']));
  capture.setPressure(false);
  assert.deepEqual(capture.kept, [
    '2 messages (3 B) were dropped: they came faster than they could be stored (history.overflow)',
  ]);
  assert.deepEqual([output, recorder.received.total], [[], 2]);
  recorder.dispose();
});

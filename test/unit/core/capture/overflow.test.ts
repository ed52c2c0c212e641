import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  dropAboveBytes,
  Overflow,
  type OverflowMode,
} from '../../../../src/core/capture/overflow.ts';
import { flagsOf, RowFlag } from '../../../../src/core/record/record.ts';
import { runOf } from '../../../support/textRuns.ts';
import { dropRow } from '../../../../src/core/connection/report.ts';

const text = flagsOf('text', 'in');

function setUp(mode: OverflowMode, waiting = () => dropAboveBytes + 1) {
  const seen: unknown[] = [];
  const overflow = new Overflow(mode, {
    waitingByteLength: waiting,
    setPaused: isPaused => seen.push(isPaused ? 'paused' : 'resumed'),
    onDropped: dropped => seen.push(dropped),
  });
  const admit = (flags: number, byteLength = 10) =>
    seen.push(overflow.admits(flags, byteLength) ? 'stored' : 'dropped');
  return { overflow, seen, admit };
}

describe('overflow', () => {
  it('pauses the socket and drops nothing', () => {
    const { overflow, seen, admit } = setUp('pause');
    admit(text);
    overflow.setPressure(true);
    admit(text);
    overflow.setPressure(false);
    admit(text);
    assert.deepEqual(seen, ['stored', 'paused', 'stored', 'resumed', 'stored']);
  });

  it('drops and counts what is received, without pausing, and tells when pressure falls', () => {
    const { overflow, seen, admit } = setUp('drop');
    overflow.setPressure(true);
    admit(text, 7);
    admit(flagsOf('binary', 'in'), 0);
    admit(flagsOf('ping', 'in'), 3);
    admit(flagsOf('pong', 'out', true), 3);
    overflow.setPressure(false);
    admit(text);
    assert.deepEqual(seen, [
      'dropped',
      'dropped',
      'dropped',
      'dropped',
      { messages: 2, controlFrames: 2, byteLength: 13 },
      'stored',
    ]);
  });

  it('drops only once more waits than may, and then until pressure falls', () => {
    let waiting = dropAboveBytes;
    const { overflow, seen, admit } = setUp('drop', () => waiting);
    overflow.setPressure(true);
    admit(text);
    waiting++;
    admit(text);
    waiting = 0;
    admit(text);
    overflow.setPressure(false);
    overflow.setPressure(true);
    admit(text);
    const two = { messages: 2, controlFrames: 0, byteLength: 20 };
    assert.deepEqual(seen, ['stored', 'dropped', 'dropped', two, 'stored']);
  });

  it('admits all texts of a run or none, and counts each of them', () => {
    const { overflow, seen } = setUp('drop');
    const run = runOf(['one', 'two', 'three']);
    seen.push(overflow.admitsTexts(text, run));
    overflow.setPressure(true);
    seen.push(overflow.admitsTexts(text, run));
    overflow.setPressure(false);
    assert.deepEqual(seen, [true, false, { messages: 3, controlFrames: 0, byteLength: 11 }]);
  });

  it('stores states, close frames and what is sent, behind the word on what is missing', () => {
    for (const flags of [flagsOf('state', 'in'), flagsOf('close', 'in'), flagsOf('text', 'out')]) {
      const { overflow, seen, admit } = setUp('drop');
      overflow.setPressure(true);
      admit(flags);
      admit(text);
      admit(flags);
      admit(text);
      overflow.report();
      overflow.report();
      const one = { messages: 1, controlFrames: 0, byteLength: 10 };
      assert.deepEqual(seen, ['stored', 'dropped', one, 'stored', 'dropped', one]);
    }
  });

  it('may be switched while pressure is high', () => {
    const { overflow, seen, admit } = setUp('pause');
    overflow.setPressure(true);
    overflow.setMode('drop');
    admit(text);
    overflow.setMode('pause');
    overflow.setMode('pause');
    admit(text);
    overflow.setPressure(false);
    const one = { messages: 1, controlFrames: 0, byteLength: 10 };
    assert.deepEqual(seen, ['paused', 'resumed', 'dropped', one, 'paused', 'stored', 'resumed']);
  });
});

describe('overflow of a socket that this window has not dialled', () => {
  function observe(mode: OverflowMode, canPause: boolean) {
    const seen: unknown[] = [];
    let isFull = false;
    const overflow = new Overflow(mode, {
      waitingByteLength: () => dropAboveBytes + 1,
      setPaused: isPaused => seen.push(isPaused ? 'paused' : 'resumed'),
      onDropped: dropped => seen.push(dropped),
      observed: { canPause, isFull: () => isFull },
    });
    return {
      overflow,
      seen,
      setFull: (now: boolean) => (isFull = now),
      admit: (flags: number) => seen.push(overflow.admits(flags, 10) ? 'stored' : 'dropped'),
    };
  }

  it('drops both ways what there is no more room for, where nobody can be paused', () => {
    const { overflow, seen, admit, setFull } = observe('pause', false);
    overflow.setPressure(true);
    admit(text);
    setFull(true);
    admit(text);
    admit(flagsOf('text', 'out'));
    admit(flagsOf('close', 'out'));
    setFull(false);
    admit(text);
    overflow.setPressure(false);
    const two = { messages: 2, controlFrames: 0, byteLength: 20 };
    assert.deepEqual(seen, [
      'paused',
      'stored',
      'dropped',
      'dropped',
      two,
      'stored',
      'stored',
      'resumed',
    ]);
  });

  it('drops nothing where the sides were asked to pause', () => {
    const { overflow, seen, admit, setFull } = observe('pause', true);
    setFull(true);
    overflow.setPressure(true);
    admit(text);
    assert.deepEqual(seen, ['paused', 'stored']);
  });

  it('drops what its program sends as well, if it is to drop', () => {
    const { overflow, seen, admit } = observe('drop', true);
    overflow.setPressure(true);
    admit(flagsOf('binary', 'out'));
    overflow.setPressure(false);
    const one = { messages: 1, controlFrames: 0, byteLength: 10 };
    assert.deepEqual(seen, ['dropped', one]);
  });

  it('keeps what the user injects, to either side', () => {
    const { overflow, seen, admit } = observe('drop', true);
    overflow.setPressure(true);
    admit(flagsOf('text', 'in') | RowFlag.Injected);
    admit(flagsOf('text', 'out') | RowFlag.Injected);
    assert.deepEqual(seen, ['stored', 'stored']);
  });
});

describe('the row for what was dropped', () => {
  const textFor = (messages: number, controlFrames: number, byteLength: number) =>
    dropRow({ messages, controlFrames, byteLength }, 'disconnected').text;

  it('says how much, why, and the setting', () => {
    assert.deepEqual(
      [textFor(12_345, 0, 1_200_000), textFor(1, 0, 5), textFor(2, 1, 5), textFor(0, 3, 0)],
      [
        '12,345 messages (1.2 MB) were dropped: they came faster than they could be stored (history.overflow)',
        '1 message (5 B) was dropped: it came faster than it could be stored (history.overflow)',
        '2 messages and 1 ping or pong (5 B) were dropped: they came faster than they could be stored (history.overflow)',
        '3 pings and pongs (0 B) were dropped: they came faster than they could be stored (history.overflow)',
      ],
    );
  });

  it('is a warning in the words of the state', () => {
    const { state, severity } = dropRow(
      { messages: 1, controlFrames: 0, byteLength: 1 },
      'disconnected',
    );
    assert.deepEqual({ state, severity }, { state: 'disconnected', severity: 'warning' });
  });
});

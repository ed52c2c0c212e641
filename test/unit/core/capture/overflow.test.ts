import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Overflow, type OverflowMode } from '../../../../src/core/capture/overflow.ts';
import { flagsOf } from '../../../../src/core/record/record.ts';
import { dropRow } from '../../../../src/core/connection/report.ts';

const text = flagsOf('text', 'in');

function setUp(mode: OverflowMode) {
  const seen: unknown[] = [];
  const overflow = new Overflow(mode, {
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

describe('the row for what was dropped', () => {
  const textFor = (messages: number, controlFrames: number, byteLength: number) =>
    dropRow({ messages, controlFrames, byteLength }, { kind: 'idle' }).text;

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
      { kind: 'idle' },
    );
    assert.deepEqual({ state, severity }, { state: 'disconnected', severity: 'warning' });
  });
});

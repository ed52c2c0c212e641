import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { HandshakeRedactor } from '../../../../src/core/secrets/handshakeRedactor.ts';
import { HookEvents } from '../../../../src/core/watch/hookEvents.ts';
import { ManualClock } from '../../../support/manualClock.ts';
import { ObservedSockets } from '../../../support/watch/observedSockets.ts';

const now = 1_795_928_700_000;

function watching() {
  const sockets = new ObservedSockets();
  const events = new HookEvents(
    { owner: { kind: 'watch', id: 'n', label: 'Node' }, session: 's', title: () => 'app.js' },
    {
      clock: new ManualClock(now),
      observe: sockets.observe,
      decodeBase64: base64 => Buffer.from(base64, 'base64'),
      redactor: new HandshakeRedactor(),
    },
  );
  const tell = (...list: readonly unknown[]) => events.take(JSON.stringify(list));
  tell([1, 'open', now, { url: 'ws://h/feed', role: 'client', request: [] }]);
  return { sockets, events, tell };
}

/** What no hook tells, each in the place of any value. */
const odd: readonly unknown[] = [
  null,
  true,
  -1,
  0.5,
  1e303,
  -1e303,
  'x',
  [],
  {},
  [[[]]],
  { toString: 1 },
  { valueOf: 1, length: 1 },
];

describe('What a Node program tells', () => {
  it('may be anything in any place, and what is well said beside it is recorded', () => {
    const { sockets, tell } = watching();
    const good: readonly (readonly unknown[])[] = ['in', 'out', 'answer', 'lost', 'missed'].flatMap(
      kind => [
        [1, kind, now, kind === 'answer' ? { status: 101, headers: [] } : 1, 'data', true, 2, 9, 1],
      ],
    );
    let count = 0;
    for (const note of good) {
      for (let place = 0; place < note.length; place++) {
        for (const value of odd) {
          tell(note.with(place, value), value, [1, 'in', now, 1, `whole ${count}`]);
          count++;
        }
      }
    }
    const whole = sockets.all
      .flatMap(({ lines }) => lines)
      .filter(line => line.startsWith('in text: whole '));
    assert.equal(whole.length, count);
    assert.equal(sockets.all.length, 1);
    const times = sockets.only.rows.map(({ at }) => at ?? NaN);
    assert.ok(times.every(at => at > 0 && at <= 8.64e15));
  });

  it('has the time of its arrival where it tells none that a date can have', () => {
    const { sockets, tell } = watching();
    for (const time of [1e303, 8.64e15 + 2, -1, 0, 'x', null]) {
      tell([1, 'in', time, 1, 'a']);
    }
    tell([1, 'in', now - 5, 1, 'a']);
    assert.deepEqual(
      sockets.only.messages.map(({ at }) => at),
      [...Array<number>(6).fill(now), now - 5],
    );
  });

  it('counts fragments and bytes, or says nothing of its frames', () => {
    const { sockets, tell } = watching();
    const counts: readonly (readonly [unknown, unknown])[] = [
      [-1, 5],
      [0, 5],
      [1.5, 5],
      [1e303, 5],
      [2, -1],
      [2, 1e303],
      ['2', 5],
      [2, 9],
    ];
    for (const [fragments, wireBytes] of counts) {
      tell([1, 'in', now, 1, 'a', false, fragments, wireBytes, 0]);
    }
    const frame = { isCompressed: false, fragmentCount: 2, wireByteLength: 9, durationMs: 0 };
    assert.deepEqual(
      sockets.only.messages.map(message => message.frame),
      [...Array<undefined>(7).fill(undefined), frame],
    );
  });

  it('ends a socket of which the number is used again', () => {
    const { sockets, events, tell } = watching();
    tell([1, 'open', now, { url: 'ws://h/other', role: 'client', request: [] }]);
    tell([1, 'in', now, 1, 'of the other']);
    events.end('Over.');
    assert.deepEqual(
      sockets.all.map(({ hasEnded, lines }) => [hasEnded, lines.at(-1)]),
      [
        [true, 'disconnected: The program told of another socket in its place.'],
        [true, 'disconnected: Over.'],
      ],
    );
    assert.deepEqual(sockets.all[1]?.lines[1], 'in text: of the other');
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { silenceBefore } from '../../../../../src/webview/list/rows/silence.ts';
import type { PageRow } from '../../../../../src/shared/monitorProtocol.ts';

const start = 1_700_000_000_000;

/** Rows at these seconds; received texts, unless `others` says what one is instead. */
function listOf(
  seconds: readonly number[],
  others: Readonly<Record<number, Partial<PageRow>>> = {},
) {
  const rows = seconds.map((second, position): PageRow => {
    const at = start + second * 1000;
    const row = { seq: position, position, connection: 'a', at, preview: '', byteLength: 0 };
    return { ...row, kind: 'text', direction: 'in', heartbeat: false, ...others[position] };
  });
  return (position: number): PageRow | undefined => rows[position];
}

/** Twenty times before and ten after a silence, `every` seconds apart. */
function around(silence: number, every = 0.2): readonly number[] {
  const times = Array.from({ length: 30 }, (_, index) => index * every);
  return times.map((time, index) => (index < 20 ? time : time - every + silence));
}

const at20 = (seconds: readonly number[], others?: Readonly<Record<number, Partial<PageRow>>>) =>
  silenceBefore(20, listOf(seconds, others));
const heartbeat = { kind: 'ping', direction: 'out', heartbeat: true } as const;

describe('A silence before a row', () => {
  it('is more than ten times the usual interval, and a second at least', () => {
    assert.deepEqual(at20(around(8)), { ms: 8000, hasHeartbeats: false });
    assert.equal(at20(around(1.9)), undefined);
    assert.equal(at20(around(2.1))?.ms, 2100);
    assert.equal(at20(around(0.9, 0)), undefined);
    assert.equal(at20(around(1.1, 0))?.ms, 1100);
    assert.equal(at20(around(50, 6)), undefined);
    assert.equal(at20(around(61, 6))?.ms, 61_000);
  });

  it('is told by the rows around: what is usual elsewhere does not count', () => {
    const slow = Array.from({ length: 200 }, (_, index) => index * 20);
    const fast = Array.from({ length: 2000 }, (_, index) => 4000 + index * 0.01);
    const find = listOf([...slow, ...fast]);
    assert.equal(silenceBefore(100, find), undefined);
    assert.equal(silenceBefore(1500, find), undefined);
  });

  it('does not hide because there are several', () => {
    const times: number[] = [];
    for (let at = 0; times.length < 100; at += times.length % 7 === 0 ? 5 : 0.1) {
      times.push(at);
    }
    const found = times.filter((_, position) => silenceBefore(position, listOf(times)));
    assert.equal(found.length, 14);
  });

  it('is not told of messages that a tap has held, and not by them', () => {
    // Twenty a second apart, nine that were held and went on together after 30 s, and more.
    const before = Array.from({ length: 20 }, (_, index) => index);
    const released = Array.from({ length: 9 }, () => 50);
    const after = Array.from({ length: 20 }, (_, index) => 51 + index);
    const seconds = [...before, ...released, ...after];
    const wasHeld = Object.fromEntries(
      released.map((_, index) => [20 + index, { wasHeld: true } as const]),
    );
    const found = (others: Readonly<Record<number, Partial<PageRow>>>) =>
      seconds.filter((_, position) => silenceBefore(position, listOf(seconds, others)));
    assert.deepEqual(found(wasHeld), []);
    assert.deepEqual(found({}), [50]);
    // A real one after them is told.
    const late = [...before, ...released, ...after.map(second => second + 60)];
    const at = late.findIndex(second => second === 111);
    assert.equal(silenceBefore(at, listOf(late, wasHeld))?.ms, 61_000);
  });

  it('does not count what a tap has sent by itself', () => {
    const seconds = Array.from({ length: 60 }, (_, index) => Math.floor(index / 3) * 2);
    const tags = ['original', 'edited', 'injected'] as const;
    const others = Object.fromEntries(
      seconds.map((_, index) => [index, { tap: tags[index % 3] ?? 'edited' }]),
    );
    const find = listOf(seconds, others);
    assert.deepEqual(
      seconds.filter((_, position) => silenceBefore(position, find)),
      [],
    );
  });

  it('is not told from a few rows', () => {
    const find = listOf(around(8));
    assert.equal(silenceBefore(0, find), undefined);
    assert.equal(silenceBefore(4, listOf([0, 0.2, 0.4, 0.6, 9, 9.2])), undefined);
    assert.equal(
      silenceBefore(20, position => (position >= 20 ? find(position) : undefined)),
      undefined,
    );
  });

  it('is before received messages only', () => {
    const sent = { direction: 'out' } as const;
    for (const other of [sent, { kind: 'state' } as const, heartbeat]) {
      assert.equal(at20(around(8), { 20: other }), undefined);
    }
    assert.equal(at20(around(8), { 19: sent })?.ms, 8000);
  });

  it('goes on over pings and pongs, which are then named', () => {
    const seconds = [...around(8).slice(0, 18), 6, 8, ...around(8).slice(20)];
    const others = { 18: heartbeat, 19: { ...heartbeat, kind: 'pong', direction: 'in' } as const };
    const silence = at20(seconds, others);
    assert.equal(silence?.hasHeartbeats, true);
    assert.ok(silence.ms > 8000);
  });

  it('is nothing after a row without a time, nor where the clock was set back', () => {
    assert.equal(at20(around(8), { 19: { kind: 'state', at: 0 } }), undefined);
    assert.equal(at20(around(-8)), undefined);
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  decideRetention,
  type RetentionCandidate,
} from '../../../../src/core/capture/archiveRetention.ts';

const day = 86_400_000;
const now = Date.UTC(2026, 0, 31);
const limits = { maxAgeMs: 30 * day, maxByteLength: 1000 };

function capture(
  key: string,
  changed: Partial<RetentionCandidate> & { readonly age?: number } = {},
) {
  const { age = 0, ...rest } = changed;
  return {
    key,
    window: key,
    times: [now - age * day],
    byteLength: 400,
    dueSince: undefined,
    isProtected: false,
    isUnreadable: false,
    ...rest,
  };
}

function kept(captures: readonly RetentionCandidate[], at = now, writing: readonly string[] = []) {
  const { due, removed } = decideRetention(captures, new Set(writing), limits, at);
  return { due: [...due], removed: Object.fromEntries(removed) };
}

describe('What is kept of ended windows', () => {
  it('is all, as long as it is young and small, whatever the number', () => {
    const many = Array.from({ length: 100 }, (_, n) =>
      capture(`${n}`, { age: n / 10, byteLength: 10 }),
    );
    assert.deepEqual(kept(many), { due: [], removed: {} });
  });

  it('goes by windows where it is too large: the oldest first, and as a whole', () => {
    const captures = [
      ...['a1', 'a2', 'a3'].map(key => capture(key, { window: 'a', age: 1 })),
      ...['b1', 'b2'].map(key => capture(key, { window: 'b', age: 2 })),
      capture('c1', { age: 3, byteLength: 1 }),
    ];
    assert.deepEqual(kept(captures), { due: [], removed: { b1: 'size', b2: 'size', c1: 'size' } });
    assert.deepEqual(kept(captures.slice(3)), { due: [], removed: {} });
  });

  it('counts a window by its last capture, not by its first', () => {
    const captures = [
      capture('long1', { window: 'long', age: 20 }),
      capture('long2', { window: 'long', age: 0 }),
      capture('short1', { window: 'short', age: 1 }),
    ];
    assert.deepEqual(kept(captures).removed, { short1: 'size' });
  });

  it('goes by age only when two looks, a day apart, find so', () => {
    const old = (dueSince?: number) => capture('old', { age: 31, dueSince });
    assert.deepEqual(kept([old()]), { due: ['old'], removed: {} });
    assert.deepEqual(kept([old(now - 0.9 * day)]), { due: ['old'], removed: {} });
    assert.deepEqual(kept([old(now - day)]), { due: [], removed: { old: 'age' } });
    assert.deepEqual(kept([old(now + day)]).removed, {}, 'noted by a clock that was ahead');
  });

  it('survives a clock that is years ahead for some hours', () => {
    const captures = [capture('a', { age: 1 }), capture('b', { age: 2 })];
    const ahead = now + 3650 * day;
    const { due, removed } = kept(captures, ahead);
    assert.deepEqual([due, removed], [['a', 'b'], {}]);
    const noted = captures.map(each => ({ ...each, dueSince: ahead }));
    assert.deepEqual(kept(noted, ahead + day / 2).removed, {});
    assert.deepEqual(kept(noted, now), { due: [], removed: {} });
  });

  it('survives a clock that is years behind, and what was made by one', () => {
    const behind = capture('behind', { times: [5000, now - day] });
    assert.deepEqual(kept([behind]), { due: [], removed: {} });
    const others = [capture('a', { age: 1 }), capture('b', { age: 2 })];
    assert.deepEqual(kept(others, 5000), { due: [], removed: {} });
    const made = capture('made', { times: [5000], byteLength: 900 });
    assert.deepEqual(kept([...others, made], 6000).removed, { a: 'size', b: 'size' });
  });

  it('takes no time in the future for new', () => {
    const captures = [
      capture('ahead', { times: [now + 900 * day] }),
      capture('a', { age: 1, byteLength: 900 }),
    ];
    assert.deepEqual(kept(captures).removed, { ahead: 'size' });
  });

  it('does not count or touch a window of which anything is protected or being written', () => {
    const captures = [
      capture('crash1', { window: 'crash', age: 60, byteLength: 9000, isProtected: true }),
      capture('crash2', { window: 'crash', age: 90, byteLength: 9000, dueSince: 0 }),
      capture('live', { window: 'live', age: 90, byteLength: 9000, dueSince: 0 }),
      capture('a', { age: 1 }),
      capture('b', { age: 2 }),
      capture('c', { age: 3 }),
    ];
    assert.deepEqual(kept(captures, now, ['live']), { due: [], removed: { c: 'size' } });
  });

  it('lets what cannot be read go by its age alone', () => {
    const captures = [
      capture('a', { age: 1, byteLength: 1000 }),
      capture('odd', { age: 2, byteLength: 5000, isUnreadable: true }),
      capture('old', { age: 40, dueSince: now - 2 * day, isUnreadable: true }),
    ];
    assert.deepEqual(kept(captures), { due: [], removed: { old: 'age' } });
  });
});

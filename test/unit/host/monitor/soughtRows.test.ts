import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { Row } from '../../../../src/core/capture/capture.ts';
import type { Source, Sources } from '../../../../src/host/captures/sources.ts';
import { rowAt, rowNamed } from '../../../../src/host/monitor/soughtRows.ts';

/** A source whose rows, from `first` on, came at these times. */
function sourceOf(id: string, first: number, times: readonly number[]): Source {
  const next = first + times.length;
  const rows = (from: number, count: number) => {
    const begin = Math.max(from, first);
    const found = times.slice(begin - first, Math.max(0, from + count - first));
    return Promise.resolve(found.map((at, index) => ({ seq: begin + index, at }) as Row));
  };
  return { id, capture: { extent: { first, next }, rows } } as unknown as Source;
}

it('a row is found by its name, or what there is instead is told', async () => {
  const source = sourceOf('c1', 5, [10, 20, 30]);
  const sources = { get: () => source } as unknown as Sources;
  const named = (seq: number) => rowNamed(sources, { connection: 'c1', seq });
  assert.deepEqual(await named(6), {
    row: { seq: 6, at: 20, connection: 'c1' },
    first: 5,
    next: 8,
  });
  assert.deepEqual(await named(4), { first: 5, next: 8 });
  assert.deepEqual(await named(8), { first: 5, next: 8 });
});

it('a moment is found in several captures: the first row at it or after it', async () => {
  const one = Array.from({ length: 500 }, (_, index) => index * 10);
  const other = Array.from({ length: 300 }, (_, index) => 1000 + index * 7);
  const sources = [sourceOf('c1', 1000, one), sourceOf('c2', 0, other), sourceOf('c3', 9, [])];
  for (let at = -50; at < 5100; at += 37) {
    const { row, span } = await rowAt(sources, { at });
    const expected = [...one, ...other].filter(time => time >= at).sort((a, b) => a - b)[0];
    assert.equal(row?.at, expected, `at ${at}`);
    assert.deepEqual(span, { from: 0, to: 4990 });
  }
  assert.deepEqual(await rowAt([sourceOf('c3', 9, [])], { at: 5 }), {});
});

it('a moment is found in a capture of a file that lacks some numbers', async () => {
  const kept = [0, 1, 2, 900, 901, 5000, 5001, 5002];
  const rows = (from: number, count: number) =>
    Promise.resolve(
      kept.filter(seq => seq >= from && seq < from + count).map(seq => ({ seq, at: seq }) as Row),
    );
  const source = { id: 'c1', capture: { extent: { first: 0, next: 5003 }, rows } };
  for (const at of [-1, 1, 2, 3, 899, 900, 902, 4999, 5002, 5003]) {
    const { row } = await rowAt([source as unknown as Source], { at });
    assert.equal(
      row?.seq,
      kept.find(seq => seq >= at),
      `at ${at}`,
    );
  }
});

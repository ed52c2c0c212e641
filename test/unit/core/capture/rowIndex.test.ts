import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { RowIndex } from '../../../../src/core/capture/rowIndex.ts';

interface Entry {
  readonly source: number;
  readonly seq: number;
}

/** An index and the same as an array, in which the place is the position. */
function filled(runs: readonly (readonly [source: number, gap: number, count: number])[]) {
  const index = new RowIndex();
  const model: Entry[] = [];
  const nexts = [0, 0, 0];
  for (const [source, gap, count] of runs) {
    const seq = (nexts[source] ?? 0) + gap;
    nexts[source] = seq + count;
    index.append(source, seq, count);
    for (let row = 0; row < count; row++) {
      model.push({ source, seq: seq + row });
    }
  }
  return { index, model };
}

function contentOf(index: RowIndex): readonly Entry[] {
  return [...index.runs(index.first, index.next)].flatMap(({ source, seq, length }) =>
    Array.from({ length }, (_, row) => ({ source, seq: seq + row })),
  );
}

const runs = fc.array(
  fc.tuple(fc.integer({ min: 0, max: 2 }), fc.integer({ min: 0, max: 3 }), fc.nat(5)),
  { maxLength: 60 },
);

describe('RowIndex', () => {
  it('is the array of its rows', () => {
    fc.assert(
      fc.property(runs, fc.nat(400), (parts, position) => {
        const { index, model } = filled(parts);
        assert.deepEqual(contentOf(index), model);
        assert.deepEqual(index.at(position), model[position]);
      }),
    );
  });

  it('finds a row, or the next one of its source', () => {
    fc.assert(
      fc.property(runs, fc.integer({ min: 0, max: 2 }), fc.nat(100), (parts, source, seq) => {
        const { index, model } = filled(parts);
        const expected = model.findIndex(entry => entry.source === source && entry.seq >= seq);
        assert.equal(index.positionOf(source, seq), expected < 0 ? undefined : expected);
      }),
    );
  });

  it('keeps the positions of what is left when rows are dropped', () => {
    fc.assert(
      fc.property(runs, fc.nat(400), runs, (parts, position, more) => {
        const { index, model } = filled(parts);
        index.dropBelow(position);
        const first = Math.min(position, model.length);
        assert.equal(index.first, first);
        assert.deepEqual(contentOf(index), model.slice(first));
        let seq = 10_000;
        for (const [source, , count] of more) {
          index.append(source, seq, count);
          seq += count + 1;
        }
        assert.deepEqual(contentOf(index).slice(0, model.length - first), model.slice(first));
      }),
    );
  });

  it('holds scattered rows over many chunks, and beyond what 32 bits count', () => {
    const index = new RowIndex(5);
    const base = 2 ** 33;
    for (let row = 0; row < 20_000; row++) {
      index.append(row % 2, row < 10_000 ? row * 3 : base + row * 3);
    }
    assert.equal(index.next, 20_005);
    assert.deepEqual(index.at(5 + 15_001), { source: 1, seq: base + 45_003 });
    assert.equal(index.positionOf(0, base), 5 + 10_000);
    assert.equal(index.positionOf(1, 29_997), 5 + 9999);
    index.dropBelow(15_000);
    assert.deepEqual(index.at(14_999), undefined);
    assert.deepEqual(index.at(15_000), { source: 1, seq: base + 14_995 * 3 });
  });

  it('takes next to nothing for rows that follow each other', () => {
    const index = new RowIndex();
    for (let row = 0; row < 10_000_000; row += 4096) {
      index.append(0, row, 4096);
    }
    assert.equal([...index.runs(0, index.next)].length, 1);
  });
});
